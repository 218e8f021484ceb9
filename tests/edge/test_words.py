"""The catalogues: the same keys and placeholders in every language, and no other home for words."""

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_edge import words as package
from classroom_edge.words import LANGUAGES, words

TOP = Path(__file__).parents[2]
FOLDER = Path(package.__file__).parent
PARTS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.json")})
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
MAY_HOLD_IDEOGRAPHS = {
    "classroom_edge/parts.py",  # read by run.py before any catalogue can be
    "classroom_edge/config/value.py",  # what people type for true and false
    "classroom_edge/config/mask.py",  # what people call a password
    "media/classroom_media/compose/slates.py",  # a library of its own, with little to say
    "media/classroom_media/monitor/captions.py",
    "schedules/classroom_schedules/bells.py",  # what people type between two periods or times
    "schedules/classroom_schedules/reading/bells.py",
    "schedules/classroom_schedules/weeks.py",  # what people type for weekdays and weeks
    "schedules/classroom_schedules/incoming/cell.py",  # what people write into a timetable
    "schedules/classroom_schedules/incoming/columns.py",  # headers that schools' tables have
    "schedules/classroom_schedules/incoming/grid.py",
    "schedules/classroom_schedules/incoming/notice.py",  # the grammar of a Chinese notice
    "schedules/classroom_schedules/outgoing/toml.py",  # an example in a comment
}


def placeholders(text: str) -> set[str]:
    """Name a text's placeholders; what ends in _zh in one language ends in _en in the other."""
    names = (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    return {re.sub(r"_(zh|en)$", "", name) for name in names}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_says_the_same_things_in_every_language(part: str) -> None:
    texts = words(part).texts
    first, *others = (texts[language] for language in LANGUAGES)
    for other in others:
        assert first.keys() == other.keys()
        differing = [key for key in first if placeholders(first[key]) != placeholders(other[key])]
        assert differing == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_catalogue_is_flat_text_with_every_key_once(path: Path) -> None:
    pairs = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys))
    assert all(isinstance(text, str) for _, text in pairs)


def test_placeholders_are_filled_in_either_language() -> None:
    said = words("check").both("too-great.message", key="port", limit=65535)
    assert said == {
        "zh-CN": "port 太大，最大 65535。",
        "en": "port is too great; the most is 65535.",
    }


def test_a_missing_text_is_an_error_and_no_silence() -> None:
    with pytest.raises(KeyError):
        words("check").say("no such key", "en")


def sources() -> Iterator[Path]:
    for folder in ("classroom_edge", "drivers", "media", "schedules"):
        for path in sorted((TOP / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path


def texts_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give every text in a module that is not a docstring, with its line."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def test_chinese_stands_in_catalogues_and_not_in_code() -> None:
    found = [
        f"{path.relative_to(TOP)}:{line}: {text}"
        for path in sources()
        if path.relative_to(TOP).as_posix() not in MAY_HOLD_IDEOGRAPHS
        for line, text in texts_in(ast.parse(path.read_text(encoding="utf-8")))
        if IDEOGRAPH.search(text)
    ]
    assert found == []

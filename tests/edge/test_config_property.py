"""Whatever bytes stand in room.toml: mistakes come out, nothing else, and soon."""

import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom_edge.config import Examination, examine
from classroom_edge.config.document import read
from classroom_edge.words import LANGUAGES

FULL = (Path(__file__).parent / "rooms" / "full.toml").read_text("utf-8")
PIECES = [
    *"[]{}=,.:;#'\"\\\n\t  ＝：，“”‘’【】\u3000\u200b\x00\r",
    '"""', "'''", "[[device]]\n", "[routine.want]\n", "[room]\n", "name", "url", "三年级",
    "password", '"tcp://a:b@[::1]:x"', "8:00", "C:\\new", "yes", "null", "1e999",
    "9" * 5000, "0x", "-", "inf",
    "1979-05-27", "{ env = ", "[" * 40, "{ a = " * 40, "a." * 40,
]  # fmt: skip

SOON_S: Final = 5.0  # of the processor; what takes the square of a file's length takes far more

Examine = Callable[[bytes], Examination]


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Examine:
    room = tmp_path_factory.mktemp("rooms") / "room.toml"

    def examined(content: bytes) -> Examination:
        room.write_bytes(content)
        begin_s = time.process_time()
        found = examine(room, {})
        assert time.process_time() - begin_s < SOON_S
        return found

    return examined


def told(found: Examination) -> bool:
    """Whether there is a config or a mistake, and every mistake in both languages."""
    for one in found.mistakes:
        assert one.message.keys() == one.remedy.keys() == set(LANGUAGES)
        assert all(one.message.values())
        assert "{" not in one.message["en"].replace("{{", "")[:1]
    return (found.config is None) == bool(found.mistakes)


LENIENT = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@LENIENT
@given(content=st.binary(max_size=400))
def test_any_bytes_are_examined(examined: Examine, content: bytes) -> None:
    assert told(examined(content))


@LENIENT
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_heap_of_signs_is_examined(examined: Examine, pieces: list[str]) -> None:
    assert told(examined("".join(pieces).encode()))


@LENIENT
@given(at=st.integers(0, len(FULL)), piece=st.sampled_from(PIECES), gone=st.integers(0, 30))
def test_any_slip_of_the_hand_in_a_good_file_is_examined(
    examined: Examine, at: int, piece: str, gone: int
) -> None:
    assert told(examined((FULL[:at] + piece + FULL[at + gone :]).encode()))


@pytest.mark.parametrize(
    "pattern",
    ["a=[\n", "a [\n", "[a]\n", "[[device]]\n", "[[a.b]]\n", "x=1\n", "a" * 9 + " ", " ", "[", '"',
     '"""\n', "'''a\n", "“", "＝", "a=“\n", "\\", "x={", "x={a=[", "a.", "x = {\n", "password=[\n",
     "[ ", "a \t", "x = a  ", "x = [a b ", "x = {a b ", "\x00", "rtsp://a@", "x='://@", ":", "#\n"],
)  # fmt: skip
def test_a_file_of_one_thing_again_and_again_is_examined_soon(
    examined: Examine, pattern: str
) -> None:
    heap = pattern.encode() * (100_000 // len(pattern.encode()))
    assert told(examined(heap))
    assert told(examined(b"x = " + heap))


KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
SCALARS = st.sampled_from(
    ["1", "-2.5", "true", '"a # b"', "'c:\\d'", '"“quoted”"', "1979-05-27", "inf", '"""x\ny"""',
     "'''[z]\n= 1'''", '"\\u4e09"', "0xff", "08:00:00"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n  " + ",\n  ".join(items) + " ]"),
        st.lists(inner.filter(lambda v: "\n" not in v), max_size=3).map(
            lambda items: "{ " + ", ".join(f"k{n} = {v}" for n, v in enumerate(items)) + " }"
        ),
    ),
    max_leaves=6,
)
LINES = st.one_of(
    st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}  # why"),
    KEYS.map(lambda key: f"[{key}]"),
    KEYS.map(lambda key: f"[[{key}]]"),
    st.tuples(KEYS, KEYS, SCALARS).map(lambda three: f'{three[0]}."{three[1]}" = {three[2]}'),
)


@settings(deadline=None, max_examples=150)
@given(lines=st.lists(LINES, max_size=12))
def test_valid_toml_is_read_as_the_standard_library_reads_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert read(text).slips
        return
    found = read(text)
    assert found.slips == []
    assert found.data == _with_tuples(expected)


@settings(deadline=None, max_examples=100)
@given(lines=st.lists(LINES, max_size=12))
def test_every_key_of_valid_toml_has_the_place_of_its_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = read(text)
    rows = text.split("\n")
    for path, place in found.places.items():
        key = path[-1]
        if isinstance(key, str) and not found.slips:
            assert key in rows[place.line - 1][place.column - 1 :]


def _with_tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_with_tuples, value))
    if isinstance(value, dict):
        return {key: _with_tuples(inner) for key, inner in value.items()}
    return value

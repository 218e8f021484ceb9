"""What is wrong with a code sheet is told at once: the line, the remedy, in both languages."""

import json
from importlib import resources
from pathlib import Path

import pytest

from classroom_drivers.api import UnsupportedError
from classroom_drivers.code_sheet.examples import coverage
from classroom_drivers.code_sheet.lint import lint, lint_content, read
from classroom_drivers.code_sheet.mistakes import ADVICE, LANGUAGES, Mistake
from classroom_drivers.devices.code_sheet import EXAMPLE

SHEET = EXAMPLE.read_text(encoding="utf-8")


def found(old: str, new: str) -> list[Mistake]:
    """Lint the example with one thing changed."""
    assert old in SHEET
    changed = SHEET.replace(old, new, 1)
    return [mistake for mistake in lint_content(changed.encode()) if not mistake.advice]


def line_of(text: str) -> int:
    return SHEET[: SHEET.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('rule = "sum8"', 'rule = "sum9"', "unknown-checksum"),
        ('over = "body"', 'over = "boddy"', "unknown-choice"),
        ('over = "body"', 'over = "frame"', "wrong-checksum"),
        ("[volume]", "[volumes]", "unknown-key"),
        ("baud = 9600", "baut = 9600", "unknown-key"),
        ("baud = 9600", "baud = '9600'", "not-whole"),
        ("gap-s = 0.05", "gap-s = -1", "not-number"),
        ("says-on-early = true", "says-on-early = 1", "not-flag"),
        ('set = "03 00 {value}"', "set = 3", "not-frame"),
        ('set = "03 00 {value}"', 'set = "03 0G {value}"', "not-hex"),
        ('set = "03 00 {value}"', 'set = "03 00 {percent}"', "unknown-placeholder"),
        ('set = "03 00 {value}"', 'set = "03 00 {value:u9}"', "unknown-format"),
        ('set = "03 00 {value}"', 'set = "03 00 {Value}"', "bad-placeholder"),
        ('answer = "82 00 {value}"', 'answer = "82 00 00"', "no-value"),
        ('ask = "03 02 00"\n', "", "answer-without-ask"),
        ('answer = "82 00 {value}"\n', "", "ask-without-answer"),
        ("range = [0, 100]", "range = [0, 300]", "misfit"),
        ("range = [0, 100]", "range = [7, 7]", "bad-range"),
        ("hdmi-1 = 0x06", "hdmi-1 = 0x106", "misfit"),
        ("hdmi-1 = 0x06", "hdmi-1 = 0x07", "same-word"),
        ("hdmi-1 = 0x06", "hdmi-1 = 0.5", "not-words"),
        ('values = { hdmi-1 = 0x06, hdmi-2 = 0x07, pc = 0x08, android = 0x0A }', "", "no-values"),
        ('off = "03 01 01" }', 'of = "03 01 01" }', "unknown-choice"),
        ('set = { on = "03 01 00"', 'set = { on = "01 00 00"', "same-frame"),
        ('on = "82 01 00", off = "82 01 01"', 'on = "82 01 00", off = "82 01 00"', "unread-reply"),
        ("{body} {sum} DD", "{sum} DD", "no-body"),
        ("length = 10", "length = 11", "badly-cut"),
        ("length = 10", 'length = 10, ends = "FF"', "cut-ways"),
        ('head = "AA BB CC", length', "length", "cut-without-head"),
        ('cut = { head = "AA BB CC", length = 10 }', "", "no-cut"),
        ("1E 21 DD", "1E 22 DD", "wrong-checksum"),
        ('"volume 30" = "AA BB CC 03', '"volume 31" = "AA BB CC 03', "wrong-example"),
        ('"volume 30" = "AA BB CC 03', '"loudness 30" = "AA BB CC 03', "unknown-example"),
        ('"volume 30" = "AA BB CC 82', '"volume 31" = "AA BB CC 82', "wrong-reply"),
        ("[sheet]", "[sheet", "not-toml"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_where_it_is(old: str, new: str, key: str) -> None:
    mistakes = found(old, new)
    assert key in [mistake.key for mistake in mistakes]
    for mistake in mistakes:
        for language in LANGUAGES:
            assert mistake.message(language)
            assert mistake.remedy(language)


@pytest.mark.parametrize(
    ("old", "new", "section", "says"),
    [
        ('rule = "sum8"', 'rule = "sum9"', "checksums.sum.rule", "There are: length, sum8"),
        ("[volume]", "[volumes]", "volumes", "Did you mean volume?"),
        ('set = "03 00 {value}"', 'set = "03 0G"', "volume.set", "'0G' is not hex"),
        ("hdmi-1 = 0x06", "hdmi-1 = 0x106", "input.values.hdmi-1", "262 cannot be written as u8"),
    ],
)
def test_a_mistake_tells_its_line_its_place_and_what_helps(
    old: str, new: str, section: str, says: str
) -> None:
    mistake = next(mistake for mistake in found(old, new) if mistake.section == section)
    assert mistake.line == line_of(old)
    assert f"line {mistake.line} {section}: " in mistake.tell("en")
    assert says in mistake.tell("en")
    assert f"第 {mistake.line} 行 {section}：" in mistake.tell("zh-CN")


def test_every_mistake_is_told_at_once() -> None:
    changed = SHEET.replace('rule = "sum8"', 'rule = "sum9"').replace("baud", "baut")
    changed = changed.replace("hdmi-2 = 0x07", "hdmi-2 = 0x06").replace("{value}", "{percent}")
    keys = {mistake.key for mistake in lint_content(changed.encode())}
    assert {"unknown-checksum", "unknown-key", "same-word", "unknown-placeholder"} <= keys


def test_an_ambiguous_reply_is_a_mistake() -> None:
    refused = '\n[replies.refused]\n"80 {value} 00" = "no"\n'
    mistakes = found("\n[power]", refused + "\n[power]")
    assert {mistake.key for mistake in mistakes} == {"ambiguous-reply"}


def test_a_toggle_whose_state_nobody_knows_is_a_mistake() -> None:
    assert "blind-toggle" in [
        mistake.key for mistake in found("\n[keys]", '\n[freeze]\ntoggle = "09 00 00"\n\n[keys]')
    ]


def test_advice_does_not_keep_a_sheet_from_being_used(tmp_path: Path) -> None:
    path = tmp_path / "sheet.toml"
    path.write_text(SHEET.replace("sources", "unverified"), encoding="utf-8")
    told = {mistake.key for mistake in lint(path)}
    assert "no-source" in told
    assert told <= ADVICE
    assert read(path).title


def test_a_sheet_with_mistakes_is_not_used_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "sheet.toml"
    path.write_text(SHEET.replace('"sum8"', '"sum9"'), encoding="utf-8")
    with pytest.raises(UnsupportedError, match=r"line 14 checksums\.sum\.rule"):
        read(path)
    with pytest.raises(UnsupportedError, match="no sheet at"):
        read(tmp_path / "none.toml")
    assert [mistake.key for mistake in lint(tmp_path / "none.toml")] == ["no-file"]


def test_coverage_says_which_commands_an_example_proves() -> None:
    proved, unproved = coverage(read(EXAMPLE))
    assert proved == ("power on", "power off", "power?", "input", "volume")
    assert "keys" in unproved


def test_both_languages_say_the_same_things() -> None:
    files = [
        resources.files("classroom_drivers.code_sheet") / f"mistakes.{name}.json"
        for name in LANGUAGES
    ]
    chinese, english = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    assert list(chinese) == list(english)
    for key, text in english.items():
        holes = {part.split("}")[0].split("!")[0] for part in text.replace("{{", "").split("{")[1:]}
        told = {
            part.split("}")[0].split("!")[0]
            for part in chinese[key].replace("{{", "").split("{")[1:]
        }
        assert holes == told, key

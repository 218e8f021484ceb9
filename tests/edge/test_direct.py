"""``classroom-edge direct``: the shots that the rules would make, told and drawn."""

import json
from pathlib import Path

import pytest
from PIL import Image

from classroom_edge.cli import run
from classroom_edge.words import LANGUAGES, words
from classroom_media.direct.lesson_film import play
from classroom_media.direct.lesson_script import Act, Scene
from classroom_media.direct.rules import PRACTICE
from classroom_media.direct.signs import Role, Sign

LESSON = (Scene(Act.TEACH, 0, 8), Scene(Act.SLIDE, 8, 14), Scene(Act.ANSWER, 14, 20))


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("direct") / "lesson"
    play(LESSON, folder, seed=5)
    return folder


def direct(lesson: Path, *options: str, language: str = "en") -> int:
    return run(["direct", str(lesson), *options], language)


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "A page was turned on screen."), ("zh-CN", "screen 翻页。")]
)
def test_every_shot_is_told_with_its_time_and_reason(
    lesson: Path, language: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert direct(lesson, "--dry-run", language=language) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = (line for line in lines if reason in line)
    assert line.split()[1] == "0:08"


def test_json_has_reasons_in_both_languages(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert direct(lesson, "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["duration_s"] == 20
    assert {source["id"]: source["role"] for source in told["sources"]}["pupils"] == "pupils"
    page = next(shot for shot in told["shots"] if shot["reason"]["key"] == "page-turned")
    assert page["sources"] == ["screen"]
    assert page["reason"]["words"] == {
        "zh-CN": "screen 翻页。",
        "en": "A page was turned on screen.",
    }
    assert sum(shot["length_s"] for shot in told["shots"]) == pytest.approx(20)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_decisions_are_drawn(lesson: Path, tmp_path: Path, language: str) -> None:
    picture = tmp_path / "timeline.png"
    assert direct(lesson, "--dry-run", "--png", str(picture), language=language) == 0
    with Image.open(picture) as drawn:
        assert drawn.width == 1600
        assert len(drawn.getcolors(1_000_000) or ()) > 200


def test_what_a_source_is_may_be_said(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert direct(lesson, "--dry-run", "--json", "--role", "wide=board") == 0
    sources = json.loads(capsys.readouterr().out)["sources"]
    assert {source["id"]: source["role"] for source in sources}["wide"] == "board"


def test_a_rooms_own_rules_and_roles_may_be_tried(
    lesson: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = (
        f'[[source]]\nid = "{id_}"\nname = "{id_}"\nurl = "pattern://"\nrole = "{role}"\n'
        for id_, role in (("wide", "board"), ("teacher", "teacher"), ("attic", "wide"))
    )
    room = tmp_path / "room.toml"
    room.write_text(
        '[room]\nid = "a"\nname = "A"\n'
        + "".join(sources)
        + '[director]\nmin_shot_s = 3\nwithout = ["page-turned", "screen-worked"]\n'
    )
    assert direct(lesson, "--dry-run", "--json", "--room", str(room)) == 0
    told = json.loads(capsys.readouterr().out)
    assert {source["id"]: source["role"] for source in told["sources"]}["wide"] == "board"
    assert not {shot["reason"]["key"] for shot in told["shots"]} & {"page-turned", "screen-worked"}
    room.write_text("[rom]")
    assert direct(lesson, "--dry-run", "--room", str(room)) == 2


def test_the_manifest_stands_for_its_folder(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--board", "teacher=0.1,0.0,0.8,0.6")
    assert direct(lesson / "manifest.json", "--dry-run", "--json", *place) == 0
    assert json.loads(capsys.readouterr().out)["shots"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--dry-run"),
        (("--dry-run", "--role", "wide"), "SOURCE=ROLE"),
        (("--dry-run", "--role", "wide=headmaster"), "screen, board, teacher"),
        (("--dry-run", "--role", "attic=wide"), "attic"),
        (("--dry-run", "--board", "teacher"), "SOURCE=X,Y,WIDTH,HEIGHT"),
        (("--dry-run", "--board", "teacher=0,0,1"), "SOURCE=X,Y,WIDTH,HEIGHT"),
        (("--dry-run", "--board", "teacher=0.5,0,0.6,1"), "SOURCE=X,Y,WIDTH,HEIGHT"),
        (("--dry-run", "--board", "attic=0,0,1,1"), "attic"),
    ],
)
def test_what_cannot_be_done_is_wrong_use(
    lesson: Path, options: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert direct(lesson, *options) == 2
    assert told in capsys.readouterr().err


def test_what_is_no_recording_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert direct(tmp_path, "--dry-run") == 1
    assert "manifest.json" in capsys.readouterr().err


def test_a_picture_that_cannot_be_written_fails(lesson: Path, tmp_path: Path) -> None:
    assert direct(lesson, "--dry-run", "--png", str(tmp_path / "no" / "such" / "place.png")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_everything_that_is_noticed_and_decided(language: str) -> None:
    texts = words("direct").texts[language]
    others = ("opening", "nobody-moves", "long-enough", "source-lost", "by-hand")
    reasons = [*(rule.name for rule in PRACTICE), *others]
    needed = [f"role.{role}" for role in Role] + [f"sign.{sign}" for sign in Sign]
    needed += [f"{kind}.{reason}" for kind in ("reason", "cut") for reason in reasons]
    assert [key for key in needed if key not in texts] == []

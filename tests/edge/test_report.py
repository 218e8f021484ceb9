"""The report of a recording, in the terminal, as JSON, as a picture and as a page."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from classroom_edge.cli import run
from classroom_edge.commands.report_tables import facts_of, tables_of
from classroom_edge.words import words
from classroom_media.analyse.figures import (
    FileReport,
    Loudness,
    Method,
    Miss,
    Offset,
    Pictures,
    Report,
    Shot,
)
from classroom_media.api import NS, Layout
from classroom_media.record.finish import finish
from classroom_media.record.journal import LayoutShown, Marked
from classroom_media.record.manifest import MANIFEST_FILE
from tests.media.record_scene import START_NS, Room, in_order, pictures, sound

ID = "20261122-080000-0001"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder with one recording: 3 s in which 10 pictures are lost, and a mark."""
    folder = tmp_path_factory.mktemp("data")
    recording = folder / "recordings" / ID
    recording.mkdir(parents=True)
    room = Room(recording, track="programme", streams=("cam", "cam-sound"))
    lossy = [packet for n, packet in enumerate(pictures(150)) if not 30 <= n < 40]
    room.begin(START_NS)
    room.note(LayoutShown(at_ns=START_NS, layout=Layout("single", ("teacher",))))
    room.note(Marked(at_ns=START_NS + NS, text="重点 <b>"))
    room.feed_up_to(START_NS + 3 * NS, in_order(lossy, sound(6)))
    room.end(START_NS + 3 * NS)
    finish(recording)
    return folder


class Page(HTMLParser):
    """Gathers what a page would load, and how many tables it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in {"src", "href"}]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("Dropped frames", "True peak", "0:03.0")), ("zh-CN", ("丢帧", "真峰值", "镜头"))],
)
def test_a_recording_is_told_by_its_id(
    data: Path, language: str, said: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", ID, "--data", str(data)], language) == 0
    told = capsys.readouterr().out
    assert all(text in told for text in (*said, "programme.mp4", "重点 <b>"))


def test_json_holds_every_figure(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(data / "recordings" / ID), "--json"], "en") == 0
    told = json.loads(capsys.readouterr().out)
    (film,) = told["files"]
    assert told["id"] == "r"
    assert film["pictures"]["dropped"] + film["pictures"]["dropped_in_gaps"] == 10
    assert film["loudness"]["true_peak_dbtp"] < 0
    assert len(film["bitrate_kbps"]) >= 3
    assert told["offsets"][0]["method"] == "timestamps"
    assert told["marks"] == [{"at_s": 1.0, "text": "重点 <b>"}]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_out_gets_figures_a_plot_and_a_page_that_needs_no_network(
    data: Path, tmp_path: Path, language: str
) -> None:
    out = tmp_path / "new" / "report"
    assert run(["report", ID, "--data", str(data), "--out", str(out)], language) == 0
    with Image.open(out / "report.png") as plot:
        assert plot.width == 1600
    assert json.loads((out / "report.json").read_bytes())["state"] == "finished"
    text = (out / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert [load.partition(",")[0] for load in page.loads] == ["data:image/png;base64"]
    assert page.tags.count("table") >= 4
    assert "script" not in page.tags
    assert "重点 &lt;b&gt;" in text
    assert f'lang="{language}"' in text


def test_nothing_is_written_into_the_recording(data: Path) -> None:
    recording = data / "recordings" / ID
    before = sorted(recording.iterdir())
    assert run(["report", str(recording), "--out", str(recording / "report")], "en") == 2
    assert run(["report", str(recording), "--out", str(recording)], "en") == 2
    assert sorted(recording.iterdir()) == before


def test_a_recording_without_its_files_is_still_reported(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, out = tmp_path / "broken", tmp_path / "out"
    broken.mkdir()
    shutil.copy(data / "recordings" / ID / MANIFEST_FILE, broken)
    assert run(["report", str(broken), "--out", str(out)], "en") == 0
    assert "programme.mp4" in capsys.readouterr().out
    assert (out / "report.png").is_file()


@pytest.mark.parametrize(
    ("recording", "with_data", "status"),
    [("no-such-id", True, 1), ("no-such-id", False, 2), ("./no/such/folder", False, 1)],
)
def test_what_is_no_recording_is_refused(
    data: Path,
    recording: str,
    with_data: bool,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["report", recording, *(["--data", str(data)] if with_data else [])]
    assert run(arguments, "en") == status
    said = capsys.readouterr()
    assert recording in said.err
    assert said.out == ""


def test_an_empty_folder_is_no_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(tmp_path)], "zh-CN") == 1
    assert "Traceback" not in capsys.readouterr().err


def report_of(*, dropped: int, worst_ms: float, method: Method, peak_dbtp: float) -> Report:
    pictures = Pictures(
        count=100, fps=25.0, method=method, misses=(Miss(at_s=1.0, pictures=dropped),)
    )
    loudness = Loudness(integrated_lufs=-23.0, true_peak_dbtp=peak_dbtp)
    film = FileReport(
        track="programme",
        source="",
        kind="programme",
        file="programme.mp4",
        pictures=pictures,
        loudness=loudness,
    )
    offset = Offset(
        picture="programme.mp4", sound="programme.mp4", method=method, worst_ms=worst_ms
    )
    return Report(
        id="r",
        title="",
        room="101",
        state="finished",
        started_at=None,
        duration_s=4.0,
        files=(film,),
        offsets=(offset,),
    )


@pytest.mark.parametrize(
    ("report", "wrong"),
    [
        (report_of(dropped=0, worst_ms=-40, method=Method.TRUTH, peak_dbtp=-1.0), set()),
        (
            report_of(dropped=2, worst_ms=-41, method=Method.TRUTH, peak_dbtp=-0.9),
            {"2", "−41 ms", "−0.9 dBTP"},
        ),
        (report_of(dropped=0, worst_ms=90, method=Method.TIMESTAMPS, peak_dbtp=-3.0), set()),
    ],
)
def test_what_somebody_should_look_into_stands_out(report: Report, wrong: set[str]) -> None:
    def say(key: str, /, **values: object) -> str:
        return words("report").say(key, "en", **values)

    assert {fact.value.text for fact in facts_of(report, say) if fact.value.wrong} == wrong


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("local", "手动"),
        ("panel:讲台", "手动: 讲台"),
        ("person:li", "手动: li"),
        ("timetable", "timetable"),
    ],
)
def test_a_shot_that_a_person_wanted_is_told_as_by_hand(by: str, why: str) -> None:
    shot = Shot(from_s=0, to_s=4, layout="single", sources=("board",), by=by)
    quiet = report_of(dropped=0, worst_ms=0, method=Method.TRUTH, peak_dbtp=-3.0)
    report = msgspec.structs.replace(quiet, shots=(shot,))

    def say(key: str, /, **values: object) -> str:
        return words("direct" if key.startswith("cut.") else "report").say(key, "zh-CN", **values)

    shots = next(table for table in tables_of(report, say) if table.title == say("table.shots"))
    assert [row[-1].text for row in shots.rows] == [why]

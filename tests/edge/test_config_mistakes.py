"""What people type into room.toml, and what they are told: code, place and remedy."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from classroom_edge.config import Mistake, examine
from classroom_edge.words import words

GOOD = """\
[room]
id = "three-1"
name = "Class 3"
[network]
port = 8088
[recording]
fps = 25
[[device]]
id = "camera"
name = "Camera"
driver = "visca"
url = "tcp://127.0.0.1:5678"
presets = { wide = 1 }
[[device]]
id = "projector"
name = "Projector"
driver = "pjlink"
url = "tcp://127.0.0.1:4352"
[[source]]
id = "teacher"
name = "Teacher"
url = "rtsp://127.0.0.1/teacher"
camera = "camera"
[[source]]
id = "microphone"
name = "Microphone"
url = "alsa://?device=default"
picture = false
sound = true
[layouts]
single = ["teacher"]
[[routine]]
name = "class-start"
title = "Start"
[[routine.want]]
device = "camera"
preset = "wide"
"""


SMALL = 'display = ":0"\narea = "1920x1080+1920+0"\n'  # a screen


def afar(peer: str) -> str:
    """Give a source that is a room elsewhere."""
    return f'[[source]]\nid = "far"\nname = "Far"\nurl = "remote://{peer}"\n'


@dataclass(frozen=True)
class Typed:
    """`wrong` typed instead of `right` in GOOD gives one mistake, at `line`, with `remedy`."""

    right: str
    wrong: str
    code: str
    line: int
    remedy: str = ""  # part of it, in English


FROM_INPUT_METHODS = [
    Typed('name = "Class 3"', "name = “三年级，（2）班”", "full-width", 3, '“ → "'),
    Typed('name = "Class 3"', 'name = "三年级”', "full-width", 3, '” → "'),
    Typed('name = "Class 3"', 'name ＝ "三年级"', "full-width", 3, "＝ → ="),
    Typed('name = "Class 3"', 'name： "三年级"', "colon", 3, "name = value"),
    Typed('name = "Class 3"', 'name\u3000= "三年级"', "invisible", 3),
    Typed('name = "Class 3"', 'name = \u200b"三年级"', "invisible", 3),
    Typed("port = 8088", "port = ８０８８", "full-width", 5, "８ → 8"),
    Typed('single = ["teacher"]', "single = ［“teacher”］", "full-width", 31, "［ → ["),
    Typed("[room]", "【room】", "full-width", 1, "【 → ["),
    Typed("presets = { wide = 1 }", 'presets = { wide = 1， "far" = 2 }', "full-width", 13),
]
FROM_NOTEPAD = [
    Typed("fps = 25", 'folder = "C:\\new"', "backslash", 7, r"'C:\new'"),
    Typed("fps = 25", 'folder = "D:\\data\\"', "backslash", 7, r"'D:\data'"),
    Typed("fps = 25", 'folder = "\\\\nas\\lessons"', "backslash", 7, r"'\nas\lessons'"),
    Typed('name = "Class 3"', 'name = "3\\2"', "escape", 3),
    Typed('name = "Class 3"', "name = 8:00", "bare-time", 3, '"08:00"'),
    Typed('name = "Class 3"', 'name = "Class 3', "quote-not-closed", 3),
    Typed('name = "Class 3"', "name = Class 3", "missing-quotes", 3, '"Class 3"'),
    Typed('name = "Class 3"', 'name "Class 3"', "missing-equals", 3),
    Typed('name = "Class 3"', 'name = "he said "yes" twice"', "text-after-value", 3),
    Typed('url = "tcp://127.0.0.1:4352"', "url = tcp://127.0.0.1:4352", "missing-quotes", 18),
    Typed("port = 8088", "port = 8088;", "trailing-mark", 5),
    Typed("port = 8088", "port = 08088", "leading-zero", 5, "8088"),
    Typed("fps = 25", "fps = 25 fps", "unit", 7, "Write 25"),
    Typed("fps = 25", "isolated = yes", "truth", 7, "true"),
    Typed("fps = 25", "isolated = False", "truth", 7, "false"),
    Typed("fps = 25", "isolated = 是", "truth", 7, "true"),
    Typed("fps = 25", "isolated =", "missing-value", 7),
    Typed("fps = 25", "isolated", "missing-value", 7),
    Typed("fps = 25", "isolated = null", "no-null", 7),
    Typed("fps = 25", "fps = 25\nfps = 30", "duplicate-key", 8),
    Typed("fps = 25", "fps = 25\n[network]", "duplicate-table", 8),
    Typed("fps = 25", "// fps = 25", "comment-mark", 7),
    Typed("fps = 25", "f/ps = 25", "bad-key", 7),
    Typed("fps = 25", "“fps” = 25", "syntax", 7),
    Typed("fps = 25", "x.x.x.x.x.x.x.x.x.x.x.x.x.x = 1", "too-deep", 7),
    Typed("fps = 25", f"fps = {'[' * 2000}", "too-deep", 7),
    Typed("[recording]", "[recording", "header-brackets", 6, "[recording]"),
    Typed("[recording]", "[recording]:", "header-brackets", 6),
    Typed("[recording]\nfps = 25\n", "[a b]\n", "bad-header", 6),
    Typed("[[routine]]", "[routine]", "single-brackets", 32, "[[routine]]"),
    Typed("[recording]", "[[recording]]", "double-brackets", 6, "[recording]"),
    Typed('[[routine]]\nname = "class-start"\ntitle = "Start"\n', "", "orphan", 32),
    Typed('single = ["teacher"]', 'side-by-side = ["teacher"', "bracket-not-closed", 31),
    Typed("presets = { wide = 1 }", "presets = { wide = 1 b = 2 }", "missing-comma", 13),
    Typed("presets = { wide = 1 }", "presets = {\n  wide = 1\n}", "inline-table-lines", 13),
    Typed("presets = { wide = 1 }", "presets = { wide = 1, }", "trailing-mark", 13),
    Typed("presets = { wide = 1 }", "presets = { wide: 1 }", "colon", 13),
    Typed("presets = { wide = 1 }", "presets = { wide = 1, 全景 = 2 }", "key-quotes", 13, '"全景"'),
]
OF_MEANING = [
    Typed('[room]\nid = "three-1"\nname = "Class 3"\n', "", "missing-table", 1),
    Typed('name = "Class 3"\n', "", "missing-key", 1, "name ="),
    Typed("[network]", "[netwrok]", "unknown-table", 4),
    Typed("port = 8088", "prot = 8088", "unknown-key", 5),
    Typed("port = 8088", 'port = "8088"', "wrong-kind", 5),
    Typed("fps = 25", "fps = fast", "wrong-kind", 7),
    Typed("port = 8088", "port = 80888", "too-great", 5, "65535"),
    Typed("port = 8088", "port = 0", "too-small", 5, "1"),
    Typed("fps = 25", "width = 321", "not-a-multiple", 7),
    Typed("fps = 25", 'preset = "fastt"', "not-a-choice", 7),
    Typed('name = "Class 3"', 'name = ""', "empty", 3),
    Typed('name = "Class 3"', f'name = "{"3" * 81}"', "too-long", 3, "shorter"),
    Typed('id = "three-1"', 'id = "Three 1"', "id-shape", 2),
    Typed('id = "microphone"', 'id = "programme"', "id-reserved", 25),
    Typed('id = "microphone"', 'id = "teacher-sound"', "id-reserved", 25),
    Typed('name = "Class 3"', 'name = "Class 3"\ntimezone = "Beijing"', "timezone", 4, "Shanghai"),
    Typed("port = 8088", 'listen = "everywhere"', "address", 5, "0.0.0.0"),
    Typed('name = "Class 3"', 'name = "Class 3"\nprofile = "routin"', "not-a-choice", 4),
    Typed(
        'name = "Class 3"',
        'name = "Class 3"\nprofile = "routine"\n[director]\nmode = "auto"',
        "routine-directs",
        6,
        "studio",
    ),
    Typed(
        'name = "Class 3"',
        'name = "Class 3"\nprofile = "routine"'
        + "".join(f'\n[[source]]\nid = "{n}"\nname = "N"\nurl = "pattern://"' for n in "abc"),
        "routine-pictures",
        4,
        "studio",
    ),
    Typed("port = 8088", 'names = ["a b"]', "wrong-value", 5),
    Typed("sound = true", "sound = false", "source-empty", 24),
    Typed('preset = "wide"', "", "want-empty", 35),
    Typed("sound = true", 'sound = true\nsmall_url = "rtsp://a/2"', "small-without-picture", 24),
    Typed('camera = "camera"', 'small_url = "rtsp://127.0.0.1/teacher"', "small-same", 23),
    Typed('camera = "camera"', 'small_url = "rtsp:///2"', "url-host", 23),
    Typed('camera = "camera"', "gain_db = 3", "mixed-without-sound", 19),
    Typed("sound = true", "sound = true\ngain_db = 60", "too-great", 30, "30"),
    Typed("sound = true", "sound = true\ngate = {}", "missing-key", 30, "threshold_db"),
    Typed("sound = true", 'sound = true\nspare_of = "techer"', "no-such-source", 30),
    Typed("sound = true", 'sound = true\nspare_of = "teacher"', "source-without-sound", 30),
    Typed("sound = true", 'sound = true\nspare_of = "microphone"', "spare-of-spare", 30),
    Typed(
        'camera = "camera"\n[[source]]',
        'sound = true\n[[source]]\nid = "a"\nname = "A"\nurl = "alsa://"\npicture = false\n'
        'sound = true\nspare_of = "teacher"\n[[source]]\nspare_of = "teacher"',
        "spare-twice",
        32,
    ),
    Typed(
        'camera = "camera"\n[[source]]\nid = "microphone"',
        'small_url = "rtsp://a/2"\n[[source]]\nid = "teacher-small"',
        "small-taken",
        23,
    ),
    Typed('id = "microphone"', 'id = "teacher"', "duplicate-id", 25),
    Typed('driver = "pjlink"', 'driver = "pjlnk"', "unknown-driver", 17),
    Typed("tcp://127.0.0.1:5678", "tcp://127.0.0.1:5678?colour=1", "driver-says", 12),
    Typed('camera = "camera"', 'camera = "camrea"', "no-such-device", 23),
    Typed('camera = "camera"', 'camera = "projector"', "device-cannot", 23),
    Typed('single = ["teacher"]', 'single = ["techer"]', "no-such-source", 31),
    Typed('single = ["teacher"]', 'single = ["microphone"]', "source-without-picture", 31),
    Typed('single = ["teacher"]', 'side-by-side = ["teacher", "teacher"]', "source-twice", 31),
    Typed('preset = "wide"', 'preset = "wdie"', "no-such-preset", 37, '"wdie" = 1'),
    Typed("tcp://127.0.0.1:4352", "tcp://127.0.0.1:99999", "url-shape", 18),
    Typed("tcp://127.0.0.1:4352", "127.0.0.1", "url-scheme-missing", 18, "tcp://"),
    Typed("tcp://127.0.0.1:4352", "tpc://127.0.0.1:4352", "url-scheme", 18),
    Typed("rtsp://127.0.0.1/teacher", "rtsp:///teacher", "url-host", 22),
    Typed("rtsp://127.0.0.1/teacher", "tcp://127.0.0.1", "url-port-missing", 22),
    Typed("rtsp://127.0.0.1/teacher", "file://lesson.mp4", "url-file", 22),
    Typed("rtsp://127.0.0.1/teacher", "v4l2://", "url-camera", 22),
    Typed("rtsp://127.0.0.1/teacher", "remote://hub", "remote-alone", 22),
    Typed("[recording]", f"[site]\n{afar('hill')}[recording]", "remote-not-hub", 10),
    Typed("[recording]", f"[hub]\n{afar('hub')}[recording]", "remote-no-site", 10),
    Typed("[recording]", f"[hub]\n{afar('three-1')}[recording]", "remote-no-site", 10),
    Typed("[recording]", f"[hub]\n{afar('')}[recording]", "remote-no-site", 10),
    Typed(
        "[recording]",
        f"[hub]\n{afar('hill')}{afar('hill').replace('far', 'near')}[recording]",
        "remote-twice",
        14,
    ),
    Typed('camera = "camera"', 'small_url = "remote://hub"', "remote-small", 23),
    Typed("tcp://127.0.0.1:4352", "tcp://a:b@127.0.0.1:4352", "login-in-url", 18),
    Typed('driver = "pjlink"', 'driver = "pjlink"\npassword = { x = 1 }', "secret-form", 18),
    Typed(
        'driver = "pjlink"',
        'driver = "pjlink"\npassword = { env = "NOT_SET" }',
        "secret-variable",
        18,
    ),
    Typed(
        'driver = "pjlink"',
        'driver = "pjlink"\npassword = { env = "my pw" }',
        "secret-variable-name",
        18,
    ),
    Typed(
        'driver = "pjlink"', 'driver = "pjlink"\npassword = { file = "gone" }', "secret-file", 18
    ),
    Typed(
        'id = "microphone"\nname = "Microphone"\nurl = "alsa://?device=default"\npicture = false',
        'id = "screen"\nname = "Screen"\nurl = "pattern://"\n[programme]\n'
        'sources = ["teacher", "screen"]\n[[source]]\nid = "x"\nname = "x"\nurl = "alsa://"',
        "too-many-sources",
        29,
    ),
]
LAYOUT_OF_MY_OWN = """\
[[layout]]
name = "news"
title = "News"
background = "#10233f"
[[layout.slot]]
x = 0.1
y = 0.1
width = 0.5
height = 0.5
crop = { x = 0.25, width = 0.5 }
"""
OF_LAYOUTS = [
    Typed('name = "news"', 'name = "grid"', "layout-built-in", 39, "another name"),
    Typed('"#10233f"', '"blue"', "colour", 41, "#10233f"),
    Typed('background = "#10233f"', 'background_picture = "gone.png"', "picture-file", 41, "PNG"),
    Typed("width = 0.5\n", "width = 0.95\n", "slot-outside", 42, "1 or less"),
    Typed("x = 0.25,", "x = 0.75,", "crop-outside", 47, "1 or less"),
    Typed("x = 0.1\n", 'x = 0.1\nkey = { colour = "#c03030" }\n', "key-colour", 44, "#00b140"),
    Typed("x = 0.1\n", "x = 0.1\nborder = 0.01\nkey = {}\n", "key-border", 42, "border"),
    Typed("x = 0.1\n", "x = -1\n", "too-small", 43),
    Typed("height = 0.5", "height = 50", "too-great", 46),
    Typed("y = 0.1\n", "", "missing-key", 42),
    Typed("[[layout.slot]]", "[layout.slot]", "single-brackets", 42, "[[layout.slot]]"),
    Typed("fps = 25\n", 'fps = 25\n[programme]\nlayout = "new"\n', "not-a-choice", 9, ""),
    Typed("fps = 25\n", 'fps = 25\n[programme]\nlayout = "grid"\n', "too-few-sources", 9),
    Typed("single = [", "sngle = [", "not-a-choice", 31),
    Typed("fps = 25\n", 'fps = 25\n[programme]\ntransition = "fad"\n', "not-a-choice", 9),
    Typed("fps = 25\n", "fps = 25\n[programme]\nfade_s = 10\n", "too-great", 9, "3"),
    Typed("fps = 25\n", 'fps = 25\n[director]\nmode = "automatic"\n', "not-a-choice", 9),
    Typed("fps = 25\n", "fps = 25\n[director]\nmin_shot_s = 1\n", "too-small", 9, "2"),
    Typed("fps = 25\n", 'fps = 25\n[director]\nwithout = ["clas-busy"]\n', "not-a-choice", 9),
    Typed(
        "fps = 25\n",
        'fps = 25\n[director.layouts]\npage-turned = "mosaic"\n',
        "not-a-choice",
        9,
    ),
    Typed("fps = 25\n", 'fps = 25\n[director.layouts]\npage = "single"\n', "not-a-choice", 9),
    Typed(
        'teacher"\ncamera = "camera"\n',
        'teacher"\n[source.tracking]\n',
        "tracking-without-camera",
        23,
    ),
    Typed(
        'camera = "camera"\n',
        'camera = "camera"\n[source.tracking]\nlost_preset = "all"\n',
        "no-such-preset",
        25,
    ),
    Typed('camera = "camera"\n', 'camera = "camera"\nrole = "techer"\n', "not-a-choice", 24),
    Typed(
        "fps = 25\n",
        "fps = 25\n[director]\nmin_shot_s = 20\nmax_shot_s = 10\n",
        "shot-lengths",
        8,
    ),
    Typed("fps = 25\n", 'fps = 25\nfolder = "a"\nsecond_folder = "a"\n', "same-folder", 6),
    Typed("fps = 25\n", "fps = 25\n[hub]\n[site]\n", "hub-and-site", 9),
    Typed("fps = 25\n", "fps = 25\n[hub]\nport = 8087\n", "port-of-panel", 9, "port = 7700"),
    Typed("fps = 25\n", "fps = 25\n[site]\nautojoin = true\n", "unknown-key", 9, "Correct"),
    Typed("fps = 25\n", "fps = 25\n[[titles]]\nclock = true\n", "double-brackets", 8),
    Typed("fps = 25\n", 'fps = 25\n[titles]\nclock_corner = "middle"\n', "not-a-choice", 9),
    Typed("fps = 25\n", "fps = 25\n[titles]\nlower_third = {}\n", "missing-key", 9),
    Typed("fps = 25\n", "fps = 25\n[titles]\nopening_s = 3\n", "no-card", 8, "opening = {"),
    Typed("fps = 25\n", 'fps = 25\n[titles]\nlogo = "gone.png"\n', "picture-file", 9),
    *(
        Typed("fps = 25\n", f"fps = 25\n[unattended]\n{line}\n", code, at, remedy)
        for line, code, at, remedy in (
            ('night_off = "22:00"', "off-by-what", 8, 'off_routine = "class-end"'),
            ('off_routine = "class-strat"', "not-a-choice", 9, ""),
            ('quiet_from = "21:30"', "quiet-half", 8, "quiet_to"),
            ('shutdown = ["Someday 22:30"]', "weekly-clock", 9, "Fri 22:30"),
            ("idle_off_min = 1", "too-small", 9, ""),
        )
    ),
    Typed("fps = 25\n", 'fps = 25\n[titles.opening]\ntitle = ""\n', "empty", 9),
    *(
        Typed(
            "fps = 25\n",
            f'fps = 25\n[[push]]\nid = "p"\nname = "P"\nurl = "{url}"\n',
            f"push-{what}",
            11,
        )
        for what, url in {
            "scheme": "ftp://live.example/app/key",
            "host": "rtmp:///app/key",
            "port": "srt://live.example",
            "key": "rtmp://live.example/app",
            "passphrase": "srt://live.example:9000?passphrase=short",
        }.items()
    ),
    *(
        Typed(
            "fps = 25\n",
            f'fps = 25\n[[targets]]\nid = "t"\nname = "T"\n{text}\n',
            code,
            line,
        )
        for code, line, text in (
            ("target-folder", 8, 'kind = "folder"\nurl = "nas"'),
            ("target-scheme", 8, 'kind = "webdav"\nurl = "ftp://nas.example/dav"'),
            ("target-login", 8, 'kind = "webdav"\nurl = "https://me:secret@nas.example/dav"'),
            ("target-host-key", 8, 'kind = "sftp"\nurl = "sftp://nas.example/dav"'),
            ("target-key", 8, 'kind = "rtmp"\nurl = "rtmp://tv.example/live"'),
            ("target-hours", 13, 'kind = "folder"\nurl = "/nas"\nhours = "evening"'),
            ("authority-file", 13, 'kind = "folder"\nurl = "/nas"\nauthority = "none.pem"'),
        )
    ),
    Typed("fps = 25\n", 'fps = 25\n[store]\nurl = "mysql://db/room"\n', "store-url", 9),
    *(
        Typed("fps = 25\n", f'fps = 25\n[[screen]]\nid = "a"\nname = "A"\n{text}\n', code, line)
        for code, line, text in (
            ("screen-covered", 16, f'{SMALL}[[screen]]\nid = "b"\nname = "B"\ndisplay = ":0"'),
            ("no-such-device", 11, 'device = "projektor"'),
            ("not-a-choice", 11, 'shows = "everything"'),
        )
    ),
    Typed(
        "fps = 25\n",
        'fps = 25\n[store]\nurl = "postgresql+psycopg://me:secret@db/room"\n',
        "store-login",
        9,
    ),
]
OF_THE_FILE = {
    "encoding": GOOD.replace("Class 3", "三年级").encode("gbk"),
    "not-text": b'[room]\nid = "a"\nname = "\xff\xff"\n',
    "too-large": b"#" * 200_000,
}
ALL = [*FROM_INPUT_METHODS, *FROM_NOTEPAD, *OF_MEANING]
TOLD_ELSEWHERE = {  # and tested there
    "listens-outside", "unreadable",
    "device-answers", "device-silent", "source-answers", "source-silent",
    "port-of-adapter", "port-of-socket", "port-same-unit", "port-taken", "port-two-ways",
    "layout-slots", "same-corner",
} | {one.code for one in OF_LAYOUTS}  # fmt: skip


def mistakes(folder: Path, content: str | bytes) -> tuple[Mistake, ...]:
    room = folder / "room.toml"
    room.write_bytes(content.encode() if isinstance(content, str) else content)
    return examine(room, {}).mistakes


def test_the_room_that_the_mistakes_are_made_in_is_right(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD) == ()


@pytest.mark.parametrize("typed", ALL, ids=[f"{one.code}-{one.wrong[:24]}" for one in ALL])
def test_a_mistake_is_told_alone_with_its_line_and_remedy(tmp_path: Path, typed: Typed) -> None:
    assert typed.right in GOOD
    found = mistakes(tmp_path, GOOD.replace(typed.right, typed.wrong, 1))
    assert [(one.code, one.position.line) for one in found] == [(typed.code, typed.line)]
    assert typed.remedy in found[0].remedy["en"]


def test_a_layout_of_my_own_is_right(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD + LAYOUT_OF_MY_OWN) == ()


@pytest.mark.parametrize("typed", OF_LAYOUTS, ids=[one.code for one in OF_LAYOUTS])
def test_a_mistake_in_a_layout_is_told_alone_with_its_line_and_remedy(
    tmp_path: Path, typed: Typed
) -> None:
    room = GOOD + LAYOUT_OF_MY_OWN
    assert typed.right in room
    found = mistakes(tmp_path, room.replace(typed.right, typed.wrong, 1))
    assert [(one.code, one.position.line) for one in found] == [(typed.code, typed.line)]
    assert typed.remedy in found[0].remedy["en"]


def test_a_layout_without_slots_or_with_too_many_is_a_mistake(tmp_path: Path) -> None:
    header, slot = LAYOUT_OF_MY_OWN.split("[[layout.slot]]")
    for slots in (0, 7):
        found = mistakes(tmp_path, GOOD + header + f"[[layout.slot]]{slot}" * slots)
        assert [(one.code, one.position.line) for one in found] == [("layout-slots", 38)]


def test_a_background_that_is_no_picture_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "studio.png").write_text("no picture")
    named = LAYOUT_OF_MY_OWN.replace('"#10233f"', '"#10233f"\nbackground_picture = "studio.png"')
    assert [one.code for one in mistakes(tmp_path, GOOD + named)] == ["picture-file"]


def test_logo_and_clock_in_one_corner_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    titles = '[titles]\nlogo = "logo.png"\nclock = true\nclock_corner = "top-right"\n'
    found = mistakes(tmp_path, GOOD + titles)
    assert [(one.code, one.position.line) for one in found] == [("same-corner", 38)]


@pytest.mark.parametrize("typed", ALL, ids=[f"{one.code}-{one.wrong[:24]}" for one in ALL])
def test_a_mistake_hides_no_other_before_or_behind_it(tmp_path: Path, typed: Typed) -> None:
    text = GOOD.replace(typed.right, typed.wrong, 1)
    text = f"{text}[[routine]]\nname = Class End\ntitle = 下课\ncolour = 1\n"
    codes = [one.code for one in mistakes(tmp_path, text)]
    assert {"unknown-key", "missing-quotes"} <= set(codes)
    assert typed.code in codes


def test_many_mistakes_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD
    for typed in (FROM_INPUT_METHODS[0], FROM_NOTEPAD[0], OF_MEANING[3]):
        text = text.replace(typed.right, typed.wrong, 1)
    found = [(one.code, one.position.line) for one in mistakes(tmp_path, text)]
    assert found == [("full-width", 3), ("unknown-key", 5), ("backslash", 7)]


@pytest.mark.parametrize(("code", "content"), OF_THE_FILE.items())
def test_a_file_of_the_wrong_kind_is_recognised(tmp_path: Path, code: str, content: bytes) -> None:
    assert [one.code for one in mistakes(tmp_path, content)] == [code]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_foreign_encoding_hides_no_other_mistake(tmp_path: Path, encoding: str) -> None:
    text = GOOD.replace("Class 3", "三年级").replace("port", "prot")
    found = mistakes(tmp_path, text.encode(encoding))
    assert [one.code for one in found] == ["encoding", "unknown-key"]
    assert "UTF-8" in found[0].remedy["en"]


def test_gbk_is_told_where_it_begins(tmp_path: Path) -> None:
    found = mistakes(tmp_path, OF_THE_FILE["encoding"])
    assert (found[0].position.line, found[0].position.column) == (3, 9)


def test_a_file_that_is_not_there_is_a_mistake_too(tmp_path: Path) -> None:
    assert [one.code for one in examine(tmp_path / "room.toml").mistakes] == ["unreadable"]
    assert [one.code for one in examine(tmp_path).mistakes] == ["unreadable"]


def test_a_mistake_stands_at_the_sign_that_is_wrong(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD.replace("{ wide = 1 }", '{ wide = "1" }'))
    assert (found[0].code, found[0].position.column) == ("wrong-kind", 20)
    assert found[0].text == 'presets = { wide = "1" }'


def test_the_same_key_twice_names_the_first_line(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD.replace("fps = 25", "fps = 25\nfps = 30"))
    assert "line 7" in found[0].message["en"]
    assert "第 7 行" in found[0].message["zh-CN"]


@pytest.mark.parametrize(
    ("wrong", "meant"), [("langauge", "language"), ("lang", "language"), ("nmae2", "name")]
)
def test_what_was_probably_meant_is_suggested(tmp_path: Path, wrong: str, meant: str) -> None:
    text = GOOD.replace('name = "Class 3"', f'name = "Class 3"\n{wrong} = "x"', 1)
    assert f'Did you mean "{meant}"?' in mistakes(tmp_path, text)[0].message["en"]


def test_a_hundred_mistakes_are_enough(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, "".join(f"x{n} = 1\n" for n in range(5000)))) == 100


def test_every_mistake_that_has_words_is_made_here(tmp_path: Path) -> None:
    known = {
        key.removesuffix(".message")
        for key in words("check").texts["en"]
        if key.endswith(".message")
    }
    assert known == {one.code for one in ALL} | OF_THE_FILE.keys() | TOLD_ELSEWHERE


def test_a_mistake_is_told_to_programs_in_both_languages(tmp_path: Path) -> None:
    told = mistakes(tmp_path, GOOD.replace("port = 8088", "port = 80888"))[0].as_json(
        Path("r.toml")
    )
    assert json.loads(json.dumps(told)) == {
        "file": "r.toml",
        "line": 5,
        "column": 8,
        "code": "too-great",
        "severity": "error",
        "text": "port = 80888",
        "message": {
            "zh-CN": "port 太大，最大 65535。",
            "en": "port is too great; the most is 65535.",
        },
        "remedy": {"zh-CN": "改成不大于 65535 的数。", "en": "Write 65535 or less."},
    }


@pytest.mark.parametrize(
    ("end", "peers"), [("[site]", ("hub",)), ("[hub]", ("hill",)), ("[hub]", ())]
)
def test_rooms_elsewhere_are_called_as_they_are_enrolled(
    tmp_path: Path, end: str, peers: tuple[str, ...]
) -> None:
    room = tmp_path / "room.toml"
    room.write_text(GOOD + end + "\n" + "".join(map(afar, peers)), encoding="utf-8")
    assert not examine(room).mistakes

"""room.toml that is right: what it says arrives as frozen values."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from classroom_edge.config import Config, ConfigError, examine, load

ROOMS = Path(__file__).parent / "rooms"
LEAST = (ROOMS / "least.toml").read_text("utf-8")


def loaded(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Config:
    room = folder / "room.toml"
    room.write_text(text, encoding="utf-8")
    return load(room, environ or {})


def test_the_example_with_every_feature_has_no_mistake() -> None:
    found = examine(ROOMS / "full.toml", {})
    assert found.mistakes == ()
    assert found.notes == ()


def test_what_the_example_says_arrives() -> None:
    config = load(ROOMS / "full.toml", {})
    assert config.room.name == "三年级(2)班"
    assert config.recording.folder == ROOMS.absolute() / "recordings"
    assert config.device("teacher-camera").presets == {"全景": 1, "讲台": 2, "黑板": 3}
    assert config.source("teacher").camera == "teacher-camera"
    assert config.source("teacher").small_url == "rtsp://192.168.1.31/stream2"
    assert config.programme.sources == ("screen", "teacher")
    assert (config.programme.transition, config.programme.fade_s) == ("fade", 0.4)
    assert config.routines[0].title == {"zh-CN": "上课", "en": "Start class"}
    assert config.light.tally == ("teacher-camera",)


def test_a_room_and_a_source_are_enough() -> None:
    config = load(ROOMS / "least.toml", {})
    assert (config.network.listen, config.network.port) == ("127.0.0.1", 8088)
    assert (config.recording.fps, config.recording.pre_roll_s) == (25, 10)
    assert config.programme.layout == "single"
    assert config.source("teacher").picture
    assert not config.source("teacher").sound


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("", (1920, 1080, "veryfast", 23, 4000, 2.0)),
        ('profile = "everyday"', (1920, 1080, "veryfast", 23, 4000, 2.0)),
        ('profile = "fine"', (1920, 1080, "faster", 20, 8000, 2.0)),
        ('profile = "thin-link"', (1280, 720, "veryfast", 27, 700, 4.0)),
        ('profile = "thin-link"\nheight = 540\ngop_s = 1', (1280, 540, "veryfast", 27, 700, 1.0)),
    ],
)
def test_a_profile_sets_what_the_file_does_not_say(
    tmp_path: Path, said: str, form: tuple[int, int, str, int, int, float]
) -> None:
    one = loaded(tmp_path, f"{LEAST}[recording]\n{said}\n").recording
    assert (one.width, one.height, one.preset, one.quality, one.bitrate_kbps, one.gop_s) == form


def test_a_layout_without_sources_is_filled_with_the_first_pictures() -> None:
    config = load(ROOMS / "full.toml", {})
    assert config.fill("side-by-side") == ("teacher", "screen")
    assert load(ROOMS / "least.toml", {}).fill("side-by-side") == ("teacher",)


def test_a_layout_is_filled_with_what_is_asked_for_first() -> None:
    config = load(ROOMS / "full.toml", {})
    assert config.fill("side-by-side", ("screen",)) == ("screen", "teacher")
    assert config.fill("grid") == ("teacher", "screen")


def test_layouts_of_the_school_stand_behind_the_built_in_ones() -> None:
    config = load(ROOMS / "full.toml", {})
    assert list(config.slots) == [
        "single", "side-by-side", "picture-in-picture", "picture-beside-screen", "grid", "news",
    ]  # fmt: skip
    assert (config.slots["grid"], config.fewest("grid")) == (6, 2)
    assert (config.slots["news"], config.fewest("news")) == (2, 2)
    news = config.own_layouts[0]
    assert news.title == {"zh-CN": "校园新闻", "en": "News"}
    assert news.slots[0].crop.width == pytest.approx(0.8)
    assert news.slots[1].crop.width == pytest.approx(1)


def test_a_background_picture_stands_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "studio.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    text = LEAST + (
        '[[layout]]\nname = "news"\ntitle = "News"\nbackground_picture = "studio.png"\n'
        "[[layout.slot]]\nx = 0\ny = 0\nwidth = 1\nheight = 1\n"
    )
    assert loaded(tmp_path, text).own_layouts[0].background_picture == tmp_path / "studio.png"


def test_a_routine_asks_for_one_thing_after_the_other_power_first(tmp_path: Path) -> None:
    text = LEAST + (
        '[[device]]\nid = "board"\nname = "Board"\ndriver = "ifp"\nurl = "tcp://127.0.0.1:4660"\n'
        '[[routine]]\nname = "class-start"\ntitle = "Start"\n'
        '[[routine.want]]\ndevice = "board"\nvolume = 30\ninput = "hdmi-1"\npower = "on"\n'
    )
    wants = loaded(tmp_path, text).routines[0].wants
    asked = [(want.capability, want.value) for want in wants]
    assert asked == [("power", "on"), ("input-select", "hdmi-1"), ("volume", 30)]


def test_a_config_cannot_be_changed() -> None:
    config = load(ROOMS / "least.toml", {})
    with pytest.raises(ValidationError, match="frozen"):
        config.room.name = "other"


@pytest.mark.parametrize(
    ("password", "environ"),
    [
        ('"swordfish"', {}),
        ('{ env = "CAMERA_PASSWORD" }', {"CAMERA_PASSWORD": "swordfish"}),
        ('{ file = "camera.txt" }', {}),
    ],
)
def test_a_password_comes_from_the_file_the_environment_or_a_file_of_its_own(
    tmp_path: Path, password: str, environ: dict[str, str]
) -> None:
    (tmp_path / "camera.txt").write_bytes(b"\xef\xbb\xbfswordfish\r\n")  # as Notepad saves it
    config = loaded(tmp_path, f"{LEAST}password = {password}\n", environ)
    secret = config.source("teacher").password
    assert secret is not None
    assert secret.get_secret_value() == "swordfish"
    assert config.secrets() == ("swordfish",)


def test_a_login_inside_a_url_is_taken_out_of_it(tmp_path: Path) -> None:
    text = LEAST.replace("rtsp://", "rtsp://admin:sword%40fish@")
    source = loaded(tmp_path, text).source("teacher")
    assert source.url == "rtsp://192.168.1.31/stream1"
    assert source.username == "admin"
    assert source.password is not None
    assert source.password.get_secret_value() == "sword@fish"


def test_a_small_stream_shares_the_login_of_its_camera(tmp_path: Path) -> None:
    url = "rtsp://admin:sword%40fish@192.168.1.31/stream1"
    text = LEAST.replace("rtsp://192.168.1.31/stream1", url)
    small = f'small_url = "{url[:-1]}2"\n'
    source = loaded(tmp_path, text + small).source("teacher")
    assert source.small_url == "rtsp://192.168.1.31/stream2"
    assert (source.username, source.url[-7:]) == ("admin", "stream1")
    room = tmp_path / "other.toml"
    room.write_text(text + small.replace("sword", "key"), encoding="utf-8")
    assert [mistake.code for mistake in examine(room, {}).mistakes] == ["login-in-url"]


def test_an_address_beyond_this_machine_is_noted_but_no_mistake(tmp_path: Path) -> None:
    room = tmp_path / "room.toml"
    room.write_text(LEAST + '[network]\nlisten = "0.0.0.0"\n', encoding="utf-8")
    found = examine(room, {})
    assert found.config is not None
    assert [note.code for note in found.notes] == ["listens-outside"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_notepads_line_ends_and_byte_order_mark_mean_nothing(
    tmp_path: Path, ends: str, mark: str
) -> None:
    room = tmp_path / "room.toml"
    room.write_bytes((mark + LEAST.replace("\n", ends)).encode())
    assert examine(room, {}).mistakes == ()


def test_the_error_names_file_and_line_of_each_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"room\.toml:1: ") as caught:
        loaded(tmp_path, "[rooom]\n")
    assert [one.code for one in caught.value.mistakes] == ["missing-table", "unknown-table"]

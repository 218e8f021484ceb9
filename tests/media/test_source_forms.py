"""What sources are made of: H.264 and AAC on the wire, URLs."""

import pytest

from classroom_media.api import SourceError
from classroom_media.sources import adts, annexb
from classroom_media.sources.address import input_of, shown
from tests.media.watching import source

SPS, PPS, IDR, DELIMITER = b"\x67\x42\x00\x1e", b"\x68\xce\x3c\x80", b"\x65\x88\x84", b"\x09\xf0"
LONG, SHORT = b"\0\0\0\1", b"\0\0\1"
SETS = LONG + SPS + LONG + PPS


def test_parameter_sets_are_found_whatever_their_start_codes() -> None:
    unit = LONG + DELIMITER + SHORT + SPS + LONG + PPS + SHORT + IDR
    assert annexb.parameter_sets(unit) == SETS
    assert annexb.parameter_sets(LONG + IDR) == b""
    assert annexb.parameter_sets(b"") == b""


def test_parameter_sets_go_in_front_but_after_a_delimiter() -> None:
    assert annexb.with_parameter_sets(LONG + IDR, SETS) == SETS + LONG + IDR
    delimited = annexb.with_parameter_sets(LONG + DELIMITER + SHORT + IDR, SETS)
    assert delimited == LONG + DELIMITER + SETS + SHORT + IDR


def test_an_adts_header_says_what_the_specific_config_says() -> None:
    header = adts.parse(bytes.fromhex("fff150801ffffc") + b"sound")  # LC, 44.1 kHz, stereo
    assert header is not None
    assert (header.sample_rate_hz, header.channels, header.size) == (44_100, 2, 7)
    assert header.specific_config() == bytes.fromhex("1210")


def test_an_adts_header_with_a_checksum_is_longer() -> None:
    header = adts.parse(bytes.fromhex("fff050801ffffc0000"))
    assert header is not None
    assert header.size == 9


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xf1", b"\x21\x10\x04\x60\x8c\x1c\x00", b"\xff\xf1\xfc\0\0\0\0"]
)
def test_what_is_no_adts_is_left_alone(data: bytes) -> None:
    assert adts.parse(data) is None


def test_a_login_goes_into_the_url_and_nowhere_else() -> None:
    spec = source("rtsp://10.0.0.5:554/ch1?sub=1", username="admin", password="p@ss:w/rd")
    found = input_of(spec)
    assert found.url == "rtsp://admin:p%40ss%3Aw%2Frd@10.0.0.5:554/ch1?sub=1"
    assert found.shown == "rtsp://10.0.0.5:554/ch1"
    assert "ss:w" not in repr(found)
    assert "p%40ss" not in repr(found)


@pytest.mark.parametrize(
    "url", ["rtsp://u:s3cret@h/p", "http://h/p?user=u&password=s3cret", "rtsp://u:s3@cret@h/p"]
)
def test_what_is_shown_of_a_url_has_no_password(url: str) -> None:
    assert shown(url).endswith("://h/p")


@pytest.mark.parametrize(
    ("picture", "sound", "media"),
    [(True, True, "video+audio"), (True, False, "video"), (False, True, "audio")],
)
def test_a_camera_is_asked_only_for_what_is_wanted(picture: bool, sound: bool, media: str) -> None:
    found = input_of(source("rtsp://camera/1", picture=picture, sound=sound))
    assert found.options["allowed_media_types"] == media
    assert found.options["rtsp_transport"] == "tcp"


def test_devices_of_the_machine_are_named_by_url() -> None:
    screen = input_of(source("screen://?display=:7.0&size=800x600&fps=10"))
    assert (screen.format, screen.url) == ("x11grab", ":7.0")
    assert screen.options == {"video_size": "800x600", "framerate": "10"}
    grabber = input_of(source("v4l2:///dev/video2?format=mjpeg"))
    assert (grabber.format, grabber.url) == ("v4l2", "/dev/video2")
    assert grabber.options["input_format"] == "mjpeg"
    microphone = input_of(source("alsa://?device=hw:1"))
    assert (microphone.format, microphone.url) == ("alsa", "hw:1")


def test_an_unknown_scheme_is_refused_by_name() -> None:
    with pytest.raises(SourceError, match="gopher: is no kind of source"):
        input_of(source("gopher://hole"))

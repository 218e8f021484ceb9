"""Cameras with ONVIF: documented messages, passwords, degrees, presets, hostile XML."""

import asyncio
from base64 import b64decode
from datetime import UTC, datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import (
    Availability,
    LinkError,
    RefusedError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs import loose_xml, onvif
from classroom_drivers.codecs.http import Request
from classroom_drivers.codecs.onvif import Fault, Preset
from classroom_drivers.emulators.faults import Faults
from classroom_drivers.emulators.onvif import OnvifEmulator
from classroom_drivers.registry import prepare
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

PRESET = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
)


def body(content: str) -> Element:
    found = onvif.read(PRESET.format(content).encode())
    assert isinstance(found, Element)
    return found


async def online(bench: Bench) -> None:
    await until(lambda: bench.online, within_s=3)


def value(bench: Bench, name: str) -> object:
    known = bench.device.state().values.get(name)
    return known.value if known else None


def source(bench: Bench, name: str) -> ValueSource:
    found: ValueSource = bench.device.state().values[name].source
    return found


# messages


def test_the_user_name_token_is_the_one_of_the_programmers_guide() -> None:
    nonce = b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    proof = onvif.proof_of("userpassword", nonce=nonce, created="2010-09-16T07:50:45Z")
    assert proof == "tuOSpGlFlIXsozq4HFNeeGeFLEI="
    created = datetime(2010, 9, 16, 7, 50, 45, tzinfo=UTC)
    header = onvif.user_name_token("user", "userpassword", nonce=nonce, created=created)
    told = onvif.token_of(onvif.envelope(onvif.GET_PROFILES, header))
    assert told == onvif.Token("user", proof, "LKqI6G/AikKCQrN0zqZFlg==", "2010-09-16T07:50:45Z")


def test_a_drive_has_no_time_out_and_a_stop_names_both_axes() -> None:
    drive = onvif.drive("main", pan_tilt=(0.5, -1.0), zoom=None)
    assert drive.content == (
        "<ProfileToken>main</ProfileToken><Velocity>"
        '<PanTilt xmlns="http://www.onvif.org/ver10/schema" x="0.5" y="-1" '
        'space="http://www.onvif.org/ver10/tptz/PanTiltSpaces/VelocityGenericSpace"/></Velocity>'
    )
    assert "Timeout" not in drive.content
    assert onvif.stop("main").content == (
        "<ProfileToken>main</ProfileToken><PanTilt>true</PanTilt><Zoom>true</Zoom>"
    )


def test_tokens_are_escaped() -> None:
    assert "<ProfileToken>a&lt;b&amp;c</ProfileToken>" in onvif.get_status("a<b&c").content


@pytest.mark.parametrize(
    ("presets", "numbers"),
    [
        ([Preset("1", "Board"), Preset("2", "Door")], {1: "1", 2: "2"}),
        ([Preset("Preset_1", "99"), Preset("Preset_2")], {99: "Preset_1", 2: "Preset_2"}),
        ([Preset("a"), Preset("b", "7")], {1: "a", 7: "b"}),
        ([Preset("p1"), Preset("q1"), Preset("r")], {1: "p1", 2: "q1", 3: "r"}),
        ([], {}),
    ],
)
def test_presets_get_numbers(presets: list[Preset], numbers: dict[int, str]) -> None:
    assert onvif.numbers_of(presets) == numbers


@given(
    st.lists(st.builds(Preset, st.text(min_size=1, max_size=6), st.text(max_size=3)), max_size=9)
)
def test_every_preset_gets_a_number_of_its_own(presets: list[Preset]) -> None:
    numbers = onvif.numbers_of(presets)
    assert sorted(numbers.values()) == sorted(preset.token for preset in presets)


def test_a_profile_of_the_second_media_service_is_read() -> None:
    told = body(
        '<GetProfilesResponse><Profiles token="p0"><Name>x</Name><Configurations>'
        "<VideoSource><SourceToken>eye</SourceToken></VideoSource>"
        "<PTZ><NodeToken>n</NodeToken></PTZ></Configurations></Profiles></GetProfilesResponse>"
    )
    assert onvif.profiles_of(told) == [onvif.Profile("p0", "n", "eye")]


def test_faults_are_read_to_the_last_subcode() -> None:
    fault = onvif.read(
        PRESET.format(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:InvalidArgVal"
            "</s:Value><s:Subcode><s:Value>ter:NoProfile</s:Value></s:Subcode></s:Subcode></s:Code>"
            "<s:Reason><s:Text>no such profile</s:Text></s:Reason></s:Fault>"
        ).encode()
    )
    assert fault == Fault(("Sender", "InvalidArgVal", "NoProfile"), "no such profile")
    assert str(fault) == "Sender/InvalidArgVal/NoProfile no such profile"


BOMB = '<!DOCTYPE a [<!ENTITY b "{}">]>'.format("b" * 100)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"<",
        b"\xff\xfe\x00",
        PRESET.format("").encode(),
        (BOMB + PRESET.format("<a>&b;</a>")).encode(),
        b'<!DoctYpe a SYSTEM "file:///etc/passwd">' + PRESET.format("<a/>").encode(),
        PRESET.format("<a>&b;</a>").encode(),
        ("\ufeff" + BOMB + PRESET.format("<a/>")).encode("utf-16"),
    ],
)
def test_what_is_no_envelope_or_has_a_document_type_is_not_read(hostile: bytes) -> None:
    assert onvif.read(hostile) is None


def test_what_is_nested_too_deep_is_not_read() -> None:
    assert onvif.read(PRESET.format("<a>" * 100_000 + "</a>" * 100_000).encode()) is None
    deep = loose_xml.DEPTH_MAX - 2
    assert isinstance(onvif.read(PRESET.format("<a>" * deep + "</a>" * deep).encode()), Element)


def test_a_prefix_that_nobody_has_declared_is_taken_for_none() -> None:
    """PyPI ipycam 1.3 writes its answers to Stop so."""
    assert onvif.asked_of(body("<ptz:StopResponse/>")) == ("", "StopResponse")
    inner = '<a xmlns="x"><p:b xmlns:p="y"/><p:b/></a>'
    assert [one.tag for one in body(inner)] == ["{y}b", "b"]


def test_a_wrong_encoding_is_not_believed() -> None:
    told = onvif.read(
        b'<?xml version="1.0" encoding="gb2312"?>' + PRESET.format("<a>é</a>").encode()
    )
    assert isinstance(told, Element)
    assert told.text == "é"


@given(st.text(max_size=40), st.text(max_size=10))
def test_nothing_that_a_camera_tells_raises(text: str, token: str) -> None:
    told = Element("Answer")
    for path in (
        "SystemDateAndTime/UTCDateTime/Date/Year",
        "PTZNode/MaximumNumberOfPresets",
        "PTZNode/SupportedPTZSpaces/AbsoluteZoomPositionSpace/XRange/Min",
        "PTZStatus/MoveStatus/PanTilt",
        "MoveOptions/Absolute/Position/Min",
        "Preset/Name",
    ):
        at = told
        for tag in path.split("/"):
            at.append(child := Element(tag, token=token, x=text))
            at = child
        at.text = text
    for read in (
        onvif.date_of,
        onvif.addresses_of,
        onvif.profiles_of,
        onvif.node_of,
        onvif.status_of,
        onvif.presets_of,
        onvif.identity_of,
        onvif.autofocus_of,
        onvif.focus_range_of,
    ):
        read(told)


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_raise(data: bytes) -> None:
    onvif.read(data)
    onvif.token_of(data)


# passwords


@pytest.mark.parametrize(
    "camera",
    [
        OnvifEmulator(logins=frozenset({"digest"})),
        OnvifEmulator(logins=frozenset({"digest"}), algorithm="SHA-256"),
        OnvifEmulator(logins=frozenset({"token"})),
        OnvifEmulator(nonce_s=1.0),
        OnvifEmulator(nonce_s=1.0, says_stale=False),
    ],
    ids=["digest", "sha-256", "token", "nonces go stale", "and it does not say so"],
)
@virtual
async def test_a_password_is_proved_as_the_camera_wants_it(camera: OnvifEmulator) -> None:
    camera.password = "secret"
    async with running(make("onvif", camera)) as bench:
        await online(bench)
        for _ in range(20):
            await asyncio.sleep(3)
            await bench.device.drive(pan=0.1)
            await bench.device.stop()
            assert bench.online
        assert value(bench, "serial-number") == "EC-0001"


@pytest.mark.parametrize("logins", [{"digest"}, {"token"}, {"digest", "token"}])
@pytest.mark.parametrize("password", ["wrong", ""])
@virtual
async def test_a_wrong_password_is_told_and_tried_ever_more_seldom(
    logins: set[str], password: str
) -> None:
    """Cameras lock out who tries often, and with him everybody at his address."""
    camera = OnvifEmulator(password="secret", logins=frozenset(logins))
    async with running(make("onvif", camera, password=password)) as bench:
        await until(lambda: bench.availability is Availability.AUTH_FAILED, within_s=3)
        await asyncio.sleep(50)
        assert camera.asked.count("GetProfiles") <= 2  # without proof, and with it
        assert "tried again in" in bench.device.state().problem
        await asyncio.sleep(3600)
        assert camera.asked.count("GetProfiles") <= 25
        camera.password = ""
        await until(lambda: bench.online, within_s=620)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://10.0.0.7/x", "10.0.0.7"),
        ("http://10.0.0.7:8080/x", "10.0.0.7:8080"),
        ("https://[fe80::1]/x", "[fe80::1]"),
        ("http://10.0.0.7:443/x", "10.0.0.7:443"),
    ],
)
def test_the_host_is_named_as_in_the_url(url: str, host: str) -> None:
    camera = prepare("onvif", url)
    _, data = camera.service.spell(onvif.GET_DATE, 0.0)  # type: ignore[attr-defined]
    assert f"\r\nHost: {host}\r\n".encode() in data


@virtual
async def test_a_token_is_made_at_the_cameras_own_time() -> None:
    async with running(make("onvif-token")) as bench:
        await online(bench)  # its clock says 2020
        await asyncio.sleep(900)
        await bench.device.drive(pan=0.1)
        await bench.device.stop()
        assert bench.online


@virtual
async def test_passwords_and_proofs_do_not_show_in_the_journal() -> None:
    async with running(make("onvif")) as bench:
        await online(bench)
        await asyncio.sleep(5)
        shown = b"".join(frame.data for frame in bench.device.journal.frames())
        assert b"secret" not in shown
        assert b'response="' not in shown


def test_options_that_make_no_sense_are_refused() -> None:
    for wrong, complaint in (
        ({"login": "finger"}, "no login"),
        ({"pan_range_deg": "wide", "tilt_range_deg": "-30..90"}, "is no range"),
        ({"pan_range_deg": "-170..170"}, "tilt_range_deg: '' is no range"),
    ):
        with pytest.raises(UnsupportedError, match=complaint):
            prepare("onvif", "http://10.0.0.7", options=wrong)


def test_a_url_may_be_the_one_that_the_camera_tells() -> None:
    camera = prepare("onvif", "http://10.0.0.7:8080/onvif/camera")
    _, data = camera.service.spell(onvif.GET_DATE, 0.0)  # type: ignore[attr-defined]
    assert data[9:].startswith(b"POST /onvif/camera HTTP/1.1\r\nHost: 10.0.0.7:8080\r\n")


# pointing


@virtual
async def test_degrees_are_the_users_where_the_camera_knows_none() -> None:
    async with running(make("onvif-token")) as bench:
        await online(bench)
        await bench.device.move_to(pan_deg=85.0, tilt_deg=0.0, zoom=0.5)
        await until(lambda: value(bench, "pan-deg") == 85.0, within_s=5)
        assert value(bench, "tilt-deg") == pytest.approx(0.0, abs=0.01)
        assert value(bench, "zoom") == 0.5
        await bench.device.move_by(pan_deg=-10.0, tilt_deg=6.0)
        await until(lambda: value(bench, "pan-deg") == 75.0, within_s=5)
        assert value(bench, "tilt-deg") == pytest.approx(6.0, abs=0.01)
        with pytest.raises(UnsupportedError, match=r"-170\.0 and 170\.0"):
            await bench.device.move_to(pan_deg=171, tilt_deg=0)


@virtual
async def test_without_degrees_and_without_the_users_it_cannot_be_sent_to_a_place() -> None:
    camera = OnvifEmulator(degrees=False)
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        assert bench.device.state().choices["ptz"] == ("drive", "home")
        await asyncio.sleep(1)
        assert value(bench, "pan-deg") is None
        assert value(bench, "zoom") == 0.0


@virtual
async def test_a_camera_that_cannot_be_turned_still_says_who_it_is() -> None:
    async with running(make("onvif-open", OnvifEmulator(head=False, lens=False))) as bench:
        await online(bench)
        assert bench.device.capabilities == ("identity",)


@virtual
async def test_a_profile_that_does_not_name_what_turns_it_is_good_enough() -> None:
    async with running(make("onvif-open", OnvifEmulator(tells_node=False))) as bench:
        await online(bench)
        assert bench.device.state().choices["ptz"] == ("drive", "move-to", "move-by", "home")


@virtual
async def test_what_is_asked_before_it_has_told_anything_is_refused_by_the_line() -> None:
    async with running(make("onvif")) as bench:
        for asked in (bench.device.drive(pan=1.0), bench.device.stop(), bench.device.home()):
            with pytest.raises(LinkError, match="has not told"):
                await asked
        await online(bench)
        await bench.device.drive(pan=0.1)


@virtual
async def test_places_are_remembered_under_the_users_numbers() -> None:
    async with running(make("onvif")) as bench:
        await online(bench)
        await bench.device.store_preset(number=99)
        await bench.device.store_preset(number=99)
        assert [name for name, _ in bench.emulator.presets.values()] == ["99"]
        assert value(bench, "preset") == 99
        await bench.device.drive(pan=0.5)
        assert value(bench, "preset") is None
        await bench.device.stop()
        await bench.device.recall_preset(number=99)
        assert value(bench, "preset") == 99
        with pytest.raises(UnsupportedError, match="no preset 5; there are: 99"):
            await bench.device.recall_preset(number=5)
        bench.emulator.presets.clear()
        with pytest.raises(RefusedError, match="NoToken"):
            await bench.device.recall_preset(number=99)
        with pytest.raises(UnsupportedError, match="there are: none"):
            await bench.device.recall_preset(number=99)


@virtual
async def test_another_camera_at_the_same_address_is_looked_at_anew() -> None:
    camera = OnvifEmulator(serial_number="A")
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        await until(lambda: value(bench, "serial-number") == "A")
        bench.wire.unplug()
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=10)
        camera.serial_number, camera.places = "B", False
        bench.wire.plug()
        await online(bench)
        assert value(bench, "serial-number") == "B"
        assert bench.device.state().choices["ptz"] == ("drive",)
        assert "presets" not in bench.device.capabilities


@virtual
async def test_a_camera_that_was_set_up_anew_is_looked_at_anew() -> None:
    async with running(make("onvif")) as bench:
        await online(bench)
        bench.emulator.profile = "other"
        with pytest.raises(RefusedError, match="NoProfile"):
            await bench.device.drive(pan=0.1)
        await asyncio.sleep(1)
        await bench.device.drive(pan=0.1)
        assert bench.emulator.moving


@virtual
async def test_a_profile_that_is_named_must_be_there() -> None:
    async with running(make("onvif", profile="other")) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE)
        assert "no profile 'other'; there are: main" in bench.device.state().problem
        bench.emulator.profile = "other"
        await until(lambda: bench.online)


@virtual
async def test_a_camera_that_says_nothing_of_itself_can_be_tried() -> None:
    camera = OnvifEmulator(tells_node=False, tells_place=False)
    camera.unknown.add("GetNodes")
    async with running(make("onvif-open", camera)) as bench:
        await online(bench)
        assert bench.device.state().choices["ptz"] == ("drive", "home")
        assert "presets" in bench.device.capabilities
        await bench.device.drive(zoom=0.5)
        await bench.device.stop()
        assert not camera.moving


@virtual
async def test_a_camera_that_closes_after_every_answer_is_the_same() -> None:
    bench = make("onvif")
    bench.box.misbehave(Faults(hang_up_after=1))
    async with running(bench):
        await online(bench)
        for _ in range(60):
            await asyncio.sleep(0.5)
            assert bench.online


@virtual
async def test_focus_goes_where_it_is_told() -> None:
    async with running(make("onvif")) as bench:
        await online(bench)
        await until(lambda: value(bench, "autofocus") is True)
        await bench.device.set_focus(position=0.25)
        assert bench.emulator.focus == 0.25
        assert bench.emulator.autofocus is False
        await until(lambda: source(bench, "autofocus") is ValueSource.POLLED)
        assert value(bench, "autofocus") is False


# the emulated camera


letters = st.sampled_from("ax<>&;1-.é")


@given(
    st.sampled_from(sorted(OnvifEmulator._VERBS)),
    st.dictionaries(
        st.sampled_from(
            ["ProfileToken", "PresetToken", "PresetName", "Focus", "Position", "Speed"]
        ),
        st.text(letters, max_size=4),
    ),
    st.text(letters, max_size=8),
)
def test_the_emulated_camera_survives_whatever_is_asked(
    verb: tuple[str, str], parts: dict[str, str], proof: str
) -> None:
    camera = OnvifEmulator(password="secret", thinks_s=dict.fromkeys([verb[1]], 0.0))
    content = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts.items())
    token = f"<Created>{escape(proof)}</Created><Nonce>{escape(proof)}</Nonce>"
    header = (
        f"<Security><UsernameToken><Username>admin</Username>{token}</UsernameToken></Security>"
    )
    message = onvif.envelope(onvif.Message(*verb, content), header)
    for headers in ((), (("Authorization", f'Digest nc={proof}, nonce="{proof}"'),)):
        camera.answer(Request("POST", "/", headers, message), 1.0)
    camera.password = ""
    camera.answer(Request("POST", "/", (), message), 2.0)


@given(st.binary(max_size=300))
def test_the_emulated_camera_closes_on_noise(noise: bytes) -> None:
    session = OnvifEmulator().session(0.0)
    session.receive(noise, 0.0)
    session.receive(b"", 1.0)

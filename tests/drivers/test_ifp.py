"""Interactive panels: the bytes of their manuals, then what each family is known to do."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom_drivers.api import (
    Availability,
    LockedOutError,
    Plain,
    PowerState,
    RefusedError,
    ReplyTimeoutError,
    UnsupportedError,
    ValueSource,
)
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.panels.families import FAMILIES
from classroom_drivers.codecs.panels.family import Frame, PanelCodec
from classroom_drivers.emulators.ifp import PanelEmulator
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

SPELLED: list[tuple[str, str, Plain, str]] = [
    ("aabbcc", "power", True, "AA BB CC 01 00 00 01 DD EE FF"),
    ("aabbcc", "power", False, "AA BB CC 01 01 00 02 DD EE FF"),
    ("aabbcc", "input", "hdmi-1", "AA BB CC 02 06 00 08 DD EE FF"),
    ("aabbcc", "input", "hdmi-2", "AA BB CC 02 07 00 09 DD EE FF"),
    ("aabbcc", "input", "pc", "AA BB CC 02 08 00 0A DD EE FF"),
    ("aabbcc", "input", "dp", "AA BB CC 02 11 00 13 DD EE FF"),  # iiyama
    ("aabbcc", "volume", 30, "AA BB CC 03 00 1E 21 DD EE FF"),
    ("aabbcc", "sound-mute", True, "AA BB CC 03 01 00 04 DD EE FF"),
    ("aabbcc", "sound-mute", False, "AA BB CC 03 01 01 05 DD EE FF"),
    ("hitevision", "power", True, "7F 08 99 A2 B3 C4 02 FF 01 00 CF"),
    ("hitevision", "power", False, "7F 08 99 A2 B3 C4 02 FF 01 01 CF"),
    ("hitevision", "input", "hdmi-1", "7F 08 99 A2 B3 C4 02 FF 01 0A CF"),
    ("hitevision", "input", "ops", "7F 08 99 A2 B3 C4 02 FF 01 0C CF"),
    ("hitevision", "volume", 100, "7F 08 99 A2 B3 C4 02 FF 05 64 CF"),
    ("hitevision-ops-38", "input", "ops", "7F 08 99 A2 B3 C4 02 FF 01 38 CF"),
    ("newline", "input", "type-c", "7F 08 99 A2 B3 C4 02 FF 01 51 CF"),
    ("newline", "sound-mute", True, "7F 09 99 A2 B3 C4 02 FF 0F 00 CF"),
    ("benq", "power", True, "38 30 31 73 21 30 30 31 0D"),
    ("benq", "power", False, "38 30 31 73 21 30 30 32 0D"),
    ("benq", "picture-mute", True, "38 30 31 73 21 30 30 30 0D"),
    ("benq", "input", "hdmi-1", "38 30 31 73 22 30 30 31 0D"),
    ("benq", "volume", 76, "38 30 31 73 35 30 37 36 0D"),
    ("viewsonic", "power", False, "38 30 31 73 21 30 30 30 0D"),
    ("viewsonic", "input", "hdmi-2", "38 30 31 73 22 30 31 34 0D"),
    ("viewsonic", "input", "android", "38 30 31 73 22 30 30 41 0D"),
    ("viewsonic", "freeze", True, "38 30 31 73 3D 31 30 32 0D"),
    ("maxhub", "power", True, "3A 30 31 53 30 30 30 33 0D"),
    ("maxhub", "power", False, "3A 30 31 53 30 30 30 32 0D"),
    ("maxhub", "picture-mute", True, "3A 30 31 53 30 30 30 30 0D"),
    ("maxhub", "input", "ops", "3A 30 31 53 3A 31 30 33 0D"),
    ("maxhub", "volume", 50, "3A 30 31 53 38 30 35 30 0D"),
    ("maxhub", "sound-mute", True, "3A 30 31 53 39 30 30 31 0D"),
    ("maxhub-lan", "power", False, "3A 30 31 53 30 30 30 30 0D"),
    ("sicp", "power", True, "06 01 00 18 02 1D"),
    ("sicp", "power", False, "06 01 00 18 01 1E"),
    ("sicp", "sound-mute", True, "06 01 00 47 01 41"),
    ("sicp", "volume", 22, "07 01 00 44 16 16 42"),
    ("sicp", "input", "hdmi-1", "09 01 00 AC 0D 00 01 00 A8"),
    ("sicp-a6", "power", False, "A6 01 00 00 00 04 01 18 01 BB"),
    ("sicp-a6", "input", "dvi", "A6 01 00 00 00 07 01 AC 0E 00 00 00 03"),
    ("hisense-e", "power", True, "A6 01 00 00 00 04 01 18 02 B8"),
    ("hisense-e", "input", "hdmi-1", "A6 01 00 00 00 04 01 AC 0D 03"),
    ("hisense-e", "input", "cms", "A6 01 00 00 00 04 01 AC 15 1B"),
    ("hisense-e", "volume", 77, "A6 01 00 00 00 04 01 44 4D AB"),
]
ASKED = [
    ("aabbcc", "power", "AA BB CC 01 02 00 03 DD EE FF"),
    ("aabbcc", "input", "AA BB CC 02 00 00 02 DD EE FF"),
    ("aabbcc", "volume", "AA BB CC 03 02 00 05 DD EE FF"),
    ("aabbcc", "sound-mute", "AA BB CC 03 03 00 06 DD EE FF"),
    ("newline", "volume", "7F 08 99 A2 B3 C4 02 FF 01 33 CF"),
    ("newline", "input", "7F 08 99 A2 B3 C4 02 FF 01 50 CF"),
    ("newline", "sound-mute", "7F 08 99 A2 B3 C4 02 FF 01 82 CF"),
    ("maxhub", "power", "3A 30 31 47 30 30 30 30 0D"),
    ("maxhub", "input", "3A 30 31 47 3A 30 30 30 0D"),
    ("maxhub", "volume", "3A 30 31 47 38 30 30 30 0D"),
    ("sicp", "power", "05 01 00 19 1D"),
    ("sicp", "input", "05 01 00 AD A9"),
    ("sicp-a6", "power", "A6 01 00 00 00 03 01 19 BC"),
    ("sicp-a6", "input", "A6 01 00 00 00 03 01 AD 08"),
    ("sicp-a6", "volume", "A6 01 00 00 00 03 01 45 E0"),
    ("sicp-a6", "serial-number", "A6 01 00 00 00 03 01 15 B0"),
]
TOLD: list[tuple[str, str, str, Plain]] = [
    ("aabbcc", "power", "AA BB CC 80 00 00 80 DD EE FF", True),
    ("aabbcc", "power", "AA BB CC 80 01 00 81 DD EE FF", False),
    ("aabbcc", "input", "AA BB CC 81 06 00 87 DD EE FF", "hdmi-1"),
    ("aabbcc", "input", "AA BB CC 81 0C 00 8D DD EE FF", "input-0c"),  # WHDI
    ("aabbcc", "volume", "AA BB CC 82 00 1E A0 DD EE FF", 30),
    ("aabbcc", "sound-mute", "AA BB CC 82 01 00 83 DD EE FF", True),
    ("aabbcc", "sound-mute", "AA BB CC 82 01 01 84 DD EE FF", False),
    ("hitevision", "power", "7F 09 99 A2 B3 C4 02 FF 01 37 01 CF", True),
    ("hitevision", "input", "7F 09 99 A2 B3 C4 02 FF 01 32 19 CF", "ops"),
    ("newline", "volume", "7F 09 99 A2 B3 C4 02 FF 01 33 20 CF", 32),
    ("newline", "power", "7F 09 99 A2 B3 C4 02 FF 01 33 20 CF", True),
    ("newline", "input", "7F 09 99 A2 B3 C4 02 FF 01 50 1F CF", "hdmi-1"),
    ("newline", "sound-mute", "7F 09 99 A2 B3 C4 02 FF 01 82 01 CF", True),
    ("benq", "power", "38 30 31 72 6C 30 30 32 0D", False),
    ("benq", "power", "38 30 31 72 6C 30 30 30 0D", True),
    ("benq", "picture-mute", "38 30 31 72 6C 30 30 30 0D", True),
    ("viewsonic", "input", "38 30 31 72 6A 31 30 34 0D", "hdmi-1"),  # with a signal
    ("viewsonic", "input", "38 30 31 72 6A 30 31 34 0D", "hdmi-2"),  # without
    ("viewsonic", "input", "38 30 31 72 6A 31 37 37 0D", "input-77"),
    ("maxhub", "power", "3A 30 31 72 30 30 30 32 0D", False),
    ("maxhub", "picture-mute", "3A 30 31 72 30 30 30 30 0D", True),
    ("maxhub", "volume", "3A 30 31 72 38 30 35 30 0D", 50),
    ("maxhub", "input", "3A 30 31 72 3A 31 30 34 0D", "type-c-1"),
    ("sicp", "power", "06 01 00 19 02 1C", True),
    ("sicp", "power", "06 01 01 19 02 1D", True),  # it names a group that it was not asked by
    ("sicp", "power", "06 01 01 19 01 1E", False),
    ("hisense-e", "power", "A6 01 00 00 00 04 01 19 02 B9", True),
]
VERDICTS = [
    ("hitevision", "power", "7F 09 99 A2 B3 C4 02 FF 01 01 01 CF", ""),
    ("hitevision", "power", "7E 09 99 A2 B3 C4 02 FF 01 01 01 CF", ""),  # in one of the tables
    ("newline", "sound-mute", "7F 09 99 A2 B3 C4 02 FF 0F 01 01 CF", ""),
    ("benq", "volume", "34 30 31 2B 0D", ""),
    ("benq", "volume", "34 30 31 2D 0D", "cannot do it now"),
    ("maxhub", "volume", "34 30 31 2B 0D", ""),
    ("sicp", "volume", "06 01 00 00 06 01", ""),
    ("sicp", "volume", "06 01 00 00 18 1F", "not available"),
    ("hisense-e", "power", "A6 01 00 00 00 04 01 18 01 BB", ""),
]


@pytest.mark.parametrize(("family", "name", "value", "documented"), SPELLED)
def test_commands_are_spelled_as_documented(
    family: str, name: str, value: Plain, documented: str
) -> None:
    words = FAMILIES[family]
    say = words.properties[name].say
    assert say
    body = next(say.spell(value))
    assert words.wire.spell(body, 1) == bytes.fromhex(documented)
    assert words.wire.requests().feed(bytes.fromhex(documented)) == [Frame(body)]
    assert say.read(body) == value


@pytest.mark.parametrize(("family", "name", "documented"), ASKED)
def test_questions_are_spelled_as_documented(family: str, name: str, documented: str) -> None:
    words = FAMILIES[family]
    assert words.wire.spell(words.properties[name].ask, 1) == bytes.fromhex(documented)


@pytest.mark.parametrize(("family", "name", "documented", "value"), TOLD)
def test_answers_are_read_as_documented(
    family: str, name: str, documented: str, value: Plain
) -> None:
    words = FAMILIES[family]
    hear = words.properties[name].hear
    (frame,) = words.wire.replies().feed(bytes.fromhex(documented))
    assert isinstance(frame, Frame)
    assert hear
    assert hear.read(frame.body) == value


@pytest.mark.parametrize(("family", "name", "documented", "refusal"), VERDICTS)
def test_verdicts_are_read_as_documented(
    family: str, name: str, documented: str, refusal: str
) -> None:
    words = FAMILIES[family]
    say = words.properties[name].say
    (frame,) = words.wire.replies().feed(bytes.fromhex(documented))
    assert isinstance(frame, Frame)
    assert say
    found = words.verdict(next(say.spell(50 if name == "volume" else False)), frame.body)
    assert found is not None
    assert (refusal in found) if refusal else not found


@pytest.mark.parametrize(
    ("family", "key", "documented"),
    [
        ("aabbcc", "home", "AA BB CC 07 48 00 4F DD EE FF"),
        ("hitevision", "enter", "7F 08 99 A2 B3 C4 02 FF 01 2B CF"),
        ("newline", "freeze", "7F 08 99 A2 B3 C4 02 FF 01 3B CF"),
        ("viewsonic", "enter", "38 30 31 73 41 30 30 34 0D"),
        ("benq", "menu", "38 30 31 73 40 30 32 30 0D"),
        ("maxhub", "enter", "3A 30 31 53 41 30 31 34 0D"),
        ("hisense-e", "home", "A6 01 00 00 00 05 01 B0 00 66 75"),
    ],
)
def test_keys_are_spelled_as_documented(family: str, key: str, documented: str) -> None:
    words = FAMILIES[family]
    assert words.wire.spell(words.keys[key], 1) == bytes.fromhex(documented)


def test_a_frame_with_a_wrong_sum_is_garbage_and_the_next_one_is_read() -> None:
    decoder = FAMILIES["aabbcc"].wire.replies()
    found = decoder.feed(bytes.fromhex("AABBCC800000 81 DDEEFF AABBCC80010081DDEEFF"))
    assert found[-1] == Frame(b"\x80\x01\x00")
    assert all(isinstance(noise, Garbage) for noise in found[:-1])


@pytest.mark.parametrize("family", FAMILIES)
@given(set_id=st.integers(1, 98), noise=st.binary(max_size=3))
def test_everything_a_family_can_say_survives_the_wire(
    family: str, set_id: int, noise: bytes
) -> None:
    wire = FAMILIES[family].wire
    number = set_id if set_id in wire.set_ids else 1
    for row in FAMILIES[family].properties.values():
        for body in filter(None, [row.ask, *(row.say.spell(33) if row.say else ())]):
            frame = Frame(body, number)
            sent = wire.spell(body, number)
            assert wire.requests().feed(noise + b"\r" + bytes(64) + sent)[-1] == frame


def test_every_model_names_a_family_and_inputs_that_there_are() -> None:
    for quirk in make("ifp").device.ABOUT.quirks:
        assert quirk.options["family"] in FAMILIES
        assert make("ifp", **quirk.options).device.choices["input"]


def test_the_answer_of_another_panel_on_the_line_is_garbage() -> None:
    codec = PanelCodec(FAMILIES["benq"].wire, 5)
    assert codec.feed(b"405+\r403+\r401+\r") == [Frame(b"+", 5), Garbage(b"+"), Frame(b"+", 1)]


def value(bench: Bench, name: str) -> object:
    values = bench.device.state().values
    return values[name].value if name in values else None


@virtual
async def test_what_is_commanded_is_assumed_and_then_confirmed_by_a_question() -> None:
    async with running(make("ifp", PanelEmulator(on=True))) as bench:
        await until(lambda: value(bench, "volume") == 20)
        await bench.device.set_volume(percent=55)
        assert bench.device.state().values["volume"].source is ValueSource.ASSUMED
        await until(
            lambda: bench.device.state().values["volume"].source is ValueSource.POLLED, within_s=2
        )
        assert value(bench, "volume") == 55


@virtual
async def test_a_slider_that_is_dragged_sends_the_newest_value_and_few_others() -> None:
    async with running(make("ifp", PanelEmulator(on=True))) as bench:
        await until(lambda: value(bench, "volume") == 20)
        async with asyncio.TaskGroup() as tasks:
            for percent in range(101):
                tasks.create_task(bench.device.set_volume(percent=percent))
        assert value(bench, "volume") == 100
        await until(lambda: bench.emulator.volume == 100, within_s=0.1)
        sent = [data for _, data in bench.wire.written if data[3:5] == b"\x03\x00"]
        assert len(sent) < 5


@virtual
async def test_a_panel_boots_as_warming_and_takes_nothing_meanwhile() -> None:
    async with running(make("ifp", warm_up_s=15.0)) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        with pytest.raises(RefusedError, match="standby"):
            await bench.device.set_volume(percent=10)
        await bench.device.set_power(on=True)
        await asyncio.sleep(8)
        assert value(bench, "power") is PowerState.WARMING
        with pytest.raises(LockedOutError):
            await bench.device.set_volume(percent=10)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=10)
        await bench.device.press_key(name="home")
        await until(lambda: bench.emulator.keys == ["home"], within_s=1)


@pytest.mark.parametrize("family", ["aabbcc", "hitevision", "newline"])
@virtual
async def test_a_panel_that_is_deaf_in_standby_can_be_woken(family: str) -> None:
    emulator = PanelEmulator(family=family, deaf=True)
    bench = make("ifp", emulator, family=family, deaf_in_standby=True)
    async with running(bench):
        await until(lambda: bench.online, within_s=3)
        assert value(bench, "power") is PowerState.OFF
        await asyncio.sleep(30)
        assert bench.online
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "volume") == 20, within_s=20)
        await bench.device.set_power(on=False)
        await until(lambda: value(bench, "power") is PowerState.OFF, within_s=20)
        await until(lambda: bench.online, within_s=1)  # a question may have been on its way


@virtual
async def test_a_deaf_panel_that_somebody_switches_on_by_hand_is_noticed() -> None:
    bench = make("ifp-newline")
    async with running(bench):
        await until(lambda: value(bench, "power") is PowerState.OFF)
        bench.emulator.on = True
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=5)
        await until(lambda: value(bench, "sound-mute") is False, within_s=5)


@virtual
async def test_silence_of_a_panel_that_hears_in_standby_is_a_loss() -> None:
    async with running(make("ifp", PanelEmulator(deaf=True))) as bench:
        await until(lambda: bench.availability is Availability.OFFLINE, within_s=10)


@virtual
async def test_what_a_panel_cannot_do_is_refused() -> None:
    async with running(make("ifp", PanelEmulator(on=True))) as bench:
        await until(lambda: bench.online)
        for action in (
            bench.device.set_mute(picture=True),
            bench.device.set_volume(percent=-1),
            bench.device.select_input(name="betamax"),
            bench.device.press_key(name="any"),
        ):
            with pytest.raises(UnsupportedError):
                await action


@virtual
async def test_the_switching_on_of_a_maxhub_is_never_answered_and_not_waited_for() -> None:
    async with running(make("ifp-maxhub")) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        async with asyncio.timeout(0.1):
            await bench.device.set_power(on=True)
        sent = [data for _, data in bench.wire.written if data == b":01S0003\r"]
        assert len(sent) == 1
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=20)


@virtual
async def test_over_a_network_the_backlight_of_a_clevertouch_is_its_power() -> None:
    bench = make("ifp-maxhub-lan", PanelEmulator(family="maxhub-lan", on=True, boot_s=0))
    async with running(bench):
        await until(lambda: value(bench, "power") is PowerState.ON)
        assert bench.device.state().choices["mute"] == ("sound",)
        await bench.device.set_power(on=False)
        assert bench.wire.written[-1][1] == b":01S0000\r"


@virtual
async def test_the_dark_screen_of_a_benq_is_a_picture_muted_and_not_standby() -> None:
    bench = make("ifp-benq", PanelEmulator(family="benq", on=True))
    async with running(bench):
        await until(lambda: value(bench, "power") is PowerState.ON)
        await bench.device.set_mute(picture=True)
        await until(lambda: bench.emulator.dark)
        await asyncio.sleep(5)
        assert value(bench, "power") is PowerState.ON
        assert value(bench, "picture-mute") is True
        await bench.device.set_mute(picture=False)
        await until(lambda: value(bench, "picture-mute") is False)


@virtual
async def test_a_command_that_a_panel_refuses_says_so() -> None:
    bench = make("ifp-benq", PanelEmulator(family="benq", on=True))
    async with running(bench):
        await until(lambda: value(bench, "volume") == 20)
        bench.emulator.on = False  # somebody pressed the button: we do not know it yet
        with pytest.raises(RefusedError, match="volume"):
            await bench.device.set_volume(percent=30)


@virtual
async def test_a_model_that_lacks_something_is_asked_for_the_rest() -> None:
    class Videowall(PanelEmulator):
        """Knows nothing of a backlight, as Philips' models for walls."""

        def hear(self, frame: Frame, now_s: float) -> bytes | None:
            unknown = frame.body[:1] in {b"\x71", b"\x72"}
            return b"\x00\x18" if unknown else super().hear(frame, now_s)

    async with running(make("ifp-sicp", Videowall(family="sicp", on=True))) as bench:
        await until(lambda: value(bench, "serial-number") == bench.emulator.serial_number)
        assert value(bench, "picture-mute") is None
        assert bench.online
        with pytest.raises(RefusedError, match="not available"):
            await bench.device.set_mute(picture=True)


@virtual
async def test_what_arrives_broken_is_said_again_after_half_a_second() -> None:
    bench = make("ifp-sicp", PanelEmulator(family="sicp", on=True))
    async with running(bench):
        await until(lambda: value(bench, "serial-number") is not None)
        await asyncio.sleep(1)
        bench.emulator.breaks = 1
        began_s = asyncio.get_running_loop().time()
        await bench.device.set_volume(percent=44)
        assert 0.5 <= asyncio.get_running_loop().time() - began_s < 0.7
        assert bench.emulator.volume == 44


@virtual
async def test_a_key_is_not_pressed_twice_when_its_answer_is_lost() -> None:
    class Mumbling(PanelEmulator):
        def hear(self, frame: Frame, now_s: float) -> bytes | None:
            said = super().hear(frame, now_s)
            return None if frame.body.startswith(b"sA") else said

    async with running(make("ifp-viewsonic", Mumbling(family="viewsonic", on=True))) as bench:
        await until(lambda: value(bench, "volume") == 20)
        with pytest.raises(ReplyTimeoutError):
            await bench.device.press_key(name="menu")
        assert bench.emulator.keys == ["menu"]


@virtual
async def test_what_somebody_changes_at_a_viewsonic_is_told_unasked() -> None:
    bench = make("ifp-viewsonic", PanelEmulator(family="viewsonic", on=True))
    async with running(bench):
        await until(lambda: value(bench, "volume") == 20)
        bench.device.unasked(Frame(b"rf033"))
        assert bench.device.state().values["volume"].source is ValueSource.PUSHED
        assert value(bench, "volume") == 33


@pytest.mark.parametrize("name", ["ifp-sicp", "ifp-sicp-a6", "ifp-viewsonic-slow"])
@virtual
async def test_nothing_is_said_too_soon(name: str) -> None:
    async with running(make(name)) as bench:
        await until(lambda: value(bench, "power") is PowerState.OFF)
        await bench.device.set_power(on=True)
        await until(lambda: value(bench, "power") is PowerState.ON, within_s=60)
        async with asyncio.TaskGroup() as tasks:
            for percent in range(0, 100, 7):
                tasks.create_task(bench.device.set_volume(percent=percent))
                tasks.create_task(bench.device.select_input(name="hdmi-2"))
        await asyncio.sleep(30)
        assert bench.emulator.too_fast == 0
        assert value(bench, "volume") == 98


@pytest.mark.parametrize(("family", "set_id"), [("benq", 99), ("sicp", 0), ("aabbcc", 2)])
def test_numbers_that_nobody_answers_to_are_refused(family: str, set_id: int) -> None:
    with pytest.raises(UnsupportedError, match="set_id"):
        make("ifp", family=family, set_id=set_id)


@virtual
async def test_a_panel_obeys_what_is_said_to_everybody_and_does_not_answer() -> None:
    panel = PanelEmulator(family="benq", on=True, set_id=3)
    session = panel.session(0.0)
    assert session.receive(b"899s5055\r", 0.0) == []
    assert panel.volume == 55
    assert session.receive(b"804s5044\r", 0.0) == []
    assert panel.volume == 55
    assert session.receive(b"803s5044\r", 0.0) == [b"403+\r"]


@virtual
async def test_a_panel_with_a_number_is_worked_by_it() -> None:
    bench = make("ifp-benq", PanelEmulator(family="benq", set_id=7, on=True), set_id=7)
    async with running(bench):
        await until(lambda: value(bench, "volume") == 20)


def test_inputs_that_a_family_has_not_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="no betamax"):
        make("ifp", inputs="hdmi-1, betamax")

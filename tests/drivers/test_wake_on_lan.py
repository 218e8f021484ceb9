"""PCs that are woken: the magic packet, what counts as being on, and a PC on loopback."""

import asyncio
import socket

import pytest

from classroom_drivers import connect
from classroom_drivers.api import Availability, PowerState, UnsupportedError
from classroom_drivers.codecs.wake_on_lan import mac_of, packet, password_of, wakes
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.wake_on_lan import WakeOnLanEmulator
from classroom_drivers.links.wake import WakeTransport
from classroom_drivers.registry import prepare
from tests.drivers.benches import Bench, make, running
from tests.drivers.virtual import until, virtual

MAC = bytes.fromhex("AABBCCDDEEFF")
HERE = "mac=AA-BB-CC-DD-EE-FF&broadcast=127.0.0.1&wake_port=0&refusal_is_here=no"


def power(bench: Bench) -> object:
    known = bench.device.state().values.get("power")
    return known.value if known else None


@pytest.mark.parametrize(
    ("password", "length"), [("", 102), ("1.2.3.4", 106), ("11-22-33-44-55-66", 108)]
)
def test_the_packet_is_as_documented(password: str, length: int) -> None:
    data = packet(MAC, password_of(password) or b"")
    assert len(data) == length
    assert data.startswith(b"\xff" * 6 + MAC * 16)


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("AA-BB-CC-DD-EE-FF", MAC),
        ("aa:bb:cc:dd:ee:ff", MAC),
        ("aabb.ccdd.eeff", MAC),
        ("AABBCCDDEEFF", MAC),
        ("AA-BB-CC-DD-EE", None),
        ("AA-BB-CC-DD-EE-GG", None),
        ("", None),
    ],
)
def test_addresses_are_read_as_people_write_them(text: str, mac: bytes | None) -> None:
    assert mac_of(text) == mac


def test_a_pc_looks_for_its_packet_anywhere_and_wants_its_password() -> None:
    assert wakes(b"junk" + packet(MAC) + b"junk", MAC)
    assert not wakes(packet(MAC)[:-1], MAC)
    assert not wakes(packet(MAC), MAC, b"1234")
    assert wakes(packet(MAC, b"1234"), MAC, b"1234")


@virtual
async def test_a_pc_that_is_off_is_not_a_lost_device() -> None:
    async with running(make("wake-on-lan")) as bench:
        await until(lambda: power(bench) is PowerState.OFF)
        await asyncio.sleep(60)
        assert bench.online


@virtual
async def test_it_warms_up_while_it_boots_and_is_on_when_it_answers() -> None:
    async with running(make("wake-on-lan")) as bench:
        await until(lambda: power(bench) is PowerState.OFF)
        await bench.device.set_power(on=True)
        assert power(bench) is PowerState.WARMING
        await until(lambda: bench.emulator.packets == 3, within_s=0.1)
        await asyncio.sleep(19)
        assert power(bench) is PowerState.WARMING
        await until(lambda: power(bench) is PowerState.ON, within_s=5)


@virtual
async def test_a_pc_that_does_not_wake_is_off_again_in_the_end() -> None:
    async with running(make("wake-on-lan", WakeOnLanEmulator(mac="00-00-00-00-00-01"))) as bench:
        await until(lambda: power(bench) is PowerState.OFF)
        await bench.device.set_power(on=True)
        await asyncio.sleep(80)
        assert power(bench) is PowerState.WARMING
        await until(lambda: power(bench) is PowerState.OFF, within_s=20)


@virtual
async def test_one_silence_is_not_yet_off() -> None:
    async with running(make("wake-on-lan")) as bench:
        bench.emulator.hear(packet(MAC), asyncio.get_running_loop().time() - 60)
        await until(lambda: power(bench) is PowerState.ON)
        bench.emulator.shut_down()
        await asyncio.sleep(3.1)
        assert power(bench) is PowerState.ON
        await until(lambda: power(bench) is PowerState.OFF, within_s=4)


@virtual
async def test_it_cannot_be_switched_off_from_here() -> None:
    async with running(make("wake-on-lan")) as bench:
        await until(lambda: bench.online)
        with pytest.raises(UnsupportedError, match="only be switched on"):
            await bench.device.set_power(on=False)


@pytest.mark.parametrize(
    ("url", "password", "complaint"),
    [
        ("wol://10.0.0.5", "", "missing: mac"),
        ("wol://10.0.0.5?mac=fish", "", "'fish' is no address"),
        ("wol://10.0.0.5?mac=AA-BB-CC-DD-EE-FF", "fish", "SecureOn"),
        ("wol://10.0.0.5?mac=AA-BB-CC-DD-EE-FF&wake_port=x", "", "wake_port=x is no port"),
        ("wol://10.0.0.5?mac=AA-BB-CC-DD-EE-FF&refusal_is_here=x", "", "neither yes nor no"),
    ],
)
def test_what_makes_no_sense_is_refused(url: str, password: str, complaint: str) -> None:
    with pytest.raises(UnsupportedError, match=complaint):
        prepare("wake-on-lan", url, password=password)


async def test_a_pc_on_loopback_wakes_and_goes_down_again() -> None:
    pc = WakeOnLanEmulator(boot_s=0.1)
    async with (
        serve(pc, "wol://127.0.0.1:0") as served,
        connect("wake-on-lan", f"{served.url}?{HERE}", options={"boot_s": 5.0}) as device,
    ):

        def shows(wanted: PowerState) -> bool:
            known = device.state().values.get("power")
            return known is not None and known.value == wanted

        await until(lambda: shows(PowerState.OFF))
        await device.perform("power", "set-power", {"on": True})
        await until(lambda: shows(PowerState.ON), within_s=10)
        pc.shut_down()
        await until(lambda: shows(PowerState.OFF), within_s=10)
        assert device.state().availability is Availability.ONLINE


async def test_a_refusal_is_a_sign_of_life_unless_it_is_said_not_to_be() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert await WakeTransport("127.0.0.1", port).knock()
        assert not await WakeTransport("127.0.0.1", port, refusal_is_here=False).knock()

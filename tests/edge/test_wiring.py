"""Devices of a room on one serial port: the daemon and the survey open it once, for all of them."""

from pathlib import Path

from classroom_drivers.emulated import make
from classroom_drivers.emulators.server import serve
from classroom_edge.commands import survey
from classroom_edge.config import load
from tests.edge.room_at_work import ROOM, at_work, write_room
from tests.waiting import eventually_async

BUS = {"relays": 1, "air": 2, "meter": 3}
MODELS = {"relays": "waveshare-relay-8", "air": "xy-md02", "meter": "sdm120"}


def room(port: str) -> str:
    return ROOM + "".join(
        f'[[device]]\nid = "{id_}"\nname = "{id_}"\ndriver = "modbus"\nurl = "{port}"\n'
        f'options = {{{{ model = "{MODELS[id_]}", unit = {number} }}}}\n'
        for id_, number in BUS.items()
    )


async def test_the_daemon_keeps_all_units_of_a_bus_online(tmp_path: Path) -> None:
    port = f"serial://{tmp_path}/bus"
    async with serve(make("modbus", model="bus"), port), at_work(tmp_path, room(port)) as daemon:
        devices = daemon.devices
        await eventually_async(lambda: all(one.is_online for one in devices.values()))
        await devices["relays"].perform("relay", "set-relay", {"on": True, "channel": 4})
        await eventually_async(lambda: "power-w" in devices["meter"].view().values)
        assert devices["air"].view().values["temperature-c"].value == 23.5
        assert all(one.is_online for one in devices.values())


async def test_the_survey_sees_all_units_of_a_bus(tmp_path: Path) -> None:
    port = f"serial://{tmp_path}/bus"
    config = load(write_room(tmp_path, room(port)))
    async with serve(make("modbus", model="bus"), port):
        seen = await survey.devices(config)
    assert {one.config.id: one.is_online for one in seen} == dict.fromkeys(BUS, True)

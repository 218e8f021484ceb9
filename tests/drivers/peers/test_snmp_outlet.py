"""Our emulated PDU asked by Net-SNMP's programs and by pysnmp; Net-SNMP's agent asked by us."""

import asyncio
import shutil
from pathlib import Path

import pytest
from pysnmp.hlapi.v1arch.asyncio import (
    CommunityData,
    ObjectIdentity,
    ObjectType,
    SnmpDispatcher,
    UdpTransportTarget,
    get_cmd,
    set_cmd,
)
from pysnmp.proto.rfc1902 import Integer32

from classroom_drivers import connect
from classroom_drivers.api import Availability
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.snmp_outlet import MODELS, OutletEmulator
from classroom_drivers.links.address import parse
from tests.drivers.virtual import until
from tests.ports import free_port

COMMAND = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4"


async def run(*words: str) -> str:
    """Run a program and give what it says."""
    program = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await program.communicate()
    return said.decode()


@pytest.mark.parametrize("model", [0, 1], ids=["version 1", "version 2c"])
async def test_pysnmp_switches_our_outlets(model: int) -> None:
    pdu = OutletEmulator(late_s=0)
    async with serve(pdu, "udp://127.0.0.1:0") as served, asyncio.timeout(20):
        engine = SnmpDispatcher()
        try:
            place = await UdpTransportTarget.create(("127.0.0.1", parse(served.url).port))
            writer = CommunityData("private", mpModel=model)
            wish = ObjectType(ObjectIdentity(f"{COMMAND}.3"), Integer32(1))
            fault, status, _, _ = await set_cmd(engine, writer, place, wish)
            assert (fault, int(status)) == (None, 0)
            question = ObjectType(ObjectIdentity(f"{COMMAND}.3"))
            fault, status, _, told = await get_cmd(engine, writer, place, question)
            assert (fault, int(status), int(told[0][1])) == (None, 0, 1)
            nothing = ObjectType(ObjectIdentity(f"{COMMAND}.99"), Integer32(1))
            _, status, index, _ = await set_cmd(engine, writer, place, nothing)
            assert (int(status), int(index)) == ((2, 6)[model], 1)
        finally:
            engine.close()
    assert pdu.closed == {3}


@pytest.mark.needs("net-snmp")
@pytest.mark.parametrize("version", ["1", "2c"])
async def test_net_snmp_switches_our_outlets(version: str) -> None:
    pdu = MODELS["ap7920"]()
    pdu.late_s = 0
    async with serve(pdu, "udp://127.0.0.1:0") as served, asyncio.timeout(30):
        there = served.url.removeprefix("udp://")
        how = ("-v", version, "-On", "-t", "1", "-r", "1", "-c")
        said = await run("snmpset", *how, "private", there, f"{COMMAND}.2", "i", "1")
        assert "INTEGER: 1" in said
        said = await run("snmpget", *how, "public", there, "1.3.6.1.4.1.318.1.1.12.1.5.0")
        assert '"AP7920"' in said
        said = await run("snmpwalk", *how, "public", there, "1.3.6.1.4.1.318")
        assert said.count("INTEGER: 1") == 3  # the command, the state, the load state
        assert "Gauge32: 23" in said
        said = await run("snmpset", *how, "public", there, f"{COMMAND}.2", "i", "1")
        assert "noAccess" in said or "noSuchName" in said
        said = await run("snmpget", *how, "guess", there, f"{COMMAND}.2")
        assert "Timeout" in said
    assert pdu.closed == {2}


@pytest.mark.needs("net-snmp")
@pytest.mark.parametrize("version", ["1", "2c"])
async def test_we_ask_net_snmps_agent(version: str, tmp_path: Path) -> None:
    config = tmp_path / "snmpd.conf"
    config.write_text("rocommunity public\nsysdescr An agent\nsysname outlets\n", encoding="utf-8")
    port = free_port()
    agent = await asyncio.create_subprocess_exec(
        shutil.which("snmpd") or "/usr/sbin/snmpd",
        *("-f", "-C", "-c", str(config), "-Lo", "-I", "system_mib,sysORTable"),
        *("-p", str(tmp_path / "pid"), f"udp:127.0.0.1:{port}"),
        stdout=asyncio.subprocess.DEVNULL,
        env={"SNMP_PERSISTENT_DIR": str(tmp_path), "PATH": "/usr/bin"},
    )
    try:
        options = {"version": version, "family": "apc-rpdu2"}
        url = f"udp://127.0.0.1:{port}"
        async with (
            asyncio.timeout(30),
            connect("snmp-outlet", url, password="public", options=options) as device,
        ):
            await until(lambda: device.state().availability is Availability.ONLINE)
            await device.perform("identity", "identify", {})
            assert device.state().values["model"].value == "An agent"
            assert device.state().values["name"].value == "outlets"
    finally:
        agent.terminate()
        await agent.wait()

"""Our driver with Mosquitto as its broker, and paho's client with ours."""

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from classroom_drivers import connect
from classroom_drivers.api import Availability, LinkError
from classroom_drivers.conformance import conforms
from classroom_drivers.emulators.mqtt import MODELS
from classroom_drivers.emulators.mqtt_things import Talker
from classroom_drivers.emulators.server import serve
from classroom_drivers.links.address import parse
from tests.drivers.virtual import until
from tests.ports import free_port

USER, PASSWORD = "classroom", "p4ssw0rd"


@asynccontextmanager
async def mosquitto(folder: Path, port: int) -> AsyncIterator[None]:
    """Run Mosquitto for the block."""
    config, passwords = folder / "mosquitto.conf", folder / "passwords"
    passwords.write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    maker = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", str(passwords))
    assert await maker.wait() == 0
    lines = ("user root", f"listener {port} 127.0.0.1", f"password_file {passwords}")
    config.write_text("\n".join((*lines, "allow_anonymous false\n")), encoding="utf-8")
    broker = await asyncio.create_subprocess_exec(
        "/usr/sbin/mosquitto", "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        broker.terminate()
        await broker.wait()


def a_client(*, password: str = PASSWORD) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, password)
    return client


@contextmanager
def standing(thing: Talker, port: int) -> Iterator[None]:
    """Have paho carry an emulated thing to a broker for the block; then it vanishes."""
    client = a_client()
    (will,) = thing.will()
    client.will_set(will.topic, will.payload, retain=True)

    def hear(_: Client, _userdata: object, message: MQTTMessage) -> None:
        thing.hear(message.topic, bytes(message.payload), time.monotonic())

    client.on_message = hear
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            said = thing.look(time.monotonic())
            if not client.is_connected():
                with suppress(OSError):
                    client.connect("127.0.0.1", port)
                while client.loop(0.05) == 0 and not client.is_connected():
                    pass
                if not client.is_connected():
                    continue  # the broker is not there yet
                client.subscribe("#")
                said = thing.birth()
            for message in said:
                client.publish(message.topic, message.payload, retain=message.retain)
            client.loop(0.02)
        if there := client.socket():
            there.close()  # without a word, as if the plug were pulled

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.needs("mosquitto")
@pytest.mark.parametrize(
    ("model", "order"),
    [
        ("zigbee2mqtt-switch", ("relay", "set-relay", {"on": True})),
        ("tasmota-dimmer", ("level", "set-level", {"percent": 10.0})),
        ("esphome", ("cover", "open-cover", {})),
    ],
)
async def test_we_work_a_thing_behind_mosquitto(
    model: str, order: tuple[str, str, dict[str, Any]], tmp_path: Path
) -> None:
    port, emulator = free_port(), MODELS[model]()
    emulator.thing.curtain.percent_per_s = 100.0
    options = {**emulator.needs, "username": USER}
    async with (
        asyncio.timeout(60),
        mosquitto(tmp_path, port),
        connect("mqtt", f"tcp://127.0.0.1:{port}", password=PASSWORD, options=options) as device,
    ):
        with standing(emulator.thing, port):
            await conforms(device)
        await until(lambda: device.state().availability is Availability.OFFLINE)
        assert "the broker is there" in device.state().problem
        with pytest.raises(LinkError, match="the broker is there"):
            await device.perform(*order)


@pytest.mark.needs("mosquitto")
async def test_mosquitto_refuses_a_wrong_password_and_may_restart(tmp_path: Path) -> None:
    port, options = free_port(), {"topic": "a", "convention": "plain", "relays": "lamp"}
    url = f"tcp://127.0.0.1:{port}"
    named = {**options, "username": USER}
    async with (
        asyncio.timeout(60),
        connect("mqtt", url, password="other", options=named) as wrong,
        connect("mqtt", url, options=options) as nobody,
        connect("mqtt", url, password=PASSWORD, options=named) as device,
    ):
        async with mosquitto(tmp_path, port):
            for refused in (wrong, nobody):
                await until(lambda: refused.state().availability is Availability.AUTH_FAILED)  # noqa: B023
            await until(lambda: device.state().availability is Availability.ONLINE)
        await until(lambda: device.state().availability is Availability.OFFLINE)
        async with mosquitto(tmp_path, port):
            await until(lambda: device.state().availability is Availability.ONLINE)


@pytest.mark.needs("mosquitto")
async def test_what_mosquittos_own_client_says_is_heard(tmp_path: Path) -> None:
    port = free_port()
    options = {"topic": "school/lab", "convention": "plain", "relays": "lamp", "username": USER}
    who = ("-p", str(port), "-u", USER, "-P", PASSWORD)
    url = f"tcp://127.0.0.1:{port}"
    async with (
        asyncio.timeout(60),
        mosquitto(tmp_path, port),
        connect("mqtt", url, password=PASSWORD, options=options) as device,
    ):
        await until(lambda: device.state().availability is Availability.ONLINE)
        ear = await asyncio.create_subprocess_exec(
            *("mosquitto_sub", *who, "-t", "school/lab/lamp/set", "-C", "1", "-W", "20", "-v"),
            stdout=asyncio.subprocess.PIPE,
        )
        while ear.returncode is None:  # until it has subscribed
            await device.perform("relay", "set-relay", {"on": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await ear.wait()
        said, _ = await ear.communicate()
        assert said == b"school/lab/lamp/set ON\n"
        mouth = await asyncio.create_subprocess_exec(
            *("mosquitto_pub", *who, "-t", "school/lab/lamp", "-m", "off")
        )
        assert await mouth.wait() == 0
        await until(lambda: device.state().values["relay-1"].value is False)


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
async def test_paho_works_a_thing_behind_our_broker(scheme: str) -> None:
    broker = MODELS["zigbee2mqtt-light"]()
    broker.username, broker.password = USER, PASSWORD
    heard: list[MQTTMessage] = []

    def talk(port: int) -> None:
        client = a_client()
        if scheme == "tls":
            client.tls_set(cert_reqs=ssl.CERT_NONE)
            client.tls_insecure_set(True)
        client.on_message = lambda _, _userdata, message: heard.append(message)
        client.connect("127.0.0.1", port, keepalive=2)
        client.loop_start()
        client.subscribe([("zigbee2mqtt/Lab", 1), ("zigbee2mqtt/+/availability", 0)])
        sent = client.publish("zigbee2mqtt/Lab/set", '{"brightness": 200}', qos=1)
        sent.wait_for_publish(5)
        time.sleep(3.5)  # longer than it may be silent
        assert client.is_connected()
        client.disconnect()
        client.loop_stop()

    async with serve(broker, f"{scheme}://127.0.0.1:0") as served, asyncio.timeout(30):
        await asyncio.to_thread(talk, parse(served.url).port)
    told = {message.topic: (message.payload, message.retain) for message in heard}
    assert told["zigbee2mqtt/Lab/availability"] == (b'{"state":"online"}', True)
    assert b'"brightness": 200' in told["zigbee2mqtt/Lab"][0]
    assert not told["zigbee2mqtt/Lab"][1]


async def test_paho_is_refused_with_a_wrong_password() -> None:
    broker = MODELS["plain"]()
    broker.username, broker.password = USER, PASSWORD
    refused: list[str] = []

    def knock(port: int) -> None:
        client = a_client(password="other")
        client.on_connect = lambda *given: refused.append(str(given[3]))
        client.connect("127.0.0.1", port)
        while not refused:
            client.loop(0.1)

    async with serve(broker, "tcp://127.0.0.1:0") as served, asyncio.timeout(30):
        await asyncio.to_thread(knock, parse(served.url).port)
    assert refused == ["Not authorized"]

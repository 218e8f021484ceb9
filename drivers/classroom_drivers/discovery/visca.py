"""VISCA cameras: on a serial port that somebody names, and Sony's on the network."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from classroom_drivers.api import Link
from classroom_drivers.codecs import sony_network, visca
from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.discovery.found import Found
from classroom_drivers.discovery.neighbourhood import Network, ask_around
from classroom_drivers.links.serial_port import SerialTransport

BAUDS = (9600, 38400)
ANSWER_S = 0.5  # to each question; a chain of seven is slower than one camera
CAMERAS_MAX = 7
LET_GO_S = 0.2  # until the system has closed a port


async def search_network(
    near: Iterable[Network],
    *,
    within_s: float,
    hosts: Iterable[str] = (),
    port: int = sony_network.PORT,
) -> tuple[Found, ...]:
    """Ask Sony's cameras nearby, or these hosts, who is there.

    Raises:
        LinkError: there is no network to ask on.
    """
    named = tuple(hosts)
    heard = await ask_around(
        [sony_network.ASK],
        port,
        near=near,
        to=lambda network: named or network.everybody,
        within_s=within_s,
        from_port=port,
    )
    told = [sony_network.fields_of(answer.data) for answer in heard]
    return tuple(
        sorted(
            {
                Found(
                    "visca",
                    f"udp://{fields['IPADR']}:52381?framing=sony",
                    name=fields.get("NAME", ""),
                    model=fields.get("MODEL", ""),
                    serial=fields.get("MAC", ""),
                    how="Sony camera IP setting",
                )
                for fields in told
                if fields
            }
        )
    )


async def search_port(path: str, *, within_s: float) -> tuple[Found, ...]:
    """Number the cameras of a chain on a serial port and ask each for its model.

    A camera whose address is fixed does not answer the first question; it is looked for at 1.

    Raises:
        LinkError: the port is not there, or in use.
    """
    for baud in BAUDS:
        with suppress(TimeoutError):
            async with (
                asyncio.timeout(within_s / len(BAUDS)),
                SerialTransport(path, baud).open() as link,
            ):
                if found := await _chain(link, path, baud):
                    return found
        await asyncio.sleep(LET_GO_S)
    return ()


async def _chain(link: Link, path: str, baud: int) -> tuple[Found, ...]:
    echo = await _ask(link, visca.encode(visca.ALL, visca.SET_ADDRESS), _counts)
    counted = echo.body[1] - 1 if isinstance(echo, visca.Echo) else 0
    found = []
    for address in range(1, min(max(counted, 1), CAMERAS_MAX) + 1):
        version = await _ask(link, visca.encode(address, visca.ASK_VERSION), _tells_version)
        if not (version or counted):
            continue
        told = version.data if isinstance(version, visca.Answer) else b""
        model = f"{told[:2].hex()}:{told[2:4].hex()}".strip(":")
        more = f"&address={address}" if address > 1 else ""
        url = f"serial://{path}?baud={baud}{more}"
        found.append(Found("visca", url, model=model, how="VISCA address set"))
    return tuple(found)


def _counts(reply: visca.Reply) -> bool:
    match reply:
        case visca.Echo(body) if len(body) == 2 and body[0] == visca.ADDRESSES_SET:
            return True
    return False


def _tells_version(reply: visca.Reply) -> bool:
    return isinstance(reply, visca.Answer) and len(reply.data) >= 4


async def _ask(
    link: Link, question: bytes, answers: Callable[[visca.Reply], bool]
) -> visca.Reply | None:
    """Say something and give the answer, or None if none comes within a while."""
    decoder = visca.ReplyDecoder()
    await link.write(question)
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            while data := await link.read():
                for reply in decoder.feed(data):
                    if not isinstance(reply, Garbage) and answers(reply):
                        return reply
    return None

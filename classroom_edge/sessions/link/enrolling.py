"""A room becomes a site: by a code, once, and the hub proves that it is the one that is meant."""

import asyncio
from pathlib import Path
from random import SystemRandom
from typing import Final

import zmq.asyncio

from classroom_edge.sessions.link import address, codes, wire
from classroom_edge.sessions.link.desk import key_at
from classroom_edge.sessions.link.keys import (
    SITE_KEY,
    HubRecord,
    KeyPair,
    load_or_make,
    remember_hub,
)
from classroom_edge.sessions.link.sockets import site_socket

WITHIN_S: Final = 20.0
AGAIN_AFTER_S: Final = 1.0
BUSY: Final = "busy"


class EnrolError(Exception):
    """It did not work; `reason` is a key of the catalogue "sessions" after "enrol."."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


async def enrol(folder: Path, hub: str, code_text: str, *, within_s: float = WITHIN_S) -> HubRecord:
    """Enrol the room of that folder at a hub; keep and give what it is known by from now on.

    Asked again with the same code by the same room, it says yes again.

    Raises:
        EnrolError: the code is mistyped or of another hub, or the hub says no, or nothing.
        KeyFileError: the keys cannot be kept.
    """
    where, code = _read(hub, code_text)
    keys = await asyncio.to_thread(load_or_make, folder / SITE_KEY)
    try:
        hub_key = await key_at(where)
    except OSError as error:
        raise EnrolError("nobody", str(error)) from error
    if not code.fits(hub_key):
        raise EnrolError("wrong-hub", f"the key of {where} is not the one of the code")
    answer = await _asked(where, hub_key, keys, code.secret, within_s)
    if answer.reason:
        raise EnrolError(answer.reason, f"{where} refuses: {answer.reason}")
    record = HubRecord(address=str(where), key=hub_key, site=answer.site)
    await asyncio.to_thread(remember_hub, folder, record)
    return record


def _read(hub: str, code_text: str) -> tuple[address.Address, codes.Code]:
    try:
        return address.parse(hub), codes.parse(code_text)
    except codes.CodeError as error:
        raise EnrolError("mistyped", str(error)) from error
    except address.AddressError as error:
        raise EnrolError("address", str(error)) from error


async def _asked(
    where: address.Address, hub_key: str, keys: KeyPair, secret: str, within_s: float
) -> wire.Enrolled:
    """Say it until there is an answer that counts."""
    letter = wire.encode(wire.LetterToHub(body=wire.Enrol(secret=secret)))
    try:
        with (
            zmq.asyncio.Context() as context,
            site_socket(context, keys, hub_key, SystemRandom()) as socket,
        ):
            socket.connect(where.endpoint)
            async with asyncio.timeout(within_s):
                while True:
                    await socket.send(letter)
                    answer = await _answer(socket)
                    if answer is not None and answer.reason != BUSY:
                        return answer
                    await asyncio.sleep(AGAIN_AFTER_S)
    except TimeoutError as error:
        raise EnrolError("silent", f"{where} does not answer") from error


async def _answer(socket: zmq.asyncio.Socket) -> wire.Enrolled | None:
    if not await socket.poll(2000 * AGAIN_AFTER_S):
        return None
    try:
        body = wire.decode_to_site(await socket.recv()).body
    except wire.WireError:
        return None
    return body if isinstance(body, wire.Enrolled) else None

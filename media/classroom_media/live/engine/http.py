"""One question by HTTP, with JSON both ways. The connection ends with the answer.

Source: RFC 9112 (HTTP/1.1), by h11.
"""

import asyncio
import contextlib
import json
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import urlsplit

import h11

from classroom_media.live.engine.api import EngineError

LARGEST: Final = 1 << 20  # bytes of an answer
Json = dict[str, Any]


async def ask(url: str, body: Json | None, *, within_s: float, tls: SSLContext | None) -> Json:
    """Post a body, or get if there is none; gives the answer.

    Raises:
        EngineError: nobody is there, or what comes back is no JSON object.
    """
    try:
        async with asyncio.timeout(within_s):
            answer = await _ask(url, body, tls)
            found = json.loads(answer)
    except (OSError, TimeoutError, ValueError, h11.RemoteProtocolError) as error:
        raise EngineError(f"{url}: {error or 'no answer'}") from error
    if not isinstance(found, dict):
        raise EngineError(f"{url}: no answer that could be understood")
    return found


async def _ask(url: str, body: Json | None, tls: SSLContext | None) -> bytes:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if secure else 80),
        ssl=(tls or True) if secure else None,
    )
    try:
        connection = h11.Connection(h11.CLIENT)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        writer.write(_request(connection, parts.netloc, target, body))
        return await _answer(connection, reader)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _request(connection: h11.Connection, host: str, target: str, body: Json | None) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    headers = {
        "Host": host,
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(data)),
    }
    method = "GET" if body is None else "POST"
    said = (
        h11.Request(method=method, target=target, headers=list(headers.items())),
        h11.Data(data),
        h11.EndOfMessage(),
    )
    return b"".join(connection.send(each) or b"" for each in said)


async def _answer(connection: h11.Connection, reader: asyncio.StreamReader) -> bytes:
    found = bytearray()
    while len(found) <= LARGEST:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(1 << 16))
        elif isinstance(event, h11.Data):
            found += event.data
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            return bytes(found)
    raise ValueError("the answer is too long")

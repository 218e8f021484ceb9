"""Where a new site gets its hub's public key while a code is open; its code tells if it is right.

One line on a TCP connection: the key in Z85. Nothing that comes in is read.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from classroom_edge.sessions.link.address import Address
from classroom_edge.sessions.link.keys import KEY_LENGTH

ANSWERS_WITHIN_S: Final = 5.0


@dataclass(kw_only=True)
class Desk:
    """Gives the hub's public key to whoever comes while a code is open."""

    host: str | None  # None: on every address
    port: int
    key: str
    is_open: Callable[[], bool]

    async def run(self) -> None:
        """Run until cancelled. Raises OSError."""
        server = await asyncio.start_server(self._give, self.host, self.port)
        async with server:
            await server.serve_forever()

    async def _give(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            if self.is_open():
                writer.write(self.key.encode("ascii") + b"\n")
            writer.close()
            await writer.wait_closed()


async def key_at(hub: Address) -> str:
    """Ask the desk of a hub for its key; whether it is the right one is for a code to tell.

    Raises:
        OSError: nobody is at the desk, or says something else.
    """
    async with asyncio.timeout(ANSWERS_WITHIN_S):
        reader, writer = await asyncio.open_connection(hub.host, hub.port + 1)
        try:
            line = await reader.readexactly(KEY_LENGTH + 1)
        except asyncio.IncompleteReadError as error:
            raise OSError(f"{hub}: no code is open there") from error
        finally:
            writer.close()
    if not line.isascii():
        raise OSError(f"{hub}: no key")
    return line.decode("ascii").strip()

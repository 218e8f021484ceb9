"""Lets keys in, or not, before they can say anything.

Source: ZeroMQ Authentication Protocol (ZAP), https://rfc.zeromq.org/spec/27/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import zmq.asyncio
from zmq.utils import z85

ENDPOINT: Final = "inproc://zeromq.zap.01"
DOMAIN: Final = b"classroom-edge"
_VERSION: Final = b"1.0"
_PARTS: Final = 7  # of a request by CURVE


@dataclass(kw_only=True)
class Doorman:
    """Answers for every connection to a context's servers.

    `admits` says whether a key (Z85) may come in, from an address. Who may is known by that key
    from then on: as the User-Id of every message.
    """

    context: zmq.asyncio.Context
    admits: Callable[[str, str], bool]

    async def run(self) -> None:
        """Run until cancelled; while it does not, nobody comes in."""
        with self.context.socket(zmq.REP) as socket:
            socket.linger = 0
            socket.bind(ENDPOINT)
            while True:
                await socket.send_multipart(self._answer(await socket.recv_multipart()))

    def _answer(self, request: list[bytes]) -> list[bytes]:
        number = request[1] if len(request) > 1 else b""
        if len(request) == _PARTS and request[0] == _VERSION and request[5] == b"CURVE":
            key = z85.encode(request[6])
            if request[2] == DOMAIN and self.admits(key.decode(), request[3].decode()):
                return [_VERSION, number, b"200", b"OK", key, b""]
        return [_VERSION, number, b"400", b"not enrolled", b"", b""]

"""What closes and opens packets, once DTLS has made keys for it; carried by whatever sends.

Source: RFC 7983 (what a first byte tells); RFC 6347, 4.2.4 (an answer that does not come is asked
for again, after a second first).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from classroom_media.live.pipe.api import Received
from classroom_media.live.pipe.dtls import Dtls, HandshakeError
from classroom_media.live.pipe.srtp import Srtp

_DTLS: Final = range(20, 64)
_SRTP: Final = range(128, 192)
_EARLY: Final = 8  # datagrams of a handshake that come before we begin


class Lock:
    """Between packets and datagrams. `put` sends datagrams; `ready` and `failed` tell, once."""

    def __init__(
        self,
        *,
        put: Callable[[Sequence[bytes]], None],
        received: Received,
        ready: Callable[[], None],
        failed: Callable[[], None],
    ) -> None:
        self._put, self._received = put, received
        self._ready, self._failed = ready, failed
        self._dtls: Dtls | None = None
        self._srtp: Srtp | None = None
        self._early: deque[bytes] = deque(maxlen=_EARLY)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, dtls: Dtls) -> None:
        """Begin the handshake: there is a way to the peer."""
        self._dtls = dtls
        self._step(dtls.begin)
        while self._early:
            self.take(self._early.popleft(), 0)

    def take(self, data: bytes, now_ns: int) -> None:
        """Take a datagram; what is neither DTLS nor SRTP, or forged, is passed over."""
        first = data[0] if data else 0
        if first in _SRTP:
            if self._srtp is not None and (packet := self._srtp.open(data)) is not None:
                self._received(packet, now_ns)
        elif first in _DTLS:
            dtls = self._dtls
            if dtls is None:
                self._early.append(data)
            else:
                self._step(lambda: dtls.take(data))

    def send(self, packets: Iterable[bytes]) -> None:
        """Send RTP and RTCP, in order; before the handshake is done they are lost."""
        if self._srtp is not None:
            self._put([each for each in map(self._srtp.close, packets) if each is not None])

    def end(self) -> None:
        """Take leave, and do nothing more."""
        if self._timer:
            self._timer.cancel()
        if self._dtls:
            with contextlib.suppress(HandshakeError):
                self._put(self._dtls.leave())
        self._dtls = self._srtp = None

    def _step(self, step: Callable[[], list[bytes]]) -> None:
        dtls = self._dtls
        if dtls is None:
            return
        try:
            self._put(step())
        except HandshakeError:
            self._failed()
            return
        if self._timer:
            self._timer.cancel()
        if dtls.ended:
            self._failed()
        elif dtls.keys is not None and self._srtp is None:
            self._srtp = Srtp(dtls.keys)
            self._ready()
        elif (wait_s := dtls.wait_s) is not None:
            again = asyncio.get_running_loop().call_later
            self._timer = again(max(wait_s, 0.01), self._step, dtls.remind)

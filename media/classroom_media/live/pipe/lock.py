"""What closes and opens packets, once DTLS has made keys for it; carried by whatever sends.

DTLS waits a second before it says anything again, and then two: on a line that loses a tenth, half
of all handshakes would take that long. So our last words are repeated as they were, a few times;
who has heard them passes them over.

Source: RFC 7983 (what a first byte tells); RFC 6347, 4.2.4 (when DTLS repeats), 4.1.2.6 (what was
heard before is passed over).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from classroom_media.live.pipe.api import Received
from classroom_media.live.pipe.dtls import Dtls, HandshakeError
from classroom_media.live.pipe.srtp import Srtp

AGAIN_S: Final = 0.2
TIMES: Final = 3
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
        self._said: list[bytes] = []  # last, to say it again
        self._left = 0  # how often

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
            said = step()
        except HandshakeError:
            self._failed()
            return
        if said:
            self._put(said)
            self._said, self._left = said, TIMES
        if dtls.ended:
            self._failed()
            return
        if dtls.keys is not None and self._srtp is None:
            self._srtp = Srtp(dtls.keys)
            self._ready()
        self._wait(AGAIN_S if self._left else dtls.wait_s)

    def _wait(self, seconds: float | None) -> None:
        if self._timer:
            self._timer.cancel()
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._repeat)

    def _repeat(self) -> None:
        """Say our last words again; when that was often enough, what DTLS itself would say."""
        if self._dtls is None:
            return
        if not self._left:
            self._step(self._dtls.remind)
            return
        self._left -= 1
        self._put(self._said)
        self._wait(AGAIN_S if self._left else self._dtls.wait_s)

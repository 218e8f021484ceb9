"""HTTP, both ways, and its numbered responses."""

from collections.abc import Callable, Sequence
from typing import Any

from classroom_drivers.codecs import http
from classroom_drivers.codecs.garbage import Garbage
from tests.drivers.streams import Decoder, Stream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n"
ASKED = b"POST /onvif HTTP/1.1\r\nHost: \r\nContent-Length: 4\r\n\r\n<a/>"


class Renewed:
    """A decoder that gives way to a new one once it is lost, as a connection does."""

    def __init__(self, new: Callable[[], Decoder]) -> None:
        self.decoder = new()
        self._new = new

    def feed(self, data: bytes) -> Sequence[Any]:
        """Take bytes as they arrive."""
        found = self.decoder.feed(data)
        if any(isinstance(one, Garbage) for one in found):
            self.decoder = self._new()
        return found


STREAMS = (
    Stream(
        name="http responses",
        decoder=lambda: Renewed(http.ResponseDecoder),
        data=OK + b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n" + CHUNKED,
        end=None,  # its connection is closed instead
        longest=http.BODY_MAX,
    ),
    Stream(
        name="http requests",
        decoder=lambda: Renewed(http.RequestDecoder),
        data=ASKED + b"GET / HTTP/1.1\r\nHost: camera\r\n\r\n",
        end=None,  # its connection is closed instead
        longest=http.BODY_MAX,
    ),
)

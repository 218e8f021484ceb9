"""HTTP, both ways, and its numbered responses."""

from classroom_drivers.codecs import http
from tests.drivers.streams import Stream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n"
ASKED = b"POST /onvif HTTP/1.1\r\nHost: \r\nContent-Length: 4\r\n\r\n<a/>"
STREAMS = (
    Stream(
        name="http responses",
        decoder=http.ResponseDecoder,
        data=OK + b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n" + CHUNKED,
        end=None,  # its connection is closed instead
        longest=http.BODY_MAX,
    ),
    Stream(
        name="http requests",
        decoder=http.RequestDecoder,
        data=ASKED + b"GET / HTTP/1.1\r\nHost: camera\r\n\r\n",
        end=None,  # its connection is closed instead
        longest=http.BODY_MAX,
    ),
)

"""Datagrams out of one socket: those of like size in a row leave by one call, cut by the kernel.

A picture is cut into packets of one size, so most of them go along: seven packets of 1.1 kB cost
7 µs instead of 26. A kernel or a card that cannot do it gets them one by one.

Source: Linux, udp(7), UDP_SEGMENT; the last datagram of a call may be shorter, none longer.
"""

import contextlib
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import Final

MOST: Final = 44  # datagrams in one call: below 64 kB of the largest that a pipe sends
_SEGMENT: Final = 103  # UDP_SEGMENT, which Python does not name
_SIZE: Final = struct.Struct("=H")


class Outlet:
    """Sends datagrams; what the kernel does not take now is lost, as on any link."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._cuts = _cuts(sock)

    def send(self, datagram: bytes | bytearray | memoryview, address: tuple[str, int]) -> None:
        """Send one datagram."""
        with contextlib.suppress(OSError):
            self.sock.sendto(datagram, address)

    def send_all(self, datagrams: Sequence[bytes], address: tuple[str, int]) -> None:
        """Send datagrams to one place, in order."""
        for group in runs(datagrams) if self._cuts else ([each] for each in datagrams):
            if len(group) == 1 or not self._together(group, address):
                for each in group:
                    self.send(each, address)

    def _together(self, group: Sequence[bytes], address: tuple[str, int]) -> bool:
        """Send a group by one call; False if that cannot be done here."""
        size = [(socket.IPPROTO_UDP, _SEGMENT, _SIZE.pack(len(group[0])))]
        try:
            self.sock.sendmsg(group, size, 0, address)
        except BlockingIOError:
            return True
        except OSError:
            self._cuts = False
            return False
        return True


def runs(datagrams: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut a row of datagrams into groups of one size, of which the last may be shorter."""
    begin = 0
    for place, datagram in enumerate(datagrams):
        first = len(datagrams[begin])
        if len(datagram) > first or place - begin == MOST:
            yield datagrams[begin:place]
            begin = place
        elif len(datagram) < first:
            yield datagrams[begin : place + 1]
            begin = place + 1
    if begin < len(datagrams):
        yield datagrams[begin:]


def _cuts(sock: socket.socket) -> bool:
    if sys.platform != "linux":
        return False
    try:
        sock.setsockopt(socket.IPPROTO_UDP, _SEGMENT, 0)
    except OSError:
        return False
    return True

"""What went over a device's line: the newest frames, in a ring with bounds. Secrets do not show.

The line tells the journal what is opened, written, read and closed. Bytes are kept as they were
and masked when somebody reads the journal, so that a secret which arrived in two pieces, or was
named only later, does not show either.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Protocol, runtime_checkable

ENTRIES_MAX = 1000
BYTES_MAX = 64 * 1024
MASK = b"*"


class Direction(StrEnum):
    """What happened on the line."""

    OPENED = "opened"
    WRITTEN = "written"
    READ = "read"
    HUNG_UP = "hung up"  # by the device
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes that were written or read at once; those of secrets are asterisks.

    `name` is the exchange's, where something was written. `masked` holds the places of the
    asterisks, as pairs of the first and one past the last.
    """

    at: datetime
    at_s: float  # on the loop's clock
    direction: Direction
    data: bytes = b""
    name: str = ""
    masked: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A frame as it was, before masking; never leaves this module."""

    at: datetime
    at_s: float
    direction: Direction
    data: bytes = field(repr=False)
    name: str
    secrets: tuple[bytes, ...] = field(repr=False)


@runtime_checkable
class Secretive(Protocol):
    """A codec that spells a secret in another form than it was given: a digest, a number."""

    def secrets(self) -> Sequence[bytes]:
        """Give what must not be shown of what was written last."""


@runtime_checkable
class Counting(Protocol):
    """A codec whose messages bear a number that the answer repeats."""

    counter: tuple[int, int]  # its place in both: the first byte and one past the last


class Journal:
    """The newest frames of one line; older ones give way to newer ones."""

    def __init__(
        self, *, clock: Callable[[], float] | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._now = now or (lambda: datetime.now(UTC))
        self._entries: deque[_Entry] = deque()
        self._bytes = 0
        self._entries_max = ENTRIES_MAX
        self._bytes_max = BYTES_MAX
        self._secrets: tuple[bytes, ...] = ()
        self._codec: object = None
        self.dropped = 0  # frames that have given way

    def __len__(self) -> int:
        return len(self._entries)

    def bound(self, *, entries_max: int, bytes_max: int) -> None:
        """Keep so much from now on."""
        self._entries_max, self._bytes_max = entries_max, bytes_max
        self._make_room()

    def hide(self, *secrets: str) -> None:
        """Never show these texts, however long ago they were written."""
        self._secrets += tuple(secret.encode() for secret in secrets if secret)

    def mask(self, text: str) -> str:
        """Put an asterisk in place of every secret in a text."""
        for secret in self._secrets:
            text = text.replace(secret.decode(), MASK.decode())
        return text

    @property
    def counter(self) -> tuple[int, int] | None:
        """Say where the messages bear a number that the answer repeats, if they do."""
        return self._codec.counter if isinstance(self._codec, Counting) else None

    # what the line tells

    def opened(self, codec: object) -> None:
        """A link is open; the codec knows what else is secret on it."""
        self._codec = codec
        self._add(Direction.OPENED)

    def wrote(self, name: str, data: bytes) -> None:
        """Bytes were handed to the link, on behalf of an exchange."""
        own = self._codec.secrets() if isinstance(self._codec, Secretive) else ()
        self._add(Direction.WRITTEN, data, name, tuple(own))

    def heard(self, data: bytes) -> None:
        """Bytes came out of the link."""
        self._add(Direction.READ, data)

    def hung_up(self) -> None:
        """The device has ended the link."""
        self._add(Direction.HUNG_UP)

    def closed(self) -> None:
        """The link is gone."""
        self._add(Direction.CLOSED)

    # what everybody may read

    def frames(self) -> tuple[Frame, ...]:
        """Give what is kept, oldest first."""
        shown: list[Frame] = []
        for _, run in groupby(tuple(self._entries), key=lambda entry: entry.direction):
            shown += self._shown(tuple(run))
        return tuple(shown)

    def _shown(self, run: tuple[_Entry, ...]) -> Iterable[Frame]:
        """Mask a run of one direction as one, for a secret may have been cut."""
        own = {secret for entry in run for secret in entry.secrets}
        places = _places(b"".join(entry.data for entry in run), (*self._secrets, *own))
        begin = 0
        for entry in run:
            end = begin + len(entry.data)
            here = [(max(a, begin) - begin, min(b, end) - begin) for a, b in places]
            masked = tuple((a, b) for a, b in here if a < b)
            data = _masked(entry.data, masked)
            name = self.mask(entry.name)
            yield Frame(entry.at, entry.at_s, entry.direction, data, name, masked)
            begin = end

    def _add(
        self,
        direction: Direction,
        data: bytes = b"",
        name: str = "",
        secrets: tuple[bytes, ...] = (),
    ) -> None:
        data = data[: self._bytes_max]
        self._entries.append(_Entry(self._now(), self._clock(), direction, data, name, secrets))
        self._bytes += len(data)
        self._make_room()

    def _make_room(self) -> None:
        while len(self._entries) > self._entries_max or self._bytes > self._bytes_max:
            self._bytes -= len(self._entries.popleft().data)
            self.dropped += 1


def _places(data: bytes, secrets: Iterable[bytes]) -> list[tuple[int, int]]:
    """Find every secret, overlapping ones as one."""
    found: list[tuple[int, int]] = []
    for secret in filter(None, secrets):
        at = data.find(secret)
        while at >= 0:
            found.append((at, at + len(secret)))
            at = data.find(secret, at + 1)
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            first, last = merged.pop()
            merged.append((first, max(last, end)))
        else:
            merged.append((begin, end))
    return merged


def _masked(data: bytes, places: Iterable[tuple[int, int]]) -> bytes:
    for begin, end in places:
        data = data[:begin] + MASK * (end - begin) + data[end:]
    return data

"""Cuts a part that broke off back to where it can be trusted.

After a power cut a file may be longer than what of it had reached the disk: behind the last
sync there can be zeros, in the middle of anything. A demuxer that meets them in a fragment's
head gives up the whole file. So the fragments are looked at from outside, as boxes, and the
last ones are left off until what remains adds up: every byte of media belongs to a packet,
time goes forward, nothing is hollow, and a decoder takes the last moments.

H.264 never has so many zeros in a row as are looked for here, and AAC has no use for them.

Source: ISO/IEC 14496-12, 4.2 (boxes) and 8.8 (fragments); ITU-T H.264, 7.4.1
(emulation_prevention_three_byte).
"""

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av

from classroom_media.api import RecordError
from classroom_media.record.boxes import boxes
from classroom_media.record.reading import demuxed, opened
from classroom_media.record.samples import Sample

HOLE: Final = {"video": bytes(8), "audio": bytes(64)}
GROUPS: Final = 2  # so many groups of pictures last longer than what is written between syncs
BLOCKS: Final = 100  # and so many blocks of sound


def cut_back(path: Path, synced_bytes: int) -> None:
    """Cut a file behind its last sound fragment; never into what is known to be on disk.

    Raises:
        RecordError: the disk does not give back what is in it, or cannot be written.
    """
    try:
        size = path.stat().st_size
        found = [one for one in fragments(path) if one.end >= synced_bytes]
        sound = next((one for one in reversed(found) if _is_sound(path, one)), None)
        if sound is not None and sound.end < size:
            os.truncate(path, sound.end)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment of a file: where it ends, and how much media there is up to there."""

    end: int
    media_bytes: int


def fragments(path: Path) -> list[Fragment]:
    """List the whole fragments of a file; none for an ordinary one.

    Raises:
        OSError: as the file system says.
    """
    found: list[Fragment] = []
    media_bytes, follows_head = 0, False
    with path.open("rb") as file:
        for one in boxes(file):
            if one.kind == b"mdat" and follows_head:
                media_bytes += one.end - one.payload_at
                found.append(Fragment(one.end, media_bytes))
            follows_head = one.kind == b"moof"
    return found


def _is_sound(path: Path, last: Fragment) -> bool:
    """Whether everything up to the end of a fragment adds up."""
    looks: dict[int, _Look] = {}
    try:
        with opened(path, upto=last.end) as container:
            for packet, sample in demuxed(container):
                look = looks.setdefault(packet.stream_index, _Look(packet.stream.type))
                if not look.takes(packet, sample):
                    return False
            total = sum(look.media_bytes for look in looks.values())
            return total == last.media_bytes and all(
                look.can_be_decoded() for look in looks.values()
            )
    except av.FFmpegError:
        return False


class _Look:
    """Goes through the packets of one stream."""

    def __init__(self, kind: str) -> None:
        self.media_bytes = 0
        self._is_picture = kind == "video"
        self._hole = HOLE[kind]
        self._seen = 0
        self._last_ns = -(2**63)
        self._groups: deque[list[av.Packet[Any]]] = deque(maxlen=GROUPS)

    def takes(self, packet: "av.Packet[Any]", sample: Sample) -> bool:
        """Take the next packet; tell whether it is whole and comes after the one before."""
        follows = sample.dts_ns > self._last_ns
        self._last_ns = sample.dts_ns
        self.media_bytes += packet.size
        if not self._groups or (sample.key if self._is_picture else self._seen % BLOCKS == 0):
            self._groups.append([])
        self._groups[-1].append(packet)
        self._seen += 1
        return follows and self._hole not in bytes(packet)

    def can_be_decoded(self) -> bool:
        """Decode the last moments."""
        try:
            for group in self._groups:
                for packet in group:
                    packet.decode()
        except av.FFmpegError:
            return False
        return True

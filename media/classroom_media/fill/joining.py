"""Writes a whole film from what came live and what was fetched, and verifies every picture of it.

Packets are copied; the times are those of the outline. So pictures follow each other as in the
film that they are from, and the sound is one encoder's from begin to end: no seam can be heard.
"""

import heapq
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

from classroom_media.api import Kind, RecordError, StreamFormat
from classroom_media.fill.needs import Needs, Place
from classroom_media.fill.outline import Group, Outline, Run
from classroom_media.fill.reading import film
from classroom_media.fill.spool import Spool
from classroom_media.fill.units import in_annex_b, looks
from classroom_media.packets import Coded
from classroom_media.record.durable import DurableFile
from classroom_media.record.flatten import flatten
from classroom_media.record.join import AT_LEISURE
from classroom_media.record.part import PartWriter

FOREVER: Final = 1 << 62  # nanoseconds


def write_whole(outline: Outline, needs: Needs, spool: Spool, into: Path) -> None:
    """Write the film of an outline, sync it and read it back.

    Raises:
        RecordError: something of it is not what it was; or there is no room. No film is left.
    """
    try:
        sink = DurableFile(into)
        formats = {str(form.kind): form for form in outline.formats}
        writer = PartWriter(sink, formats, 0, pace=AT_LEISURE)
        for packet in packets(outline, needs, spool):
            writer.write(packet)
        writer.seal()
        flatten(into)
        verify_whole(outline, into)
    except (RecordError, OSError) as error:
        with suppress(OSError):
            into.unlink(missing_ok=True)
        raise RecordError(f"{into}: {error}") from error


def packets(outline: Outline, needs: Needs, spool: Spool) -> Iterator[Coded]:
    """Give the packets of the whole film in order of decoding. Raises RecordError, OSError."""
    formats = {form.kind: form for form in outline.formats}
    lanes = [_pictures(outline, needs, spool, formats[Kind.PICTURE])]
    if Kind.SOUND in formats:
        lanes.append(_sound(outline, spool, formats[Kind.SOUND]))
    return heapq.merge(*lanes, key=lambda packet: packet.dts_ns)


def verify_whole(outline: Outline, path: Path) -> None:
    """Return if a film holds the pictures of an outline, each once and in order, and its sound.

    Raises:
        RecordError: it does not.
    """
    written = film(path)
    expected = [group.looks for group in outline.groups if group.pictures.end_ns > 0]
    found = [laid.group.looks for laid in written.groups(0, FOREVER)]
    if found[-len(expected) :] != expected or len(found) > len(outline.groups):
        raise RecordError(f"{len(found)} of {len(expected)} groups of pictures")
    blocks = sum(_shown(group) for group in outline.groups)
    if len(written.sound) < blocks:
        raise RecordError(f"{len(written.sound)} of {blocks} blocks of sound")


def _shown(group: Group) -> int:
    return sum(slot.dts_ns > 0 for slot in group.sound.slots()) if group.sound else 0


def _pictures(outline: Outline, needs: Needs, spool: Spool, form: StreamFormat) -> Iterator[Coded]:
    for number, group in enumerate(outline.groups):
        place = needs.here.get(number)
        if place is None:
            samples = _cut(spool.read(group.pictures.digest), group.pictures.sizes)
        else:
            samples = _received(place, group.looks)
        yield from _timed(group.pictures, form, map(in_annex_b, samples))


def _sound(outline: Outline, spool: Spool, form: StreamFormat) -> Iterator[Coded]:
    for run in (group.sound for group in outline.groups if group.sound):
        yield from _timed(run, form, _cut(spool.read(run.digest), run.sizes))


def _timed(run: Run, form: StreamFormat, samples: Iterable[bytes]) -> Iterator[Coded]:
    is_sound = form.kind is Kind.SOUND
    for number, (slot, data) in enumerate(zip(run.slots(), samples, strict=True)):
        yield Coded(
            stream=form.kind,
            pts_ns=slot.dts_ns + slot.lag_ns,
            dts_ns=slot.dts_ns,
            duration_ns=slot.duration_ns,
            key=is_sound or number == 0,
            data=data,
            format=form,
        )


def _received(place: Place, expected: bytes) -> list[bytes]:
    """Give pictures that came live, if they are still what they were."""
    with Path(place.film).open("rb") as file:
        data = bytearray()
        for at, size in place.spans:
            file.seek(at)
            data += file.read(size)
    samples = _cut(bytes(data), place.sizes)
    if looks(samples) != expected:
        raise RecordError(f"{place.film} is not what it was")
    return samples


def _cut(data: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    return [data[begin:end] for begin, end in pairwise(accumulate(sizes, initial=0))]

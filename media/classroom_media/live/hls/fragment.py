"""A fragment of a film: some packets of its streams, from `moof` to `mdat`. Pure.

Times are told by the fragment and each packet's distance to the next one, so that rounding never
adds up. H.264 comes in Annex B and goes with lengths; its parameter sets stay where they are.

Source: ISO/IEC 14496-12, 8.8.4 to 8.8.12; 14496-15, 5.3.2 (samples of H.264).
"""

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from classroom_media.api import NS, Kind, StreamFormat
from classroom_media.live.hls.head import NUMBERS, rate_of
from classroom_media.packets import Coded
from classroom_media.record.boxes import box
from classroom_media.sources.annexb import units

_BASE_IS_MOOF: Final = 0x020000
_RUN: Final = 0x01000F01  # version 1 (signed lags); offset, duration, size, flags, lag
_KEY: Final = 0x02000000  # leans on nothing
_OTHER: Final = 0x01010000  # leans on others; not to begin with
_MDAT_HEAD: Final = 8  # bytes


def fragment(
    sequence: int, streams: Mapping[Kind, StreamFormat], packets: Mapping[Kind, Sequence[Coded]]
) -> bytes:
    """Give `moof` and `mdat` of packets in the order of decoding; a stream may have none.

    `sequence` grows with each fragment; times are the packets' own.
    """
    runs = {kind: _Run(streams[kind], some) for kind, some in packets.items() if some}
    length = len(_moof(sequence, runs, 0))
    data = b"".join(run.data for run in runs.values())
    return _moof(sequence, runs, length + _MDAT_HEAD) + box(b"mdat", data)


class _Run:
    """The packets of one stream in a fragment."""

    def __init__(self, form: StreamFormat, packets: Sequence[Coded]) -> None:
        rate = rate_of(form)
        samples = [sample(form.kind, packet.data) for packet in packets]
        times = [_ticks(packet.dts_ns, rate) for packet in packets]
        times.append(_ticks(packets[-1].dts_ns + packets[-1].duration_ns, rate))
        self.base = times[0]
        self.data = b"".join(samples)
        self.table = b"".join(
            struct.pack(
                ">IIIi",
                max(after - at, 0),
                len(sample),
                _KEY if packet.key or form.kind is Kind.SOUND else _OTHER,
                _ticks(packet.pts_ns, rate) - at,
            )
            for packet, sample, (at, after) in zip(packets, samples, pairwise(times), strict=True)
        )
        self.count = len(packets)


def _moof(sequence: int, runs: Mapping[Kind, _Run], data_at: int) -> bytes:
    trafs = []
    for kind, run in runs.items():
        tfhd = box(b"tfhd", struct.pack(">II", _BASE_IS_MOOF, NUMBERS[kind]))
        tfdt = box(b"tfdt", struct.pack(">IQ", 1 << 24, run.base))
        trun = box(b"trun", struct.pack(">III", _RUN, run.count, data_at), run.table)
        trafs.append(box(b"traf", tfhd, tfdt, trun))
        data_at += len(run.data)
    return box(b"moof", box(b"mfhd", struct.pack(">II", 0, sequence)), *trafs)


def sample(kind: Kind, data: bytes) -> bytes:
    """Give a packet as it lies in a file: H.264 with the lengths of its units before them."""
    if kind is Kind.SOUND:
        return data
    return b"".join(part for unit in units(data) for part in (struct.pack(">I", len(unit)), unit))


def _ticks(ns: int, rate: int) -> int:
    return (ns * rate + NS // 2) // NS

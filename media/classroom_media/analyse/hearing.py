"""Listens to a file once: loudness by EBU R128, and where it is silent.

Source: EBU R 128, https://tech.ebu.ch/publications/r128 ; measured by FFmpeg's ebur128, which
says momentary loudness (400 ms) every 100 ms, and the true peak at four times the rate.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.filter import Graph

from classroom_media.analyse.figures import Loudness, Passage, Trouble
from classroom_media.analyse.passages import SILENT_DB, Passages
from classroom_media.levels import Meter, decibels

GATE_LUFS: Final = -70.0  # what is quieter counts for nothing in EBU R128
NOTHING: Final = Loudness()

Block = tuple[float, float, "av.AudioFrame"]  # from, to, 100 ms of sound


def listen(path: Path, start_s: float) -> tuple[Loudness, tuple[Passage, ...]]:
    """Measure a file's first sound, up to where it can be read."""
    silences = Passages(Trouble.SILENCE)
    momentary: dict[int, float] = {}
    meter = Meter()
    said: dict[str, str] = {}
    for from_s, to_s, block in _blocks(path):
        said = block.metadata
        loud = float(said.get("lavfi.r128.M", "nan"))
        second = int(from_s)
        if loud >= momentary.get(second, GATE_LUFS):
            momentary[second] = loud
        meter.add(block.to_ndarray().astype(np.float32))
        if meter.take()[0] < SILENT_DB:
            silences.add(start_s + from_s, start_s + to_s)
    return _loudness(said, momentary), silences.all()


def _loudness(said: dict[str, str], momentary: dict[int, float]) -> Loudness:
    if not said:
        return NOTHING
    seconds = range(max(momentary, default=-1) + 1)
    integrated = float(said["lavfi.r128.I"])
    measured = integrated > GATE_LUFS and bool(momentary)
    return Loudness(
        integrated_lufs=round(integrated, 1) if measured else None,
        range_lu=round(float(said["lavfi.r128.LRA"]), 1) if measured else None,
        momentary_max_lufs=round(max(momentary.values()), 1) if measured else None,
        true_peak_dbtp=round(decibels(float(said["lavfi.r128.true_peak"])), 1),
        momentary_lufs=tuple(round(momentary.get(n, GATE_LUFS), 1) for n in seconds),
    )


def _blocks(path: Path) -> Iterator[Block]:
    """Give the sound in blocks of 100 ms, with what the meter says of each."""
    with suppress(av.FFmpegError, OSError), av.open(str(path)) as file:
        meter = _meter(file.streams.audio[0])
        for frame in file.decode(audio=0):
            meter.push(frame)
            yield from _measured(meter)


def _measured(meter: Graph) -> Iterator[Block]:
    with suppress(av.BlockingIOError):
        while True:
            block = meter.pull()
            if isinstance(block, av.AudioFrame) and block.time is not None:
                yield block.time, block.time + block.samples / block.rate, block


def _meter(stream: av.AudioStream) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(template=stream)
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, meter, sink).configure()
    return graph

"""Loudness: the signals of EBU Tech 3341, and FFmpeg's meter beside ours.

Source: EBU Tech 3341, table 1: cases 1 to 6 (integrated), 9 (short-term), 12 (momentary) and 15
to 19 (true peak), made here from their descriptions.
"""

import av
import numpy as np
import pytest
from av.filter import Graph

from classroom_media.levels import SILENCE_DB, Samples
from classroom_media.sound.interpolation import PeakFinder
from classroom_media.sound.loudness import LoudnessMeter

from .signals import BLOCK, in_blocks, sine

Steps = list[tuple[float, float]]  # dBFS of a 1 kHz tone, seconds


def tones(steps: Steps) -> Samples:
    return np.concatenate([sine(1000, seconds, level_db) for level_db, seconds in steps], axis=1)


def metered(sound: Samples) -> LoudnessMeter:
    meter = LoudnessMeter()
    for first in range(0, sound.shape[1] - BLOCK + 1, BLOCK):
        meter.add(sound[:, first : first + BLOCK])
    return meter


@pytest.mark.parametrize(
    ("case", "steps", "expected_lufs"),
    [
        (1, [(-23.0, 20)], -23.0),
        (2, [(-33.0, 20)], -33.0),
        (3, [(-36.0, 10), (-23.0, 60), (-36.0, 10)], -23.0),
        (4, [(-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10)], -23.0),
        (5, [(-26.0, 20), (-20.0, 20.1), (-26.0, 20)], -23.0),
    ],
)
def test_integrated_loudness_is_gated_as_ebu_asks(
    case: int, steps: Steps, expected_lufs: float
) -> None:
    assert metered(tones(steps)).integrated_lufs == pytest.approx(expected_lufs, abs=0.1), case


def test_short_term_loudness_follows_three_seconds() -> None:
    meter = metered(tones([(-20.0, 1.34), (-30.0, 1.66)] * 5))
    assert meter.short_term_lufs == pytest.approx(-23.0, abs=0.1)


def test_momentary_loudness_follows_400_milliseconds() -> None:
    meter, heard = LoudnessMeter(), []
    sound = tones([(-20.0, 0.18), (-30.0, 0.22)] * 12)
    for first in range(0, sound.shape[1] - BLOCK, BLOCK):
        meter.add(sound[:, first : first + BLOCK])
        heard.append(meter.momentary_lufs)
    assert heard[0] == SILENCE_DB
    assert heard[60:] == pytest.approx([-23.0] * len(heard[60:]), abs=0.1)


def test_what_came_before_the_recording_does_not_count() -> None:
    meter = metered(tones([(-10.0, 3)]))
    meter.begin_anew()
    assert meter.integrated_lufs == SILENCE_DB
    for _ in range(200):
        meter.add(np.zeros((2, BLOCK), np.float32))
    assert meter.integrated_lufs < -10  # only the end of the tone's last 400 ms
    assert meter.momentary_lufs == SILENCE_DB


@pytest.mark.parametrize(
    ("hz", "phase_deg", "peak_db"),
    [(12_000, 0, -6.0), (12_000, 45, -6.0), (8_000, 60, -6.0), (6_000, 67.5, -6.0), (997, 0, 3.0)],
)
def test_the_true_peak_is_found_between_the_samples(
    hz: float, phase_deg: float, peak_db: float
) -> None:
    finder = PeakFinder(2)
    tone = sine(hz, 0.5, peak_db, phase_deg)
    found = in_blocks(tone, lambda block: finder.find(block)[None])[0]
    assert 20 * np.log10(found[BLOCK:].max()) == pytest.approx(peak_db, abs=0.2)


def test_ffmpeg_finds_the_same_in_noise_that_comes_and_goes() -> None:
    dice = np.random.default_rng(3)
    seconds = np.arange(12 * 48_000) / 48_000
    loud = 0.02 + 0.3 * np.square(np.sin(seconds)) * (seconds % 5 < 3.5)
    sound = (dice.standard_normal((2, seconds.size)) * loud).clip(-1, 1).astype(np.float32)
    said = ffmpeg_hears(sound)
    ours = metered(sound)
    finder = PeakFinder(2)
    peaks = in_blocks(sound, lambda block: finder.find(block)[None])
    assert ours.integrated_lufs == pytest.approx(float(said["lavfi.r128.I"]), abs=0.1)
    assert ours.short_term_lufs == pytest.approx(float(said["lavfi.r128.S"]), abs=0.1)
    theirs_db = 20 * np.log10(float(said["lavfi.r128.true_peak"]))
    assert 20 * np.log10(peaks.max()) == pytest.approx(theirs_db, abs=0.2)


def ffmpeg_hears(sound: Samples) -> dict[str, str]:
    """Give what FFmpeg's ebur128 says at the end."""
    graph = Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=48_000, layout="stereo")
    meter, sink = graph.add("ebur128", "metadata=1:peak=true"), graph.add("abuffersink")
    graph.link_nodes(source, meter, sink).configure()
    said: dict[str, str] = {}
    for first in range(0, sound.shape[1], 4800):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[:, first : first + 4800]), "fltp", "stereo"
        )
        frame.sample_rate, frame.pts = 48_000, first
        source.push(frame)
        said = sink.pull().metadata
    return said

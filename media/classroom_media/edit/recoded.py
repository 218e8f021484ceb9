"""Sound of another sample rate or layout than the rest of a cut film: decoded, and coded like it.

Only what is heard of it is decoded. A block of AAC fades into the next one, so the first packet of
an encoder, which only fades in, is not used.

Source: ISO/IEC 14496-3, 4.6.11 (overlapping windows of the filter bank).
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, repeat
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from classroom_media.api import MediaError
from classroom_media.edit.film import Film
from classroom_media.edit.tables import Samples

BLOCK: Final = 1024  # samples
CHANNELS_AT: Final = slice(24, 26)  # of a sample entry
EARLIER_S: Final = Fraction(1, 2)  # that is decoded before: a resampler settles in

Wave = NDArray[np.float32]


def layout_of(of: Samples) -> str:
    """Name the layout of a sound. Raises MediaError: it has more channels than two."""
    layout = {1: "mono", 2: "stereo"}.get(int.from_bytes(of.entry[CHANNELS_AT]))
    if layout is None:
        raise MediaError("sound of more than two channels is not cut")
    return layout


def encoder_like(of: Samples) -> av.AudioCodecContext:
    """Give an encoder of blocks that stand between those of a sound. Raises MediaError."""
    context = av.AudioCodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = of.rate, layout_of(of), "fltp"
    return context


def recoded(film: Film, from_s: Fraction, count: int, of: Samples) -> list[bytes]:
    """Give `count` blocks, coded like `of`, of what a film lets be heard from an instant on.

    Where the film has no sound any more they are silent.

    Raises:
        MediaError: it cannot be decoded, or `of` has more channels than two.
    """
    context, packets = encoder_like(of), list[bytes]()
    for number, block in enumerate(_blocks(film, from_s, count + 1, of)):
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout_of(of))
        frame.sample_rate, frame.pts = of.rate, number * BLOCK
        packets += map(bytes, context.encode(frame))
    packets += map(bytes, context.encode(None))
    return packets[1 : count + 1]


def _blocks(film: Film, from_s: Fraction, count: int, of: Samples) -> Iterator[Wave]:
    """Give so many blocks of (channels, BLOCK) float32, planar; the last silent if need be."""
    silence = np.zeros((int.from_bytes(of.entry[CHANNELS_AT]), BLOCK), np.float32)
    waves = chain(_heard(film, from_s, of), repeat(silence))
    rest = silence[:, :0]
    for _block in range(count):
        while rest.shape[1] < BLOCK:
            rest = np.concatenate((rest, next(waves)), axis=1)
        yield np.ascontiguousarray(rest[:, :BLOCK])
        rest = rest[:, BLOCK:]


def _heard(film: Film, from_s: Fraction, of: Samples) -> Iterator[Wave]:
    """Decode from an instant on, in the rate and layout of `of`. Raises MediaError."""
    resampler = av.AudioResampler(format="fltp", layout=layout_of(of), rate=of.rate)
    try:
        with av.open(str(film.path)) as file:
            file.seek(max(0, int((from_s - EARLIER_S) * av.time_base)))
            frames = file.decode(file.streams.audio[0])
            first = next(frames, None)
            if first is not None:
                yield from _from(from_s, first, chain((first,), frames), resampler)
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(f"{film.path}: its sound cannot be decoded: {error}") from error


def _from(
    from_s: Fraction,
    first: av.AudioFrame,
    frames: Iterable[av.AudioFrame],
    resampler: av.AudioResampler,
) -> Iterator[Wave]:
    """Resample frames; leave out what comes before an instant, and fill what lacks there."""
    began_s = (first.pts or 0) * (first.time_base or Fraction(1, first.sample_rate))
    early = round((from_s - began_s) * resampler.rate)
    for frame in chain(frames, (None,)):
        for made in resampler.resample(frame):
            wave = made.to_ndarray().astype(np.float32)
            if early < 0:
                yield np.zeros((wave.shape[0], -early), np.float32)
                early = 0
            skipped = min(early, wave.shape[1])
            early -= skipped
            yield wave[:, skipped:]

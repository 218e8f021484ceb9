"""Pictures that have to be encoded at a cut: decoded from the film, and encoded like it.

Source: ISO/IEC 14496-15, 5.3.3 (length-prefixed NAL units, `avcC`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av

from classroom_media.api import EncodeError, MediaError
from classroom_media.edit.cut import Pictures
from classroom_media.edit.tables import Samples
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.record.boxes import children
from classroom_media.sources.annexb import SPS, kind_of, units

QUALITY: Final = 17  # x264's rate factor: nobody sees where it was cut
PRESET: Final = "veryfast"
CEILING_KBPS: Final = 40_000
PLANAR: Final = frozenset({"yuv420p"})
ENTRY_BYTES: Final = 8 + 78  # of a visual sample entry, before its boxes


def encoded(film: Path, of: Pictures, wanted: range) -> list[bytes]:
    """Encode some pictures of a film, the first one as a keyframe; length-prefixed.

    Raises:
        MediaError: they cannot be decoded, or are of a kind that is not encoded.
    """
    encoder: PictureEncoder | None = None
    made: list[bytes] = []
    for number, frame in enumerate(_decoded(film, of, wanted)):
        encoder = encoder or PictureEncoder("cut", _form(frame, of, len(wanted)))
        made += [prefixed(packet.data) for packet in encoder.encode(frame, number)]
    if encoder is not None:
        made += [prefixed(packet.data) for packet in encoder.flush()]
    if len(made) != len(wanted):
        raise EncodeError(f"{film}: {len(made)} of {len(wanted)} pictures at a cut")
    return made


def _decoded(film: Path, of: Pictures, wanted: range) -> Iterator[av.VideoFrame]:
    """Give these pictures in the order in which they are shown."""
    missing = {int(of.shown[n]) for n in wanted}
    try:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            container.seek(min(missing), stream=stream, backward=True)
            for frame in container.decode(stream):
                if frame.pts in missing:
                    missing.discard(frame.pts)
                    yield frame
                if not missing:
                    return
    except av.FFmpegError as error:
        raise MediaError(f"{film}: {error}") from error
    raise MediaError(f"{film}: {len(missing)} pictures at a cut cannot be decoded")


def _form(frame: av.VideoFrame, of: Pictures, count: int) -> PictureForm:
    if frame.format.name not in PLANAR:
        raise EncodeError(f"pictures of {frame.format.name} are not cut")
    length_s = (of.shown[-1] - of.shown[0]) / of.samples.rate
    fps = max(1, round((len(of) - 1) / length_s)) if length_s else 25
    return PictureForm(
        width=frame.width,
        height=frame.height,
        fps=fps,
        preset=PRESET,
        quality=QUALITY,
        bitrate_kbps=CEILING_KBPS,
        gop_s=count / fps,
    )


def prefixed(data: bytes) -> bytes:
    """Turn a coded picture of Annex B into length-prefixed units."""
    return b"".join(len(unit).to_bytes(4) + unit for unit in units(data))


def has_parameter_sets(sample: bytes) -> bool:
    """Tell whether a length-prefixed picture brings its parameter sets along."""
    at = 0
    while at + 4 < len(sample):
        if kind_of(sample[at + 4 : at + 5]) == SPS:
            return True
        at += 4 + int.from_bytes(sample[at : at + 4])
    return False


def parameter_sets(samples: Samples) -> bytes:
    """Give a stream's own parameter sets, from its description, length-prefixed.

    Raises:
        MediaError: the description is none of H.264 with lengths of 4 bytes.
    """
    avcc = dict(children(samples.entry[ENTRY_BYTES:])).get(b"avcC", b"")
    if len(avcc) < 7 or avcc[4] & 3 != 3:
        raise MediaError("only H.264 with lengths of 4 bytes is cut")
    found, at = b"", 5
    for mask in (0x1F, 0xFF):  # first how many SPS, then how many PPS
        count, at = avcc[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(avcc[at : at + 2])
            found += size.to_bytes(4) + avcc[at + 2 : at + 2 + size]
            at += 2 + size
    return found

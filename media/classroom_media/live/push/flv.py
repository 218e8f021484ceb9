"""Coded packets as RTMP carries them: the bodies of FLV tags. Pure.

Source: Adobe, Flash Video File Format 10.1 (2010), E.4.2 (sound), E.4.3 (pictures), E.5.
"""

from collections.abc import Iterator
from typing import Final

from classroom_media.api import Kind, StreamFormat
from classroom_media.live.hls.fragment import sample
from classroom_media.live.hls.head import avcc
from classroom_media.live.push import amf
from classroom_media.live.push.publishing import DATA, PICTURE, SOUND
from classroom_media.packets import Coded
from classroom_media.sources.annexb import parameter_sets

Tag = tuple[int, int, bytes]  # kind, milliseconds, body

_KEY: Final = 0x17  # H.264
_OTHER: Final = 0x27
_AAC: Final = 0xAF  # 44 kHz, stereo: written whatever it is; what counts is in the configuration
_MS: Final = 1_000_000


class Tagger:
    """Takes packets in order, from a keyframe on; gives tags that count from that keyframe."""

    def __init__(self) -> None:
        self._zero_ns: int | None = None
        self._sets = b""
        self._config = b""
        self._sound: StreamFormat | None = None

    def tags(self, kind: Kind, packet: Coded) -> Iterator[Tag]:
        """Give what is to be sent for a packet; nothing before the first keyframe."""
        if kind is Kind.SOUND and packet.format is not None:
            self._sound = packet.format
        if self._zero_ns is None:
            if kind is Kind.SOUND or not packet.key:
                return
            self._zero_ns = packet.dts_ns
            yield DATA, 0, self._about(packet)
        at_ms = (packet.dts_ns - self._zero_ns) // _MS
        if at_ms >= 0:
            yield from (
                self._picture(packet, at_ms) if kind is Kind.PICTURE else self._heard(packet, at_ms)
            )

    def _picture(self, packet: Coded, at_ms: int) -> Iterator[Tag]:
        sets = parameter_sets(packet.data) if packet.key else self._sets
        if sets != self._sets:
            self._sets = sets
            yield PICTURE, at_ms, bytes((_KEY, 0, 0, 0, 0)) + avcc(packet.data)
        lag_ms = (packet.pts_ns - packet.dts_ns) // _MS
        head = bytes((_KEY if packet.key else _OTHER, 1)) + lag_ms.to_bytes(3, "big", signed=True)
        yield PICTURE, at_ms, head + sample(Kind.PICTURE, packet.data)

    def _heard(self, packet: Coded, at_ms: int) -> Iterator[Tag]:
        config = self._sound.extradata if self._sound else b""
        if not config:
            return
        if config != self._config:
            self._config = config
            yield SOUND, at_ms, bytes((_AAC, 0)) + config
        yield SOUND, at_ms, bytes((_AAC, 1)) + packet.data

    def _about(self, packet: Coded) -> bytes:
        picture, sound = packet.format, self._sound
        told: dict[str, amf.Value] = {"encoder": "Classroom Edge", "videocodecid": 7.0}
        if picture is not None:
            told |= {"width": picture.width, "height": picture.height, "framerate": picture.fps}
        if sound is not None:
            told |= {"audiocodecid": 10.0, "audiosamplerate": sound.sample_rate_hz}
        return amf.spelled("@setDataFrame", "onMetaData", told)

"""The codecs that we know, under the numbers that we offer them by, and those of others.

Source: RFC 6184, 8.2.2 (H.264); RFC 7587, 7 (Opus); RFC 2198, 5 (redundant sound); RFC 4588, 8.6
(retransmission); RFC 4585, 4.2 (feedback).
"""

from typing import Final

from classroom_media.live.pipe.description import Codec, Medium
from classroom_media.live.rtp import numbering
from classroom_media.live.rtp.opus import CLOCK_HZ
from classroom_media.live.rtp.packetised import PICTURE_HZ

SOUND: Final = (
    Codec(numbering.SOUND, "opus", CLOCK_HZ, 2, "minptime=10;useinbandfec=1;stereo=1", ("nack",)),
    Codec(numbering.REDUNDANT, "red", CLOCK_HZ, 2, f"{numbering.SOUND}/{numbering.SOUND}"),
    Codec(numbering.SOUND_AGAIN, "rtx", CLOCK_HZ, 2, f"apt={numbering.SOUND}"),
)
PICTURE: Final = (
    Codec(
        numbering.PICTURE,
        "H264",
        PICTURE_HZ,
        parameters="level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        feedback=("nack", "nack pli", "ccm fir", "goog-remb"),
    ),
    Codec(numbering.PICTURE_AGAIN, "rtx", PICTURE_HZ, parameters=f"apt={numbering.PICTURE}"),
)


def common(medium: Medium) -> tuple[Codec, ...]:
    """Give what we know of a medium's codecs: the first that we would choose, and its repairs."""
    if medium.kind == "audio":
        main = next((each for each in medium.codecs if _is_opus(each)), None)
    elif medium.kind == "video":
        fitting = [each for each in medium.codecs if _is_h264(each)]
        main = min(fitting, key=_strange, default=None)
    else:
        main = None
    if main is None:
        return ()
    number = str(main.payload_type)
    return (
        main,
        *(each for each in medium.codecs if each.called("red") and number in _carried(each)),
        *(each for each in medium.codecs if each.called("rtx") and each.parameter("apt") == number),
    )


def _is_opus(codec: Codec) -> bool:
    return codec.called("opus") and codec.clock_hz == CLOCK_HZ


def _is_h264(codec: Codec) -> bool:
    return codec.called("h264") and codec.parameter("packetization-mode") == "1"


def _strange(codec: Codec) -> int:
    """Tell how far a profile is from constrained baseline: 0 = it is that."""
    profile = codec.parameter("profile-level-id").lower()
    return 0 if profile.startswith("42e0") else 1 if profile.startswith("42") else 2


def _carried(redundant: Codec) -> list[str]:
    return redundant.parameters.split("/")

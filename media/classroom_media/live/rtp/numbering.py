"""The payload types that we offer; whoever answers may know others, whoever offers sets his own.

Source: RFC 3551, 6 (96 to 127 are free; 35 to 63 too, where RTP and RTCP share a port: RFC 5761).
"""

from typing import Final

PICTURE: Final = 96  # H.264
PICTURE_AGAIN: Final = 97  # what is sent again of it
SOUND: Final = 111  # Opus
SOUND_AGAIN: Final = 112
REDUNDANT: Final = 63  # Opus with copies of earlier packets

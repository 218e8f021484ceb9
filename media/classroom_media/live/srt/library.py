"""libsrt by ctypes: the calls that are made, the options that are set, errors as they are.

Source: libsrt 1.5, docs/API/API-functions.md, docs/API/API-socket-options.md; srtcore/srt.h.
"""

import ctypes
import ctypes.util
from enum import IntEnum
from functools import cache
from typing import Final

NAMES: Final = ("srt-gnutls", "srt-openssl", "srt")
ERROR: Final = -1
TIMEOUT: Final = 6003  # SRT_ETIMEOUT
AGAIN_READ: Final = 6002  # SRT_EASYNCRCV
PAYLOAD: Final = 1316  # bytes: seven packets of a transport stream


class Option(IntEnum):
    """Those of `SRT_SOCKOPT` that are used."""

    RCVSYN = 2  # calls that receive or accept wait
    SNDTIMEO = 13  # ms
    RCVTIMEO = 14  # ms
    REUSEADDR = 15
    PASSPHRASE = 26
    PBKEYLEN = 27
    CONNTIMEO = 36  # ms
    LATENCY = 23  # ms
    STREAMID = 46


class SrtError(OSError):
    """A call failed; `code` is the library's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


@cache
def library() -> ctypes.CDLL:
    """Load libsrt, once for this process.

    Raises:
        SrtError: it is not installed.
    """
    found = next(filter(None, map(ctypes.util.find_library, NAMES)), None)
    if found is None:
        raise SrtError(0, "libsrt is not installed")
    loaded = ctypes.CDLL(found)
    loaded.srt_getlasterror_str.restype = ctypes.c_char_p
    loaded.srt_rejectreason_str.restype = ctypes.c_char_p
    loaded.srt_startup()
    return loaded


def checked(result: int) -> int:
    """Give a result back.

    Raises:
        SrtError: it tells of an error.
    """
    if result == ERROR:
        code = int(library().srt_getlasterror(None))
        raise SrtError(code, library().srt_getlasterror_str().decode())
    return result

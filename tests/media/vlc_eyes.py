"""Plays a file in VLC, at twice its pace, and tells how it ended and the numbers that it showed.

``python -m tests.media.vlc_eyes FILE``; a process of its own, because `import vlc` may end the
one it is used in.

Source: https://videolan.videolan.me/vlc/group__libvlc__media__player.html, video callbacks.
"""

import ctypes
import sys
import time

import numpy as np
import vlc

from .numbered import COLUMNS, ROWS
from .unlike import BIG

OPTIONS = ("--quiet", "--no-audio", "--avcodec-hw=none", "--no-drop-late-frames")
LONGEST_S = 40


def main() -> None:
    width, height = BIG
    picture = ctypes.create_string_buffer(width * height * 4)
    seen: list[int] = []

    @vlc.CallbackDecorators.VideoLockCb  # type: ignore[untyped-decorator]
    def lock(_own: object, planes: "ctypes._Pointer[ctypes.c_void_p]") -> None:
        planes[0] = ctypes.c_void_p(ctypes.addressof(picture))

    @vlc.CallbackDecorators.VideoDisplayCb  # type: ignore[untyped-decorator]
    def display(_own: object, _picture: object) -> None:
        green = np.frombuffer(memoryview(picture), np.uint8).reshape(height, width, 4)[..., 1]
        seen.append(number_of(green))

    player = vlc.Instance(*OPTIONS, "--no-skip-frames").media_player_new(sys.argv[1])
    player.video_set_callbacks(lock, None, display, None)
    player.video_set_format("RV32", width, height, width * 4)
    player.play()
    player.set_rate(2)
    end_s = time.monotonic() + LONGEST_S
    while player.get_state() not in {vlc.State.Ended, vlc.State.Error}:
        if time.monotonic() > end_s:
            raise SystemExit("VLC does not come to an end")
        time.sleep(0.05)
    state = "ended" if player.get_state() == vlc.State.Ended else "failed"
    sys.stdout.write(" ".join([state, *map(str, seen)]))


def number_of(green: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> int:
    """Read a number as `numbered.number_in` does, in a plane of another colour space."""
    height, width = green.shape
    cells = green[height // 4 :: height // ROWS, width // 10 :: width // COLUMNS][:ROWS, :COLUMNS]
    return sum(int(cell > 125) << bit for bit, cell in enumerate(cells.flat))


if __name__ == "__main__":
    main()

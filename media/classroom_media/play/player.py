"""Plays one thing at a time by libvlc, and tells how it goes.

Source: https://videolan.videolan.me/vlc/group__libvlc__media__player.html
"""

import ctypes.util
import os
from typing import Any, Final

from classroom_media.api import MediaError
from classroom_media.messages import Adjust, Play, PlayerHealth

QUIET: Final = ("--quiet", "--no-video-title-show", "--no-osd", "--no-snapshot-preview")
OUTPUTS: Final = "--vout=xcb_xv,gl,xcb_x11,none"  # what draws in a window of X, and nothing else
DUMB: Final = "--aout=dummy"
VOLUME: Final = 80  # of 100, at first
STATES: Final = {
    "Opening": "opening",
    "Buffering": "opening",
    "Playing": "playing",
    "Paused": "paused",
    "Ended": "ended",
    "Error": "failed",
}  # as libvlc says -> as we do; any other is "idle"


class Player:
    """Draws in the X window of that number on a display; `health` may be asked by any thread."""

    def __init__(self, window: int, shown: str, *, sound: bool = True) -> None:
        """Load libvlc.

        Raises:
            MediaError: it is not installed.
        """
        if ctypes.util.find_library("vlc") is None:
            raise MediaError("libvlc is not installed")
        import vlc  # noqa: PLC0415 - where libvlc lacks, importing it ends the process

        self._vlc: Any = vlc
        # Here alone libvlc looks for the display of a window that it is given, and where it finds
        # none it draws in one of its own, as small as the film.
        os.environ["DISPLAY"] = shown
        options = (*QUIET, OUTPUTS, *(() if sound else (DUMB,)))
        self._instance: Any = vlc.Instance(*options)
        self._player: Any = self._instance.media_player_new()
        self._player.set_xwindow(window)
        self._playing: Play | None = None
        self._failed = False  # libvlc itself goes on to "ended"
        events = self._player.event_manager()
        events.event_attach(vlc.EventType.MediaPlayerEncounteredError, self._fail)
        self._volume = VOLUME

    def play(self, what: Play) -> None:
        """Play this instead of what is played now."""
        self._playing, self._failed = what, False
        media = self._instance.media_new(what.url)
        if what.at_s:
            media.add_option(f":start-time={what.at_s:.1f}")
        self._player.set_media(media)
        media.release()
        self._player.play()
        self._player.audio_set_volume(self._volume)

    def adjust(self, how: Adjust) -> None:
        """Change what is said: volume, place, pause."""
        if how.volume is not None:
            self._volume = how.volume
            self._player.audio_set_volume(how.volume)
        if how.at_s is not None:
            self._player.set_time(round(how.at_s * 1000))
        if how.paused is not None:
            self._player.set_pause(int(how.paused))

    def health(self) -> PlayerHealth:
        """Tell how it goes."""
        state = str(self._player.get_state()).rpartition(".")[2]
        return PlayerHealth(
            id=self._playing.id if self._playing else "",
            state="failed" if self._failed else STATES.get(state, "idle"),
            at_s=max(self._player.get_time(), 0) / 1000,
            length_s=max(self._player.get_length(), 0) / 1000,
            volume=self._volume,
        )

    def close(self) -> None:
        """Stop, and let go of libvlc."""
        self._player.stop()
        self._player.release()
        self._instance.release()

    def _fail(self, _event: object) -> None:
        self._failed = True

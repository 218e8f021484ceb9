"""The player's process: a broadcast or a recording on one of the room's screens.

    python -m classroom_media.workers.player < PlayerSpec

Its own process, because a decoder that fails takes along whoever uses it.
"""

import logging
import os
import sys
import time

from classroom_media.api import MediaError
from classroom_media.messages import Adjust, AnyCommand, Heartbeat, Play
from classroom_media.play.player import Player
from classroom_media.play.trust import Trust
from classroom_media.play.window import Window
from classroom_media.workers.shell import Answer, Shell, read_spec
from classroom_media.workers.specs import PlayerSpec

logger = logging.getLogger(__name__)


class Screen:
    """One screen at work; a `Worker` of the shell."""

    def __init__(self, spec: PlayerSpec) -> None:
        """Be ready to play.

        Raises:
            MediaError: there is no libvlc, or no such display.
        """
        self._trust = Trust()
        self._name = spec.name
        self._window = Window(spec.display, spec.area)
        self._player = Player(self._window.number, spec.display, sound=spec.sound)

    def heartbeat(self) -> Heartbeat:
        """Tell how it goes."""
        return Heartbeat(
            role="player",
            name=self._name,
            pid=os.getpid(),
            at_ns=time.monotonic_ns(),
            player=self._player.health(),
        )

    def handle(self, command: AnyCommand) -> Answer:
        """Obey a command."""
        match command:
            case Play():
                self._trust.only(command.url, command.key)
                self._window.show()
                self._player.play(command)
            case Adjust():
                self._player.adjust(command)
            case _:
                return Answer(f"a player knows no {type(command).__name__.lower()}")
        return Answer()

    def close(self) -> None:
        """Stop, and uncover the screen."""
        self._window.hide()
        self._player.close()
        self._window.close()
        self._trust.close()


def main() -> int:
    """Read a specification, play; give the exit status."""
    spec = read_spec(PlayerSpec)
    shell = Shell(spec.endpoints, role="player", name=spec.name)
    try:
        screen = Screen(spec)
    except MediaError as error:
        logger.error("nothing can be played: %s", error)  # noqa: TRY400 - no fault of ours
        return 1
    return shell.run(screen)


if __name__ == "__main__":
    sys.exit(main())

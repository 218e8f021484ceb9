"""What a director tells of its work with every heartbeat, made lines of the journal. Pure.

Only what is new becomes a line, also for a daemon that finds a recording under way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from classroom_media.messages import Heartbeat, StandIn
from classroom_media.record.journal import (
    AnyJournalEvent,
    EncoderUsed,
    LoadShed,
    ProgrammeMade,
    SparesHeard,
)


@dataclass(slots=True)
class Noticed:
    """What the journal of a recording says of its director."""

    making: str = ""
    stand_ins: tuple[StandIn, ...] = ()
    encoder: tuple[str, str] = ("", "")  # and what failed before it
    load: str = ""
    pid: int = 0  # of the director whose pictures are counted; 0 = of none yet
    left_out: int = 0  # so many of them are missing, of which it told already

    @classmethod
    def of(cls, events: Iterable[AnyJournalEvent]) -> Self:
        """Go on where a journal ends."""
        noticed = cls()
        for event in events:
            match event:
                case ProgrammeMade():
                    noticed.making = event.making
                case SparesHeard():
                    noticed.stand_ins = event.stand_ins
                case EncoderUsed():
                    noticed.encoder = event.encoder, event.problem
                case LoadShed():
                    noticed.load = event.step
                case _:  # of others
                    pass
        return noticed

    def heard(self, beat: Heartbeat) -> Iterator[AnyJournalEvent]:
        """Give the lines that a heartbeat of the director is worth."""
        if beat.making and beat.making != self.making:
            self.making = beat.making
            yield ProgrammeMade(at_ns=beat.at_ns, making=beat.making)
        if beat.stand_ins != self.stand_ins:
            self.stand_ins = beat.stand_ins
            yield SparesHeard(at_ns=beat.at_ns, stand_ins=beat.stand_ins)
        if beat.encoder and (beat.encoder, beat.encoder_problem) != self.encoder:
            self.encoder = beat.encoder, beat.encoder_problem
            yield EncoderUsed(at_ns=beat.at_ns, encoder=beat.encoder, problem=beat.encoder_problem)
        left_out = self._newly_left_out(beat)
        if left_out or beat.load != self.load:
            self.load = beat.load
            yield LoadShed(at_ns=beat.at_ns, step=beat.load, left_out=left_out)

    def _newly_left_out(self, beat: Heartbeat) -> int:
        """Count what is missing since the last heartbeat: all of a new director, none at first."""
        before = self.left_out if beat.pid == self.pid else 0
        if not self.pid:
            before = beat.left_out
        self.pid, self.left_out = beat.pid, beat.left_out
        return max(0, beat.left_out - before)

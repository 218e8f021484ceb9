"""What is written and asked in a session, beside the sound: chat, and questions to every site."""

from dataclasses import dataclass
from typing import Final

LINE_MAX: Final = 200  # characters of one line of chat
LINES_KEPT: Final = 30  # the newest; the session's story keeps all
BURST: Final = 5  # lines of one member ...
BURST_NS: Final = 10_000_000_000  # ... in this time
QUESTION_MAX: Final = 120  # characters
CHOICE_MAX: Final = 60
CHOICES_LEAST: Final = 2
CHOICES_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of chat, numbered from 1 on."""

    number: int
    at_ns: int
    by: str
    name: str  # as it stood in the roster then
    text: str


@dataclass(frozen=True, slots=True)
class Vote:
    """What a member answers."""

    member: str
    choice: int  # from 0 on


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """A question to every site, numbered from 1 on; each has one answer, and may change it."""

    number: int
    question: str  # "" = it was asked aloud
    choices: tuple[str, ...] = ()  # empty: true (0) or false (1)
    is_open: bool = True
    votes: tuple[Vote, ...] = ()
    counts: tuple[int, ...] = ()  # votes by choice; empty where they are not to be seen yet

    @property
    def places(self) -> int:
        """How many answers there are to choose from."""
        return len(self.choices) or CHOICES_LEAST

    def vote_of(self, member: str) -> Vote | None:
        """Give what somebody answered, or None."""
        return next((vote for vote in self.votes if vote.member == member), None)

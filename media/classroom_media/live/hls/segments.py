"""Segments of a lesson, and the parts that each consists of: what playlists name."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part by its name."""

    number: int
    duration_ns: int
    independent: bool
    size: int  # bytes

    @property
    def name(self) -> str:
        """What a player asks for; numbers go on from segment to segment."""
        return f"part-{self.number}.m4s"


@dataclass(slots=True)
class Segment:
    """A segment, complete or not."""

    number: int
    head: int
    begin_ns: int  # on the timeline
    parts: list[ListedPart] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What a player asks for."""
        return f"segment-{self.number}.m4s"

    @property
    def head_name(self) -> str:
        """The head that goes before it."""
        return head_name(self.head)

    @property
    def duration_ns(self) -> int:
        """How long its parts last."""
        return sum(part.duration_ns for part in self.parts)

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return sum(part.size for part in self.parts)


def head_name(number: int) -> str:
    """Name a head."""
    return f"head-{number}.mp4"

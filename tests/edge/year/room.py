"""A room in virtual time: it records, loses its power, and remembers what really happened."""

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

from classroom_edge.room import Refused, Who
from classroom_edge.services.day.acts import Aired
from classroom_edge.services.day.caretaker import NAME as CARETAKER
from classroom_media.record.journal import Taught
from classroom_schedules import Occurrence
from classroom_schedules.rules import Rule
from classroom_schedules.runner import Running
from classroom_schedules.runner.care import Business

FORGOTTEN_AFTER_S = 1800.0  # as the recording service has it


class PowerCutError(Exception):
    """The power went in the middle of something."""


@dataclass(frozen=True)
class Film:
    """One recording, by true time in seconds since 1970."""

    id: str
    lesson: str  # "" = a person's
    from_s: float
    to_s: float | None = None
    ended_by: str = ""  # "timetable" | "person" | "outage" | "ended" with the daemon
    is_doubtful: bool = False  # the clock was wrong at some time while it ran
    adopted: str = ""  # the lesson that a person gave it to


@dataclass
class Room:
    """Implements `Acts` and `Surroundings`. A `fuse` blows after so many things done or kept."""

    chance: random.Random
    now_s: float
    offset_s: float = 0.0  # of the machine's clock from the truth
    is_synchronised: bool = True
    speaks_until_s: float = 0.0
    films: list[Film] = field(default_factory=list)
    routines: list[tuple[float, str, str]] = field(default_factory=list)  # when, why, which
    live: dict[str, tuple[float, float | None]] = field(default_factory=dict)  # from, to
    aired: list[str] = field(default_factory=list)  # lessons, as often as they were begun
    heard_s: float | None = None  # when somebody spoke last, since the daemon began
    stays_until_s: float = 0.0  # a person wants it left on
    touched_s: float = 0.0
    is_finishing: bool = False
    boot: str = "b0"
    cared: list[tuple[float, str, str]] = field(default_factory=list)  # when, what, against whom
    is_shut: bool = False
    refusals: int = 0
    fuse: int | None = None
    _boot_s: float = 0.0
    _on_since_s: float = 0.0
    _dark_since_s: float | None = None

    def wall(self) -> float:
        return self.now_s + self.offset_s

    def monotonic(self) -> float:
        return self.now_s - self._boot_s

    def begin(self) -> None:
        """Begin to run; what was recorded when the power went goes on, or is over."""
        self._boot_s, self.fuse, self.heard_s = self.now_s - 20.0, None, None
        if self._dark_since_s is not None:
            self.boot, self._on_since_s = f"b{self.now_s:.0f}", self.now_s - 15.0
        dark_s = self.now_s - (self._dark_since_s or self.now_s)
        if self.film and dark_s > FORGOTTEN_AFTER_S:
            self._end("outage", self._dark_since_s)
        self._dark_since_s = None

    def lose_power(self) -> None:
        self.touched_s = 0.0  # whoever was there sees the room go dark
        self._dark_since_s = self.now_s

    def set_clock(self, offset_s: float, *, synchronised: bool) -> None:
        self.offset_s, self.is_synchronised = offset_s, synchronised
        if self.film:
            self._become(is_doubtful=True)

    def burn(self) -> None:
        """Let the fuse come nearer to its end."""
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise PowerCutError

    @property
    def film(self) -> Film | None:
        """What is recorded now."""
        return self.films[-1] if self.films and self.films[-1].to_s is None else None

    def press_record(self) -> None:
        """A person begins a recording."""
        if self.film is None:
            self._begin("")

    def press_stop(self, by: str = "person") -> None:
        """A person ends it, or the daemon with itself."""
        if self.film:
            self._end(by, self.now_s)

    def running(self) -> Running | None:
        return Running(self.film.id, self.film.lesson) if self.film else None

    def was_cut(self, recording: str) -> bool:
        ended = {one.id: one.ended_by for one in self.films}
        return ended.get(recording) in {"outage", "ended"}

    def is_speaking(self) -> bool:
        return self.now_s < self.speaks_until_s

    async def routine(self, who: Who, name: str) -> None:
        self.burn()
        self.routines.append((self.now_s, who.why, name))
        if who.name == CARETAKER:
            self._care(who.why)
        self.burn()

    def up(self) -> timedelta:
        return timedelta(seconds=self.now_s - self._on_since_s)

    def business(self) -> frozenset[Business]:
        found = {Business.RECORDING} if self.film else set[Business]()
        return frozenset(found | ({Business.FINISHING} if self.is_finishing else set()))

    def quiet_for(self) -> timedelta | None:
        return None if self.heard_s is None else timedelta(seconds=self.now_s - self.heard_s)

    async def shut_down(self, who: Who) -> None:
        self.burn()
        self.is_shut = True
        self._care(who.why)
        self.burn()

    def _care(self, what: str) -> None:
        """Remember what was done without a lesson, and whom it would have met."""
        hurt = [
            *(["recording"] if self.film and not what.endswith("#boot") else []),
            *(["finishing"] if self.is_finishing and what.endswith("#shutdown") else []),
            *(["stays"] if self.now_s < self.stays_until_s else []),
            *(["somebody"] if self.now_s < self.touched_s + 290 else []),
        ]
        self.cared.append((self.now_s, what, "" if self.offset_s else " ".join(hurt)))

    async def layout(self, who: Who, name: str, sources: tuple[str, ...]) -> None:
        self.burn()

    async def record(self, who: Who, title: str, taught: Taught) -> str:
        self.burn()
        if self.film:
            self.refusals += 1
            raise Refused("already-recording", {"en": title})
        self._begin(taught.occurrence)
        self.burn()
        return self.films[-1].id

    async def stop(self, who: Who, *, at_once: bool) -> None:
        self.burn()
        if self.film is None:
            self.refusals += 1
            raise Refused("not-recording", {"en": str(at_once)})
        self._end("timetable" if who.name == "timetable" else "person", self.now_s)
        self.burn()

    async def go_live(self, who: Who, lesson: Occurrence, rule: Rule, in_s: float) -> Aired:
        self.burn()
        if lesson.id not in self.live:
            self.live[lesson.id] = (self.now_s + max(0.0, in_s), None)
            self.aired.append(lesson.id)
        self.burn()
        return Aired(lesson.id)

    async def off_air(self, who: Who, aired: str) -> None:
        self.burn()
        if self.live[aired][1] is None:
            self.live[aired] = (self.live[aired][0], self.now_s)
        self.burn()

    def adopt(self, lesson: str) -> None:
        self._become(adopted=lesson)

    def _begin(self, lesson: str) -> None:
        wrong = self.offset_s != 0
        self.films.append(Film(f"r{len(self.films)}", lesson, self.now_s, is_doubtful=wrong))

    def _end(self, by: str, at_s: float | None) -> None:
        self._become(
            to_s=at_s, ended_by=by, is_doubtful=self.films[-1].is_doubtful or bool(self.offset_s)
        )

    def _become(self, **parts: object) -> None:
        self.films[-1] = replace(self.films[-1], **parts)  # type: ignore[arg-type]

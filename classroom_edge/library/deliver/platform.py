"""A platform that takes live streams as a target: it is shown the film, in the film's own time.

It tells nothing about what it keeps. So what was shown counts as sent, and never as a copy for
the sake of which anything may be deleted here. A show that broke off goes on at the keyframe
before, in a try of its own.

Source: Adobe, Real Time Messaging Protocol (2012), 7.2.2.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    About,
    Course,
    DeliveryError,
    Item,
    MisconfiguredError,
    Parcel,
    Probe,
    Proof,
    RefusedError,
    Target,
    TransientError,
    receipt_of,
)
from classroom_media.api import NS, RecordError
from classroom_media.live.push.address import Address, read
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.lines import Line, open_line
from classroom_media.live.push.showing import Passed, Show, has_picture
from classroom_media.workers.push_trial import tried
from classroom_media.workers.specs import TrialSpec

TRIAL_S: Final = 2.0  # of a test picture
KEPT_EVERY_NS: Final = 10 * NS  # of the film
CODES: Final = {
    "unreachable": "unreachable",
    "refused": "unreachable",
    "silent": "no-answer",
    "lost": "line-broke",
    "strange": "answer-odd",
}  # of a push that may go better by itself


@dataclass(frozen=True)
class Platform:
    """A target that is shown one film after the other."""

    url: str  # with the stream's key
    begin: Callable[[Path, Line], Show] = Show

    def deliver(self, parcel: Parcel, course: Course) -> None:
        """Show every film of the parcel that was not shown yet. Raises DeliveryError."""
        for item in parcel.items:
            if not course.has(item):
                self._show(item, course)
                shown = receipt_of(item, Proof.SHOWN, self._address.shown, sent=True)
                course.arrived(item, shown)

    def probe(self) -> Probe:
        """Send a test picture and a tone for two seconds. Raises DeliveryError."""
        trial = tried(TrialSpec(address=self.url, seconds=TRIAL_S))
        if trial.code:
            raise _told(PushError(trial.code, trial.said))
        took_ms = round(trial.connected_ms + 1000 * trial.sent_s)
        return Probe(proof=Proof.SHOWN, removed=False, took_ms=took_ms)

    def close(self) -> None:
        """Nothing is open."""

    def _show(self, item: Item, course: Course) -> None:
        film, kept = Path(item.path), course.token(item)
        way = Way(item, course)
        with self._line() as line:
            if not has_picture(film):
                raise RefusedError("no-picture", item.name)
            for passed in self.begin(film, line).run(int(kept) if kept else None):
                way.went_by(passed)

    @contextmanager
    def _line(self) -> Iterator[Line]:
        try:
            line = open_line(self._address)
            try:
                yield line
            finally:
                line.close()
        except PushError as error:
            raise _told(error) from error
        except RecordError as error:
            raise TransientError("unreadable-here", str(error)) from error

    @property
    def _address(self) -> Address:
        return read(self.url)


@dataclass
class Way:
    """How far a film is; from where a broken-off show goes on is kept every ten seconds of it."""

    item: Item
    course: Course
    skipped: int = 0  # bytes, before the place where this show began
    kept_ns: int | None = None

    def went_by(self, passed: Passed) -> None:
        """Count a packet."""
        if not passed.sent:
            self.skipped += passed.bytes
            return
        if self.kept_ns is None:
            self.kept_ns = passed.key_ns
            self.course.resumed(self.item, self.skipped)
        self.course.sent(self.item, passed.bytes)
        if passed.key_ns - self.kept_ns >= KEPT_EVERY_NS:
            self.kept_ns = passed.key_ns
            self.course.keep(self.item, str(passed.key_ns))


def made(spec: TargetSpec, _about: About | None) -> Target:
    """Make the target: the stream's key is the target's token."""
    return Platform(f"{spec.url.rstrip('/')}/{spec.token}")


def _told(error: PushError) -> DeliveryError:
    if error.code in CODES:
        return TransientError(CODES[error.code], error.said)
    code = "certificate" if error.code == "tls" else "stream-refused"
    return MisconfiguredError(code, error.said)

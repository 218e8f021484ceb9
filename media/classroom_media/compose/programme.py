"""Makes the programme out of the packets of all sources. Knows no socket, thread or clock.

Picture n stands at exactly n / fps on the timeline, and blocks of sound stand on a grid too:
a busy machine makes the programme late, never irregular. Who drives it feeds packets and
calls `advance` until there is nothing more to do.
"""

import logging
from typing import Final

from classroom_media.api import NS, CleanFeed, Layout, Rendition, Strip, Titles
from classroom_media.compose.deadline import WAIT_NS, Deadline
from classroom_media.compose.load import Load, Step
from classroom_media.compose.outlet import Outlet
from classroom_media.compose.passing import Making
from classroom_media.compose.picture_line import PICTURES, PictureLine
from classroom_media.compose.sound_line import SECOND, SOUND, SoundLine
from classroom_media.encode.rungs import RUNGS, Rung
from classroom_media.messages import SourceHealth, StandIn
from classroom_media.packets import Coded
from classroom_media.workers.specs import DirectorSpec

__all__ = ["PICTURES", "SOUND", "Programme"]

GATHER_NS: Final = 3 * NS // 2  # a new programme waits so long for its sources' last packets
REACH_NS: Final = 4 * NS  # a new programme may begin so far back, where the sources' rings do
BEHIND_NS: Final = 5 * NS  # at most so late, or ticks are left out; see `_latest_ns`
SILENT_NS: Final = 60 * NS  # later than this, sound is left out too: its sources keep no more
RESUME_NS: Final = NS  # after which the programme is this late; it has caught up then

logger = logging.getLogger(__name__)


class Programme:
    """One programme, from the first packets of its sources on."""

    def __init__(
        self, spec: DirectorSpec, outlet: Outlet, *, rungs: tuple[Rung, ...] = RUNGS
    ) -> None:
        """Prepare everything.

        Raises:
            EncodeError: the programme's size, rate or preset cannot be encoded.
            MediaError: the layout does not fit the sources.
        """
        self._outlet = outlet
        self._deadline = Deadline()
        self._pictures = PictureLine(spec, outlet, self._deadline, rungs)
        self._sound = SoundLine(spec, outlet, self._deadline)
        self._load = Load()
        self._waiting_since_ns: int | None = None
        self._latest_ns = BEHIND_NS  # and as much more as it began late, until it has caught up
        self.left_out = 0  # pictures, because the machine was too slow

    @property
    def layout(self) -> Layout:
        """Tell what is shown now."""
        return self._pictures.vision.layout

    @property
    def making(self) -> Making:
        """Tell how the pictures come about now."""
        return self._pictures.making

    @property
    def encoder(self) -> str:
        """Tell which encoder is at work."""
        return self._pictures.encoder

    @property
    def encoder_problem(self) -> str:
        """Tell why another encoder was given up on the way."""
        return self._pictures.encoder_problem

    @property
    def load(self) -> Step:
        """Tell what is done without, because the machine is too slow."""
        return self._load.step

    @property
    def titles(self) -> Titles:
        """Tell what is written over the pictures."""
        return self._pictures.titler.titles

    @property
    def previewing(self) -> bool:
        """Whether somebody looks at small pictures of it; may be set from any thread."""
        return self._pictures.previewing

    @previewing.setter
    def previewing(self, on: bool) -> None:
        self._pictures.previewing = on

    def show(self, layout: Layout, from_ns: int = 0) -> None:
        """Show another layout from the next tick on, or that at `from_ns`; from any thread.

        What is asked for later without an instant comes at once, and waits for nothing.

        Raises:
            MediaError: there is no such layout, or its sources do not fit.
        """
        self._pictures.show(layout, from_ns)

    def write(self, titles: Titles) -> None:
        """Write other titles over the pictures to come; may be called from any thread.

        Raises:
            MediaError: there is no such card.
        """
        self._pictures.titler.show(titles)

    @property
    def strips(self) -> dict[str, Strip]:
        """Tell how the sounds are mixed."""
        return dict(self._sound.mixer.strips)

    @property
    def stand_ins(self) -> tuple[StandIn, ...]:
        """Tell which spare microphones are heard now."""
        return self._sound.mixer.stand_ins

    def mix(self, strips: dict[str, Strip]) -> None:
        """Mix the sounds so from the next block on; may be called from any thread."""
        self._sound.mixer.strips = strips

    def measure_anew(self) -> None:
        """Let the programme's integrated loudness begin now; may be called from any thread."""
        self._sound.mixer.measure_anew()

    @property
    def renditions(self) -> dict[str, str]:
        """Tell which stream each rendition is."""
        return self._pictures.renditions.streams

    def render(self, renditions: tuple[Rendition, ...]) -> None:
        """Make the programme in other sizes too; may be called from any thread.

        Raises:
            MediaError: a name or a height that cannot be.
        """
        self._pictures.renditions.order(renditions)

    @property
    def feeds(self) -> dict[str, str]:
        """Tell which stream each clean feed is."""
        return self._sound.feeds.streams

    def feed_others(self, feeds: tuple[CleanFeed, ...]) -> None:
        """Make these mixes without some sources, too; may be called from any thread.

        Raises:
            MediaError: a name that cannot be, or too many.
        """
        self._sound.feeds.order(feeds)

    def rest(self, streams: tuple[str, ...]) -> None:
        """Make nothing of these live sizes until a keyframe is asked for; from any thread."""
        self._pictures.renditions.rest(streams)

    def keyframe(self, stream: str, at_ns: int = 0) -> None:
        """Make the next picture of a stream a keyframe; may be called from any thread.

        In the programme's own stream it is the next picture at or after `at_ns`.

        Raises:
            MediaError: no such stream of pictures is made.
        """
        self._pictures.keyframe(stream, at_ns)

    def key_at(self, at_ns: int) -> None:
        """Make the next picture at or after `at_ns` a keyframe; may be called from any thread."""
        self._pictures.key_at(at_ns)

    def health(self, now_ns: int) -> tuple[SourceHealth, ...]:
        """Tell which sources deliver pictures or, where they have none, sound."""
        newest = self._sound.mixer.newest_ns() | self._pictures.vision.newest_ns()
        return tuple(
            SourceHealth(
                source=source,
                live=now_ns - at_ns < NS + WAIT_NS,
                problem="" if now_ns - at_ns < NS + WAIT_NS else "no signal",
                last_ns=at_ns,
            )
            for source, at_ns in newest.items()
        )

    def feed(self, packet: Coded, now_ns: int) -> None:
        """Take a packet of a source's picture or sound."""
        self._pictures.vision.feed(packet, now_ns)
        self._sound.mixer.feed(packet, now_ns)

    def advance(self, now_ns: int) -> bool:
        """Make at most one picture and the sound due; tell whether there may be more to do."""
        self._deadline.look(now_ns)
        if self._pictures.tick is None and not self._begin(now_ns):
            return False
        late_ns = now_ns - self._pictures.at_ns
        if self._load.look(now_ns, late_ns):
            logger.warning("the machine's load: %s", self._load.step.word or "as it should be")
            self._pictures.shed(self._load.step)
        if late_ns <= RESUME_NS:
            self._latest_ns = BEHIND_NS
        if late_ns > self._latest_ns:
            self._skip(now_ns)
        worked = self._make_due(now_ns)
        self._load.turned(worked=worked)
        return worked

    def finish(self) -> None:
        """Give out what the encoders still hold; the programme is over."""
        self._pictures.finish()
        self._sound.finish()

    def _make_due(self, now_ns: int) -> bool:
        """Make sound, and no picture while a second of it is due."""
        sounded = self._sound.advance(now_ns)
        if sounded == SECOND:
            return True
        is_passing = self._pictures.making is Making.PASSING
        return self._pictures.advance(now_ns) or (sounded > 0 and not is_passing)

    def _begin(self, now_ns: int) -> bool:
        """Begin where all visible sources can be shown, be it in the past; tell whether."""
        if self._waiting_since_ns is None:
            self._waiting_since_ns = now_ns
        firsts = self._pictures.vision.first_ns()
        if None in firsts and now_ns - self._waiting_since_ns < GATHER_NS:
            return False
        begin_ns = max((first for first in firsts if first is not None), default=now_ns)
        self._go_to(min(max(begin_ns, now_ns - REACH_NS), now_ns))
        self._latest_ns = BEHIND_NS + now_ns - self._pictures.at_ns
        return True

    def _go_to(self, at_ns: int) -> None:
        self._pictures.go_to(at_ns)
        self._sound.go_to(self._pictures.at_ns)

    def _skip(self, now_ns: int) -> None:
        """Leave out pictures that are too late; where the sound is as late, all stood still."""
        self._latest_ns = BEHIND_NS
        before, at_ns = self._pictures.tick or 0, now_ns - RESUME_NS
        is_whole = now_ns - self._sound.made_ns <= SILENT_NS
        if is_whole:
            self._pictures.go_to(at_ns)
        else:
            self._go_to(at_ns)
            self._pictures.begin_anew()
            self._sound.begin_anew()
        skipped = (self._pictures.tick or 0) - before
        self.left_out += skipped
        if not is_whole:
            self._outlet.skipped(skipped)
        logger.warning("too slow: left out %s pictures of the programme", skipped)

"""Makes the programme out of the packets of all sources. Knows no socket, thread or clock.

Picture n stands at exactly n / fps on the timeline, and blocks of sound stand on a grid too:
a busy machine makes the programme late, never irregular. Who drives it feeds packets and
calls `advance` until there is nothing more to do.
"""

import logging
from dataclasses import replace
from typing import Final, Protocol

import av

from classroom_media.api import NS, CleanFeed, Layout, Rendition, Strip, Titles
from classroom_media.compose.deadline import WAIT_NS, Deadline
from classroom_media.compose.feeds import CleanFeeds
from classroom_media.compose.grid import Grid
from classroom_media.compose.load import Load, Step, preset_at, threads_at
from classroom_media.compose.mix import BLOCK, SoundMixer
from classroom_media.compose.orders import Orders
from classroom_media.compose.passable import Terms
from classroom_media.compose.passing import Making, Passing
from classroom_media.compose.pictures import Picture, PictureFeed
from classroom_media.compose.preview import Preview
from classroom_media.compose.renditions import Renditions
from classroom_media.compose.slates import Slates
from classroom_media.compose.titles import Titler
from classroom_media.compose.vision import VisionMixer
from classroom_media.encode.aac import SoundEncoder
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import RUNGS, SOFTWARE, Rung
from classroom_media.levels import RATE_HZ, Samples
from classroom_media.messages import Levels, SourceHealth, StandIn
from classroom_media.packets import Coded
from classroom_media.sound.limiter import AHEAD
from classroom_media.workers.specs import DirectorSpec

PICTURES: Final = "programme"  # the programme's streams
SOUND: Final = "programme-sound"
GATHER_NS: Final = 3 * NS // 2  # a new programme waits so long for its sources' last packets
REACH_NS: Final = 4 * NS  # a new programme may begin so far back, where the sources' rings do
BEHIND_NS: Final = 5 * NS  # later than this, ticks are left out
HURRY_NS: Final = 2 * NS  # later than this, a change is a cut: fading would cost time
FADING_WAIT_NS: Final = NS // 10  # for a source that fades away and has fallen silent
SILENT_NS: Final = 60 * NS  # later than this, sound is left out too: its sources keep no more
SOUND_FIRST: Final = RATE_HZ // BLOCK  # blocks: while so much sound is due, no picture is made
RESUME_NS: Final = NS  # after which the programme is this late
HOLE_NS: Final = NS  # in a camera's packets: there is more to show meanwhile than its last picture
PREVIEW_HZ: Final = 8
SPARE_PREVIEW_HZ: Final = 2  # on a machine that is too slow
LEVELS_HZ: Final = 10

logger = logging.getLogger(__name__)


class Outlet(Protocol):
    """Where the programme goes. Called from the thread that calls `Programme`."""

    def packet(self, packet: Coded) -> None:
        """Take a coded packet of either stream."""

    def levels(self, levels: Levels) -> None:
        """Take the loudness of all sounds."""

    def preview(self, jpeg: bytes) -> None:
        """Take a preview picture."""

    def decoded(self, stream: str, picture: Picture) -> None:
        """Take a look at a source's picture before it is composed; titles come over it later."""

    def sounded(self, source: str, samples: Samples) -> None:
        """Listen to a block of a source's sound before it is mixed, (2, n) float32."""

    def skipped(self, ticks: int) -> None:
        """Hear that the programme has a hole, in sound and picture: it stood still for long."""


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
        self._spec = spec
        self._grid = Grid(spec.fps)
        self._vision = VisionMixer(
            [source.id for source in spec.sources if source.picture],
            spec.layout,
            Slates({s.id: s.name for s in spec.sources}, language=spec.language),
            width=spec.width,
            height=spec.height,
            frame_ns=self._grid.step_ns,
            own=spec.layouts,
            decoded=outlet.decoded,
        )
        self._sound = SoundMixer(spec.sources, spec.strips, sounded=outlet.sounded)
        self._titler = Titler(spec.style, width=spec.width, height=spec.height, fps=spec.fps)
        self._titler.show(spec.titles)
        self._fade_ticks = round(spec.fade_s * spec.fps)
        self._form = form_of(spec)
        self._ladder = Ladder(rungs if spec.hardware and not spec.unsteady else (SOFTWARE,))
        self._pictures = self._picture_encoder()
        self._renditions = Renditions(PICTURES, self._form, self._ladder)
        self._renditions.order(spec.renditions)
        self._samples = SoundEncoder(SOUND)
        self._feeds = CleanFeeds()
        terms = Terms(spec.width, spec.height, spec.fps, spec.smart_max_kbps)
        self._passing = Passing(PICTURES, terms, self._grid.step_ns)
        self._encoding = False  # the encoder has had a picture
        self._preview = Preview()
        self._load = Load()
        self.left_out = 0  # pictures, because the machine was too slow
        self._deadline = Deadline()
        self._tick: int | None = None  # the next picture; None: not yet begun
        self._block = 0  # the next block of sound
        self._waiting_since_ns: int | None = None
        self._orders = Orders(self._grid)
        self.previewing = False

    @property
    def layout(self) -> Layout:
        """Tell what is shown now."""
        return self._vision.layout

    @property
    def making(self) -> Making:
        """Tell how the pictures come about now."""
        return self._passing.making

    @property
    def encoder(self) -> str:
        """Tell which encoder is at work."""
        return self._pictures.name

    @property
    def encoder_problem(self) -> str:
        """Tell why another encoder was given up on the way."""
        return self._ladder.problem

    @property
    def load(self) -> Step:
        """Tell what is done without, because the machine is too slow."""
        return self._load.step

    @property
    def titles(self) -> Titles:
        """Tell what is written over the pictures."""
        return self._titler.titles

    def show(self, layout: Layout, from_ns: int = 0) -> None:
        """Show another layout from the next tick on, or that at `from_ns`; from any thread.

        What is asked for later without an instant comes at once, and waits for nothing.

        Raises:
            MediaError: there is no such layout, or its sources do not fit.
        """
        self._vision.check(layout)
        self._orders.show(layout, from_ns)

    def write(self, titles: Titles) -> None:
        """Write other titles over the pictures to come; may be called from any thread.

        Raises:
            MediaError: there is no such card.
        """
        self._titler.show(titles)

    @property
    def strips(self) -> dict[str, Strip]:
        """Tell how the sounds are mixed."""
        return dict(self._sound.strips)

    @property
    def stand_ins(self) -> tuple[StandIn, ...]:
        """Tell which spare microphones are heard now."""
        return self._sound.stand_ins

    def mix(self, strips: dict[str, Strip]) -> None:
        """Mix the sounds so from the next block on; may be called from any thread."""
        self._sound.strips = strips

    def measure_anew(self) -> None:
        """Let the programme's integrated loudness begin now; may be called from any thread."""
        self._sound.measure_anew()

    @property
    def renditions(self) -> dict[str, str]:
        """Tell which stream each rendition is."""
        return self._renditions.streams

    def render(self, renditions: tuple[Rendition, ...]) -> None:
        """Make the programme in other sizes too; may be called from any thread.

        Raises:
            MediaError: a name or a height that cannot be.
        """
        self._renditions.order(renditions)

    @property
    def feeds(self) -> dict[str, str]:
        """Tell which stream each clean feed is."""
        return self._feeds.streams

    def feed_others(self, feeds: tuple[CleanFeed, ...]) -> None:
        """Make these mixes without some sources, too; may be called from any thread.

        Raises:
            MediaError: a name that cannot be, or too many.
        """
        self._feeds.order(feeds)

    def rest(self, streams: tuple[str, ...]) -> None:
        """Make nothing of these live sizes until a keyframe is asked for; from any thread."""
        self._renditions.rest(streams)

    def keyframe(self, stream: str) -> None:
        """Make the next picture of a stream a keyframe; may be called from any thread.

        Raises:
            MediaError: no such stream of pictures is made.
        """
        if stream == PICTURES:
            self.key_at(0)
        else:
            self._renditions.keyframe(stream)

    def key_at(self, at_ns: int) -> None:
        """Make the next picture at or after `at_ns` a keyframe; may be called from any thread."""
        self._orders.key_at(at_ns)

    def health(self, now_ns: int) -> tuple[SourceHealth, ...]:
        """Tell which sources deliver pictures or, where they have none, sound."""
        newest = self._sound.newest_ns() | self._vision.newest_ns()
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
        self._vision.feed(packet, now_ns)
        self._sound.feed(packet, now_ns)

    def advance(self, now_ns: int) -> bool:
        """Make at most one picture and the sound due; tell whether there may be more to do."""
        self._deadline.look(now_ns)
        if self._tick is None and not self._begin(now_ns):
            return False
        late_ns = now_ns - self._grid.at(self._tick or 0)
        if self._load.look(now_ns, late_ns):
            self._shed(self._load.step)
        if late_ns > BEHIND_NS:
            self._skip(now_ns)
        worked = self._make_due(now_ns)
        self._load.turned(worked=worked)
        return worked

    def _make_due(self, now_ns: int) -> bool:
        sounded = self._advance_sound(now_ns)
        if sounded == SOUND_FIRST:
            return True
        if self._passing.feed is not None:
            return self._pass_on(self._passing.feed, now_ns)
        return self._advance_picture(now_ns) or sounded > 0

    def finish(self) -> None:
        """Give out what the encoders still hold; the programme is over."""
        self._give(self._pictures.flush() + self._renditions.flush())
        self._give(self._samples.flush())

    def _begin(self, now_ns: int) -> bool:
        """Begin where all visible sources can be shown, be it in the past; tell whether."""
        if self._waiting_since_ns is None:
            self._waiting_since_ns = now_ns
        firsts = self._vision.first_ns()
        if None in firsts and now_ns - self._waiting_since_ns < GATHER_NS:
            return False
        begin_ns = max((first for first in firsts if first is not None), default=now_ns)
        self._go_to(min(max(begin_ns, now_ns - REACH_NS), now_ns))
        return True

    def _go_to(self, at_ns: int) -> None:
        self._passing.end()
        self._tick = self._grid.after(at_ns)
        self._block = max(self._block, self._grid.at(self._tick) * RATE_HZ // NS // BLOCK)
        self._vision.jump(self._grid.at(self._tick))

    def _advance_picture(self, now_ns: int) -> bool:
        if self._tick is None or (at_ns := self._grid.at(self._tick)) > now_ns:
            return False
        self._turn(at_ns, late_ns=now_ns - at_ns)
        if not self._vision.decode_some(at_ns):
            return True
        if not self._is_due(at_ns):
            return False
        if self._begin_passing(at_ns):
            return True
        frame = self._vision.picture(at_ns)
        with self._titler.over(frame, at_ns) as titled:
            self._make_picture(titled, self._tick)
        self._tick += 2 - self._tick % 2 if self._load.step is Step.HALF else 1
        return True

    def _make_picture(self, frame: av.VideoFrame, tick: int) -> None:
        if self.previewing and tick % self._preview_ticks == 0:
            self._outlet.preview(self._preview.jpeg(frame))
        key = self._orders.take_key(tick)
        self._encoding = True
        self._give(self._pictures.encode(frame, tick, key=key))
        self._give(self._renditions.encode(frame, tick))

    def _sole(self) -> PictureFeed | None:
        """Give the camera whose packets may be the programme's, if there is one."""
        if not self._spec.smart or not self._titler.is_blank or self._renditions.are_wanted:
            return None
        return self._vision.sole

    def _begin_passing(self, at_ns: int) -> bool:
        """Pass a camera's packets on from this picture on, if it is a keyframe of a fitting one."""
        feed = self._sole()
        keyframe = feed.keyframe(at_ns) if feed else None
        if feed is None or keyframe is None or self._orders.want_key:
            return False
        if not self._passing.begin(feed, keyframe, at_ns):
            return False
        if self._encoding:
            self._renew_encoder()
        return True

    def _pass_on(self, feed: PictureFeed, now_ns: int) -> bool:
        """Pass on what has come; tell whether the encoder must go on now."""
        tick, stop_ns = self._tick or 0, self._orders.next_ns
        packets: list[Coded] = []
        if feed is self._sole():
            packets = self._passing.take(min(now_ns, stop_ns - 1))
            self._give(packets)
        if packets:
            self._tick = self._grid.nearest(self._passing.end_ns)
            self._vision.forget_unseen(self._grid.at(self._tick))
            self._preview_passed(feed, tick)
        if not self._goes_on(feed, stop_ns, now_ns):
            self._passing.end()
        return self._passing.feed is None

    def _goes_on(self, feed: PictureFeed, stop_ns: int, now_ns: int) -> bool:
        """Tell whether that camera still may and can be passed; a cut that is due is made."""
        upcoming, at_ns = feed.upcoming, self._grid.at(self._tick or 0)
        if stop_ns <= (upcoming.pts_ns if upcoming else at_ns):
            self._turn(max(at_ns, stop_ns + self._grid.step_ns), late_ns=now_ns - at_ns)
            if self._orders.want_key:
                return False
        if self._passing.feed is None or feed is not self._sole():
            return False
        if upcoming:
            return upcoming.pts_ns < at_ns + HOLE_NS
        return not self._deadline.over(at_ns, feed.heard_ns)

    def _preview_passed(self, feed: PictureFeed, before: int) -> None:
        """Decode what is passed only while somebody looks."""
        every, tick = self._preview_ticks, self._tick or 0
        if self.previewing and tick // every > before // every:
            feed.catch_up()
            picture = self._vision.picture(self._grid.at(tick))
            self._outlet.preview(self._preview.jpeg(picture))

    @property
    def _preview_ticks(self) -> int:
        """Tell how many pictures there are for one preview."""
        return max(1, self._spec.fps // (SPARE_PREVIEW_HZ if self._load.step else PREVIEW_HZ))

    def _shed(self, step: Step) -> None:
        """Do without what this step says, from the next picture on."""
        logger.warning("the machine's load: %s", step.word or "as it should be")
        preset, threads = preset_at(step, self._spec.preset), threads_at(step)
        self._form = replace(self._form, preset=preset, threads=threads)
        made = self._pictures.change(preset, threads)
        self._give(made + self._renditions.change(preset, threads))

    def _renew_encoder(self) -> None:
        """Have out what the encoder holds; a new one begins with a keyframe."""
        self._give(self._pictures.flush())
        self._pictures = self._picture_encoder()
        self._encoding = False

    def _turn(self, at_ns: int, late_ns: int) -> None:
        """Show what was asked for last. A fade under way is seen through, and then comes this."""
        if self._vision.is_fading:
            return
        if (wanted := self._orders.take_layout(at_ns)) is not None:
            ticks = self._fade_ticks if late_ns < HURRY_NS and not self._load.step else 0
            self._vision.turn(wanted, ticks=ticks)

    def _is_due(self, at_ns: int) -> bool:
        """Tell whether a picture need not wait for any source any more."""
        over = self._deadline.over
        arriving = self._vision.awaited(at_ns)
        leaving = self._vision.awaited_in_leaving(at_ns)
        return all(over(at_ns, heard) for heard in arriving) and all(
            over(at_ns, heard, wait_ns=FADING_WAIT_NS) for heard in leaving
        )

    def _advance_sound(self, now_ns: int) -> int:
        """Make the blocks that are due, `SOUND_FIRST` at most; tell how many."""
        for made in range(SOUND_FIRST):
            if (end_ns := (self._block + 1) * BLOCK * NS // RATE_HZ) > now_ns:
                return made
            late = self._sound.awaited(self._block)
            if not all(self._deadline.over(end_ns, heard) for heard in late):
                return made
            self._make_sound()
        return SOUND_FIRST

    def _make_sound(self) -> None:
        start = self._block * BLOCK
        self._give(self._samples.encode(self._sound.mix(self._block), start))
        self._give(self._feeds.mix(self._sound.parts, start + AHEAD))
        self._block += 1
        tenth = RATE_HZ // LEVELS_HZ
        if self._block * BLOCK // tenth > (self._block - 1) * BLOCK // tenth:
            self._outlet.levels(Levels(levels=self._sound.levels()))

    def _skip(self, now_ns: int) -> None:
        """Leave out pictures that are too late; where the sound is as late, all stood still."""
        tick, at_ns = self._tick or 0, now_ns - RESUME_NS
        if now_ns - self._block * BLOCK * NS // RATE_HZ > SILENT_NS:
            self._leave_hole(at_ns)
        else:
            self._passing.end()
            self._tick = self._grid.after(at_ns)
            self._vision.jump(self._grid.at(self._tick))
        skipped = (self._tick or 0) - tick
        self.left_out += skipped
        logger.warning("too slow: left out %s pictures of the programme", skipped)

    def _leave_hole(self, at_ns: int) -> None:
        """Go on at a later instant with new encoders: nothing of what lies between was made."""
        tick = self._tick or 0
        self._go_to(at_ns)
        self._renew_encoder()
        self._give(self._samples.flush())
        self._samples = SoundEncoder(SOUND)
        self._outlet.skipped((self._tick or 0) - tick)

    def _give(self, packets: list[Coded]) -> None:
        for packet in packets:
            self._outlet.packet(packet)

    def _picture_encoder(self) -> PictureEncoder:
        return PictureEncoder(PICTURES, self._form, self._ladder)


def form_of(spec: DirectorSpec) -> PictureForm:
    """Give the form of the programme's pictures."""
    return PictureForm(
        width=spec.width,
        height=spec.height,
        fps=spec.fps,
        preset=spec.preset,
        quality=spec.quality,
        bitrate_kbps=spec.bitrate_kbps,
        gop_s=spec.gop_s,
    )

"""The programme's pictures: composed and encoded, or one camera's own, on a grid."""

from dataclasses import replace
from typing import Final

import av

from classroom_media.api import NS, Layout
from classroom_media.compose.deadline import Deadline
from classroom_media.compose.grid import Grid
from classroom_media.compose.load import Step, preset_at, threads_at
from classroom_media.compose.orders import Orders
from classroom_media.compose.outlet import Outlet, give
from classroom_media.compose.passable import Terms
from classroom_media.compose.passing import Making, Passing
from classroom_media.compose.pictures import PictureFeed
from classroom_media.compose.preview import Preview
from classroom_media.compose.renditions import Renditions
from classroom_media.compose.slates import Slates
from classroom_media.compose.titles import Titler
from classroom_media.compose.vision import VisionMixer
from classroom_media.encode.form import PictureForm
from classroom_media.encode.h264 import PictureEncoder
from classroom_media.encode.ladder import Ladder
from classroom_media.encode.rungs import SOFTWARE, Rung
from classroom_media.packets import Coded
from classroom_media.workers.specs import DirectorSpec

PICTURES: Final = "programme"  # their stream
HURRY_NS: Final = 2 * NS  # later than this, a change is a cut: fading would cost time
FADING_WAIT_NS: Final = NS // 10  # for a source that fades away and has fallen silent
HOLE_NS: Final = NS  # in a camera's packets: there is more to show meanwhile than its last picture
PREVIEW_HZ: Final = 8
SPARE_PREVIEW_HZ: Final = 2  # on a machine that is too slow


class PictureLine:
    """Makes the pictures of one programme, from `go_to` on.

    `vision`, `titler` and `renditions` say themselves who may ask them.
    """

    def __init__(
        self, spec: DirectorSpec, outlet: Outlet, deadline: Deadline, rungs: tuple[Rung, ...]
    ) -> None:
        """Prepare everything.

        Raises:
            EncodeError: the programme's size, rate or preset cannot be encoded.
            MediaError: the layout does not fit the sources.
        """
        self._outlet = outlet
        self._spec = spec
        self._deadline = deadline
        self._grid = Grid(spec.fps)
        self.vision = VisionMixer(
            [source.id for source in spec.sources if source.picture],
            spec.layout,
            Slates({s.id: s.name for s in spec.sources}, language=spec.language),
            width=spec.width,
            height=spec.height,
            frame_ns=self._grid.step_ns,
            own=spec.layouts,
            decoded=outlet.decoded,
        )
        self.titler = Titler(spec.style, width=spec.width, height=spec.height, fps=spec.fps)
        self.titler.show(spec.titles)
        self._fade_ticks = round(spec.fade_s * spec.fps)
        self._form = form_of(spec)
        self._ladder = Ladder(rungs if spec.hardware and not spec.unsteady else (SOFTWARE,))
        self._encoder = self._new_encoder()
        self.renditions = Renditions(PICTURES, self._form, self._ladder)
        self.renditions.order(spec.renditions)
        terms = Terms(spec.width, spec.height, spec.fps, spec.smart_max_kbps)
        self._passing = Passing(PICTURES, terms, self._grid.step_ns)
        self._encoding = False  # the encoder has had a picture
        self._preview = Preview()
        self._orders = Orders(self._grid)
        self._step = Step.NONE  # what is done without
        self.tick: int | None = None  # the next picture; None: not yet begun
        self.previewing = False

    @property
    def making(self) -> Making:
        """Tell how the pictures come about now."""
        return self._passing.making

    @property
    def encoder(self) -> str:
        """Tell which encoder is at work."""
        return self._encoder.name

    @property
    def encoder_problem(self) -> str:
        """Tell why another encoder was given up on the way."""
        return self._ladder.problem

    @property
    def at_ns(self) -> int:
        """Tell where the next picture stands."""
        return self._grid.at(self.tick or 0)

    def show(self, layout: Layout, from_ns: int) -> None:
        """Show another layout from the next tick on, or that at `from_ns`; from any thread.

        Raises:
            MediaError: there is no such layout, or its sources do not fit.
        """
        self.vision.check(layout)
        self._orders.show(layout, from_ns)

    def keyframe(self, stream: str, at_ns: int) -> None:
        """Make the next picture of a stream a keyframe; may be called from any thread.

        In the programme's own stream it is the next picture at or after `at_ns`.

        Raises:
            MediaError: no such stream of pictures is made.
        """
        if stream == PICTURES:
            self.key_at(at_ns)
        else:
            self.renditions.keyframe(stream)

    def key_at(self, at_ns: int) -> None:
        """Make the next picture at or after `at_ns` a keyframe; may be called from any thread."""
        self._orders.key_at(at_ns)

    def go_to(self, at_ns: int) -> None:
        """Go on with the first picture at or after an instant, encoded."""
        self._passing.end()
        self.tick = self._grid.after(at_ns)
        self.vision.jump(self.at_ns)

    def advance(self, now_ns: int) -> bool:
        """Make one picture at most, or pass on what has come; tell whether there may be more."""
        if self._passing.feed is not None:
            return self._pass_on(self._passing.feed, now_ns)
        return self._compose(now_ns)

    def shed(self, step: Step) -> None:
        """Do without what this step says, from the next picture on."""
        self._step = step
        preset, threads = preset_at(step, self._spec.preset), threads_at(step)
        self._form = replace(self._form, preset=preset, threads=threads)
        self._give(self._encoder.change(preset, threads) + self.renditions.change(preset, threads))

    def begin_anew(self) -> None:
        """Have out what the encoder holds; a new one begins with a keyframe."""
        self._give(self._encoder.flush())
        self._encoder = self._new_encoder()
        self._encoding = False

    def finish(self) -> None:
        """Give out what the encoders still hold."""
        self._give(self._encoder.flush() + self.renditions.flush())

    def _compose(self, now_ns: int) -> bool:
        if self.tick is None or (at_ns := self.at_ns) > now_ns:
            return False
        self._turn(at_ns, late_ns=now_ns - at_ns)
        if not self.vision.decode_some(at_ns):
            return True
        if not self._is_due(at_ns):
            return False
        if self._begin_passing(at_ns):
            return True
        with (
            self.vision.picture(at_ns) as frame,
            self.titler.over(frame, at_ns) as titled,
        ):
            self._make_picture(titled, self.tick)
        self.tick += 2 - self.tick % 2 if self._step is Step.HALF else 1
        return True

    def _make_picture(self, frame: av.VideoFrame, tick: int) -> None:
        if self.previewing and tick % self._preview_ticks == 0:
            self._outlet.preview(self._preview.jpeg(frame))
        key = self._orders.take_key(tick)
        self._encoding = True
        self._give(self._encoder.encode(frame, tick, key=key))
        self._give(self.renditions.encode(frame, tick))

    def _sole(self) -> PictureFeed | None:
        """Give the camera whose packets may be the programme's, if there is one."""
        if not self._spec.smart or not self.titler.is_blank or self.renditions.are_wanted:
            return None
        return self.vision.sole

    def _begin_passing(self, at_ns: int) -> bool:
        """Pass a camera's packets on from this picture on, if it is a keyframe of a fitting one."""
        feed = self._sole()
        keyframe = feed.keyframe(at_ns) if feed else None
        if feed is None or keyframe is None or self._orders.want_key:
            return False
        if not self._passing.begin(feed, keyframe, at_ns):
            return False
        if self._encoding:
            self.begin_anew()
        return True

    def _pass_on(self, feed: PictureFeed, now_ns: int) -> bool:
        """Pass on what has come; tell whether the encoder must go on now."""
        tick, stop_ns = self.tick or 0, self._orders.next_ns
        packets: list[Coded] = []
        if feed is self._sole():
            packets = self._passing.take(min(now_ns, stop_ns - 1))
            self._give(packets)
        if packets:
            self.tick = self._grid.nearest(self._passing.end_ns)
            self.vision.forget_unseen(self.at_ns)
            self._preview_passed(feed, tick)
        if not self._goes_on(feed, stop_ns, now_ns):
            self._passing.end()
        return self._passing.feed is None

    def _goes_on(self, feed: PictureFeed, stop_ns: int, now_ns: int) -> bool:
        """Tell whether that camera still may and can be passed; a cut that is due is made."""
        upcoming, at_ns = feed.upcoming, self.at_ns
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
        every, tick = self._preview_ticks, self.tick or 0
        if self.previewing and tick // every > before // every:
            feed.catch_up()
            with self.vision.picture(self.at_ns) as picture:
                self._outlet.preview(self._preview.jpeg(picture))

    @property
    def _preview_ticks(self) -> int:
        """Tell how many pictures there are for one preview."""
        return max(1, self._spec.fps // (SPARE_PREVIEW_HZ if self._step else PREVIEW_HZ))

    def _turn(self, at_ns: int, late_ns: int) -> None:
        """Show what was asked for last. A fade under way is seen through, and then comes this."""
        if self.vision.is_fading:
            return
        if (wanted := self._orders.take_layout(at_ns)) is not None:
            ticks = self._fade_ticks if late_ns < HURRY_NS and not self._step else 0
            self.vision.turn(wanted, ticks=ticks)

    def _is_due(self, at_ns: int) -> bool:
        """Tell whether a picture need not wait for any source any more."""
        over = self._deadline.over
        arriving = self.vision.awaited(at_ns)
        leaving = self.vision.awaited_in_leaving(at_ns)
        return all(over(at_ns, heard) for heard in arriving) and all(
            over(at_ns, heard, wait_ns=FADING_WAIT_NS) for heard in leaving
        )

    def _give(self, packets: list[Coded]) -> None:
        give(self._outlet, packets)

    def _new_encoder(self) -> PictureEncoder:
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

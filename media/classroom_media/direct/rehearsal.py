"""Plays a recording to the director as if it went on now: on a clock of numbers, look by look.

Small pictures come at the odd moments at which eyes have them, now and then one is missing;
sound comes in the mixer's blocks. The dry run, which knows everything at once, has none of this.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from heapq import merge
from pathlib import Path
from typing import Final

import av
import numpy as np

from classroom_media.api import NS, Directing, Kind, Layout
from classroom_media.direct.dry_run import sources_of
from classroom_media.direct.engine import Reason, Shot
from classroom_media.direct.luma import small_luma
from classroom_media.direct.rules import SINGLE, Rules
from classroom_media.direct.signs import LOOKS_A_SECOND, Role
from classroom_media.encode.aac import FRAME
from classroom_media.levels import RATE_HZ, Samples
from classroom_media.messages import AnyEvent, Cut
from classroom_media.monitor.supply import Glimpse
from classroom_media.record.manifest import Manifest, Track, read_manifest
from classroom_media.workers.directing import DirectingThread
from classroom_media.workers.specs import DirectorSource, DirectorSpec, Endpoints

LATE_NS: Final = NS // LOOKS_A_SECOND  # until the eyes have their next look
MISSED: Final = 0.03  # of the looks

Moment = tuple[int, int, Callable[[], None]]  # when, in what order, and what happens


def rehearse(folder: Path, seed: int = 1) -> tuple[Shot, ...]:
    """Have a recording directed as a lesson is; give its shots, from the opening on.

    Raises:
        RecordError: there is no recording, or a file cannot be read.
    """
    manifest, nowhere = read_manifest(folder), Endpoints(commands="", packets="")
    sources = sources_of(manifest, {})
    wide = next(one.id for one in sources if one.role is Role.WIDE)
    heard = {track.source for track in manifest.tracks if track.kind == Kind.SOUND}
    spec = DirectorSpec(
        sources=tuple(
            DirectorSource(
                id=one.id,
                name=one.id,
                endpoints=nowhere,
                picture=one.picture,
                sound=one.id in heard,
                role=one.role,
                turns=one.role is Role.TEACHER,
            )
            for one in sources
        ),
        endpoints=nowhere,
        layout=Layout(SINGLE, (wide,)),
        directing=Directing(by_rules=True),
        rules=Rules(),
    )
    told: list[AnyEvent] = []
    rehearsal = Rehearsal(folder, manifest, seed)
    rules = DirectingThread(
        spec,
        show=lambda _layout, _from_ns: None,
        layout=lambda: spec.layout,
        live=lambda _now_ns: {one.id for one in sources},
        emit=told.append,
        clock=lambda: rehearsal.now_ns,
    )
    rehearsal.play(see=rules.see, sounded=rules.sounded, keyframe=rules.keyframe, turn=rules.turn)
    cuts = (one for one in told if isinstance(one, Cut))
    shots = (Shot(cut.at_ns / NS, cut.layout, cut.reason, cut.forced) for cut in cuts)
    return (Shot(0.0, spec.layout, Reason("opening")), *shots)


class Rehearsal:
    """A recording that is played; `now_ns` is its clock."""

    def __init__(self, folder: Path, manifest: Manifest, seed: int = 1) -> None:
        self._folder = folder
        self._manifest = manifest
        self._dice = random.Random(seed)  # noqa: S311 - nothing depends on its secrecy
        self.now_ns = 0

    def play(
        self,
        *,
        see: Callable[[Glimpse], None],
        sounded: Callable[[str, Samples], None],
        keyframe: Callable[[str, int], None],
        turn: Callable[[], None],
    ) -> None:
        """Play it from the first moment to the last."""
        tracks = self._manifest.tracks
        moments = [
            self._pictures(track, see, keyframe)
            if track.kind == Kind.PICTURE
            else self._sounds(track, sounded)
            for track in tracks
        ]
        looks = range(round(self._manifest.duration_s * LOOKS_A_SECOND))
        phase_ns = self._dice.randrange(NS // LOOKS_A_SECOND)  # nothing ties it to the sound
        turns = ((look * NS // LOOKS_A_SECOND + phase_ns, len(tracks), turn) for look in looks)
        for self.now_ns, _order, happen in merge(*moments, turns, key=lambda moment: moment[:2]):
            happen()

    def _pictures(
        self, track: Track, see: Callable[[Glimpse], None], keyframe: Callable[[str, int], None]
    ) -> Iterator[Moment]:
        wanted_ns = self._dice.randrange(NS // LOOKS_A_SECOND)
        order = self._manifest.tracks.index(track)
        with av.open(str(self._folder / track.file)) as film:
            for frame in film.decode(video=0):
                at_ns = round((track.start_s + (frame.time or 0.0)) * NS)
                if frame.key_frame:
                    keyframe(track.source, at_ns)
                if at_ns < wanted_ns:
                    continue
                wanted_ns += NS // LOOKS_A_SECOND
                if self._dice.random() > MISSED:
                    glimpse = Glimpse(
                        track.source, track.source, at_ns, small_luma(frame), anew=False, keys=0
                    )
                    late_ns = self._dice.randrange(LATE_NS)
                    yield at_ns + late_ns, order, partial(see, glimpse)

    def _sounds(self, track: Track, sounded: Callable[[str, Samples], None]) -> Iterator[Moment]:
        order, at = self._manifest.tracks.index(track), round(track.start_s * RATE_HZ)
        resampler = av.AudioResampler(
            format="fltp", layout="stereo", rate=RATE_HZ, frame_size=FRAME
        )
        with av.open(str(self._folder / track.file)) as film:
            for heard in film.decode(audio=0):
                for frame in resampler.resample(heard):
                    samples = frame.to_ndarray().astype(np.float32, copy=False)
                    at += samples.shape[1]
                    yield (
                        at * NS // RATE_HZ,
                        order,
                        partial(sounded, track.source, samples),
                    )

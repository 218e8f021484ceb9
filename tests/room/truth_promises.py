"""What is promised of a recording, and whether it was kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from classroom_media.api import NS
from classroom_media.emulate import truth
from classroom_media.emulate.stand import Fault
from tests.room.truth_check import FRAME_S, Matched, Span, outside
from tests.room.truth_room import CAST, Incident
from tests.room.truth_verdict import DAMAGING, IN_STEP_S, Verdict

SLATE_S = 1.0  # from the last picture to the slate
BACK_S = 1.0  # besides the wait for a keyframe
NOTICED_S = 2.5  # besides: a session that has expired is noticed by its silence
HEALED_S = 3.0  # by the next keyframe, damage is over
GOP_S = {one.id: one.look.gop / truth.FPS if one.look else 0.0 for one in CAST}
SHED_S = 8.0  # the programme may be 5 s late, and the panel is asked now and then
PPM = {one.id: abs(one.ppm) for one in CAST}


@dataclass
class Row:
    """All faults of a kind."""

    fault: Fault
    times: int = 0
    lost: int = 0  # pictures that are not in the source's track
    untold: int = 0  # of these, and doubled or damaged ones, those that no gap tells of
    slate_s: float = 0.0  # the longest
    back_s: float = 0.0  # the longest, after the fault's end
    told: str = ""


@dataclass
class Judged:
    """The campaign's result."""

    rows: list[Row]
    sources: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Give the rows as plain values."""
        return {
            "faults": {
                str(row.fault): {
                    "times": row.times,
                    "lost": row.lost,
                    "untold": row.untold,
                    "slate_s": round(row.slate_s, 3),
                    "back_s": round(row.back_s, 3),
                }
                for row in self.rows
            }
        }


def judge(
    verdict: Verdict,
    incidents: Sequence[Incident],
    told: Mapping[int, set[str]],
    shed: Sequence[tuple[int, int]] = (),
) -> Judged:
    """Hold everything that was measured against what is promised.

    `shed` is when the panel told that the machine is too slow for every picture.
    """
    zero_ns = verdict.zero_ns
    shedding = [
        Span((from_ns - zero_ns) / NS - SHED_S, (to_ns - zero_ns) / NS + SHED_S)
        for from_ns, to_ns in shed
    ]
    verdict.gaps.setdefault("programme", []).extend(shedding)
    spans = {
        number: Span((one.begin_ns - zero_ns) / NS, (one.end_ns - zero_ns) / NS)
        for number, one in enumerate(incidents)
    }
    judged = Judged(_rows(verdict, incidents, spans, told), broken=list(verdict.broken))
    hurt = {
        one.id: [
            Span(spans[n].from_s, spans[n].to_s + HEALED_S)
            for n, i in enumerate(incidents)
            if i.source == one.id and i.fault in DAMAGING
        ]
        for one in CAST
    }
    for source, track in verdict.tracks.items():
        _judge_track(judged, verdict, source, track, hurt.get(source, []))
        _judge_programme(judged, verdict, source, hurt.get(source, []))
    for kind, sounds in (("track", verdict.sounds), ("programme", verdict.mixed)):
        for source, late in sounds.items():
            _judge_sound(judged, verdict, f"{source} in its {kind}", source, late)
    for number, slate_s in verdict.slate_s.items():
        if slate_s > SLATE_S + FRAME_S / 2:
            judged.broken.append(f"{_name(incidents[number])}: a slate after {slate_s:.2f} s")
    for number, back_s in verdict.back_s.items():
        incident = incidents[number]
        unnoticed_s = NOTICED_S if incident.fault is Fault.EXPIRED else 0.0
        if back_s > BACK_S + GOP_S[incident.source] + unnoticed_s:
            judged.broken.append(f"{_name(incidents[number])}: back after {back_s:.2f} s")
    holes = verdict.gaps.get("programme", [])
    uneven = [at for at in verdict.uneven if not _in(holes, at)]
    if uneven:
        judged.broken.append(f"programme: uneven at {_some(uneven)}")
    judged.sources.append(
        f"programme: {len(holes) - len(shedding)} gaps told, {len(uneven)} untold; every second "
        f"picture left out {len(shedding)} times, as the panel told"
    )
    return judged


def _judge_track(
    judged: Judged, verdict: Verdict, source: str, track: Matched, hurt: Sequence[Span]
) -> None:
    gaps = verdict.gaps.get(source, [])
    lost = [one.at_s for one in outside(track.missing, [*gaps, *hurt])]
    extra = [one.at_s for one in track.extra if not _in(hurt, one.at_s)]
    late = sorted(late for at, late in track.late_s if not _in(hurt, at))
    if lost:
        judged.broken.append(f"{source}: lost and not told: {_some(lost)}")
    if extra:
        judged.broken.append(f"{source}: doubled or damaged: {_some(extra)}")
    spread = max(abs(late[0]), abs(late[-1]))
    if spread > IN_STEP_S and source != "screen":
        judged.broken.append(f"{source}: {1000 * spread:.0f} ms from where it was taken")
    judged.sources.append(
        f"{source}: {len(track.late_s)} pictures, {len(track.missing)} not there in "
        f"{len(gaps)} gaps, {len(lost)} untold, {len(extra)} doubled or damaged; "
        f"{1000 * late[0]:+.1f} to {1000 * late[-1]:+.1f} ms from where they were taken"
    )


def _judge_programme(judged: Judged, verdict: Verdict, source: str, hurt: Sequence[Span]) -> None:
    found = verdict.programme.get(source)
    if found is None:
        return
    told = [*hurt, *verdict.gaps.get(source, []), *verdict.gaps.get("programme", [])]
    told += [Span(span.from_s - 2, span.to_s + 1) for span in verdict.lost.get(source, [])]
    doubled = [at for at in found.doubled if not _in(told, at)]
    lost = [at for at in found.lost if not _in(told, at)]
    due = 2 + found.seconds * PPM.get(source, 0.0) * 1e-6 * truth.FPS  # what drift requires
    if len(doubled) > due or len(lost) > due:
        judged.broken.append(
            f"{source} in the programme: doubled {_some(doubled)}; lost {_some(lost)}"
        )
    judged.sources.append(
        f"{source} in the programme for {found.seconds:.0f} s: {len(doubled)} doubled, "
        f"{len(lost)} lost (drift: up to {due:.1f})"
    )


def _judge_sound(
    judged: Judged,
    verdict: Verdict,
    name: str,
    source: str,
    late: Sequence[tuple[float, float]],
) -> None:
    told = [*verdict.gaps.get(f"{source}-sound", []), *verdict.gaps.get("programme", [])]
    told += [Span(span.from_s - 2, span.to_s + 1) for span in verdict.lost.get(source, [])]
    heard = [(at, by) for at, by in late if not _in(told, at + 0.05)]
    off = [at for at, by in heard if abs(by) > IN_STEP_S]
    if off:
        judged.broken.append(f"sound of {name}: not within 40 ms at {_some(off)}")
    inner = [1000 * by for _at, by in heard if abs(by) < 1]
    judged.sources.append(
        f"sound of {name}: {len(heard)} beeps, {len(late) - len(heard)} in gaps; "
        f"{min(inner, default=0):+.1f} to {max(inner, default=0):+.1f} ms from where they were made"
    )


def _rows(
    verdict: Verdict,
    incidents: Sequence[Incident],
    spans: Mapping[int, Span],
    told: Mapping[int, set[str]],
) -> list[Row]:
    rows = {fault: Row(fault) for fault in Fault}
    codes: dict[Fault, set[str]] = {fault: set() for fault in Fault}
    for number, incident in enumerate(incidents):
        row, span = rows[incident.fault], spans[number]
        row.times += 1
        row.slate_s = max(row.slate_s, verdict.slate_s.get(number, 0.0))
        row.back_s = max(row.back_s, verdict.back_s.get(number, 0.0))
        codes[incident.fault] |= told.get(number, set())
        track = verdict.tracks.get(incident.source)
        if track is None:
            continue
        near = Span(span.from_s - 0.5, span.to_s + HEALED_S)
        missing = [one for one in track.missing if near.holds(one.at_s)]
        row.lost += len(missing)
        row.untold += len(outside(missing, verdict.gaps.get(incident.source, [])))
        row.untold += sum(near.holds(one.at_s) for one in track.extra)
    for fault, row in rows.items():
        row.told = " ".join(sorted(codes[fault]))
    return [row for row in rows.values() if row.times]


def _in(spans: Iterable[Span], at_s: float) -> bool:
    return any(span.holds(at_s, margin_s=2.5 * FRAME_S) for span in spans)


def _some(times: Sequence[float]) -> str:
    shown = ", ".join(f"{at:.2f}" for at in times[:6])
    return f"{len(times)} ({shown}{' ...' if len(times) > 6 else ''} s)" if times else "0"


def _name(incident: Incident) -> str:
    return f"{incident.fault} of {incident.source}"

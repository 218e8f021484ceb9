"""What the programme showed and how it was made, and which sources were away. Pure.

All of it as the journal tells it.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

from classroom_media.analyse.figures import Encoding, Outage, Shot, Strain
from classroom_media.record.journal import (
    AnyJournalEvent,
    EncoderUsed,
    LayoutShown,
    LoadShed,
    ProgrammeMade,
    RecordingStarted,
    SourceBack,
    SourceLost,
    TakeStarted,
)
from classroom_media.record.story import Story

PASSING: Final = "passing"
AT_ONCE_S: Final = 1.0  # within this of the beginning, the first layout is noted


def shots(events: Iterable[AnyJournalEvent], story: Story) -> tuple[Shot, ...]:
    """List what was shown; what nobody saw, within a pause say, is left out.

    The journal begins when somebody asks for a recording: what it notes first has stood since
    the pre-roll, which is older.
    """
    shown: list[tuple[float, LayoutShown]] = []
    pre_roll_s = 0.0
    for at_s, event in _placed(events, story):
        if isinstance(event, RecordingStarted):
            pre_roll_s = event.pre_roll_s
        elif isinstance(event, LayoutShown):
            from_s = at_s if shown or at_s > pre_roll_s + AT_ONCE_S else 0.0
            if shown and shown[-1][0] == from_s:
                shown.pop()
            if not shown or shown[-1][1].layout != event.layout:
                shown.append((from_s, event))
    if not shown:
        return ()
    ends = [at_s for at_s, _ in shown[1:]] + [round(story.duration_s, 3)]
    return tuple(
        Shot(
            from_s=from_s,
            to_s=to_s,
            layout=event.layout.name,
            sources=event.layout.sources,
            by=event.by,
            reason=event.reason,
        )
        for (from_s, event), to_s in zip(shown, ends, strict=True)
        if to_s > from_s
    )


def outages(events: Iterable[AnyJournalEvent], story: Story) -> tuple[Outage, ...]:
    """List when which source delivered nothing."""
    found: list[Outage] = []
    lost: dict[str, tuple[float, str]] = {}
    for at_s, event in _placed(events, story):
        if isinstance(event, SourceLost):
            lost.setdefault(event.source, (at_s, event.problem))
        elif isinstance(event, SourceBack) and event.source in lost:
            from_s, problem = lost.pop(event.source)
            found.append(Outage(source=event.source, from_s=from_s, to_s=at_s, problem=problem))
    end_s = round(story.duration_s, 3)
    found += [
        Outage(source=source, from_s=from_s, to_s=end_s, problem=problem)
        for source, (from_s, problem) in lost.items()
    ]
    return tuple(sorted(found, key=lambda outage: outage.from_s))


def passed_s(events: Iterable[AnyJournalEvent], story: Story) -> float | None:
    """Tell for how long the programme was a camera's own packets; None where nobody noted it."""
    noted = [(at_s, e.making) for at_s, e in _placed(events, story) if isinstance(e, ProgrammeMade)]
    if not noted:
        return None
    starts = [0.0, *(at_s for at_s, _ in noted[1:])]  # the first one has stood since the pre-roll
    spans = zip(starts, [*starts[1:], story.duration_s], strict=True)
    lengths = [to_s - from_s for from_s, to_s in spans]
    return round(
        sum(s for s, (_, making) in zip(lengths, noted, strict=True) if making == PASSING), 3
    )


def strains(events: Iterable[AnyJournalEvent], story: Story) -> tuple[Strain, ...]:
    """List when the machine was too slow for the programme, step by step."""
    noted = [(at_s, event) for at_s, event in _placed(events, story) if isinstance(event, LoadShed)]
    ends = [(at_s, event.left_out) for at_s, event in noted[1:]] + [(round(story.duration_s, 3), 0)]
    found = [Strain(from_s=at_s, to_s=at_s, step="", left_out=e.left_out) for at_s, e in noted[:1]]
    found += [
        Strain(from_s=from_s, to_s=to_s, step=event.step, left_out=left_out)
        for (from_s, event), (to_s, left_out) in zip(noted, ends, strict=False)
    ]
    joined = (_as_one(list(some)) for _, some in groupby(found, attrgetter("step")))
    return tuple(one for one in joined if one.step or one.left_out)


def _as_one(stretches: list[Strain]) -> Strain:
    """Join stretches of one step; more pictures were noted as left out between them."""
    return Strain(
        from_s=stretches[0].from_s,
        to_s=stretches[-1].to_s,
        step=stretches[0].step,
        left_out=sum(one.left_out for one in stretches),
    )


def encodings(events: Iterable[AnyJournalEvent], story: Story) -> tuple[Encoding, ...]:
    """List what encoded the programme; the first one has done so since the pre-roll."""
    noted = [(at_s, e) for at_s, e in _placed(events, story) if isinstance(e, EncoderUsed)]
    starts = [0.0, *(at_s for at_s, _ in noted[1:])]
    ends = [*starts[1:], round(story.duration_s, 3)]
    return tuple(
        Encoding(from_s=from_s, to_s=to_s, encoder=event.encoder, problem=event.problem)
        for from_s, to_s, (_, event) in zip(starts, ends, noted, strict=False)
    )


def still_by_right(shots: Iterable[Shot], screens: Iterable[str]) -> list[tuple[float, float]]:
    """Give the stretches in which the programme showed nothing but screens."""
    known = set(screens)
    stretches = [(one.from_s, one.to_s) for one in shots if one.sources and {*one.sources} <= known]
    return _joined(stretches)


def _joined(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined = stretches[:1]
    for before, after in pairwise(stretches):
        if after[0] <= before[1]:
            joined[-1] = joined[-1][0], after[1]
        else:
            joined.append(after)
    return joined


def _placed(
    events: Iterable[AnyJournalEvent], story: Story
) -> Iterator[tuple[float, AnyJournalEvent]]:
    """Give every event with its place in the recording: within the take it fell into or after."""
    take = story.takes[0].number if story.takes else 0
    for event in events:
        if isinstance(event, TakeStarted):
            take = event.take
        yield round(story.file_s(take, event.at_ns), 3), event

"""What the programme showed, and which sources were away, as the journal tells it. Pure."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from classroom_media.analyse.figures import Outage, Shot
from classroom_media.record.journal import (
    AnyJournalEvent,
    LayoutShown,
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

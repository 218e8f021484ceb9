"""Decides which picture is shown, by rules and by hand, and says why. Pure: time is passed in.

A hand always wins: what the operator holds stays until it is released, whatever is seen or lost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from classroom_media.api import Layout
from classroom_media.direct.rules import SINGLE, Rule, Rules
from classroom_media.direct.signs import Role, Seen, Sign, Source

ROUNDING_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it was cut: the key of a text, and what to fill into it."""

    key: str  # a rule's name, or "opening", "nobody-moves", "long-enough" ...
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shot:
    """From `at_s` on this is shown."""

    at_s: float
    layout: Layout
    reason: Reason
    forced: bool = False  # by a hand or a loss: the shot before may be shorter than the rules ask


@dataclass(slots=True)
class _Trace:
    """A sign of one source, as one rule has seen it."""

    since_s: float
    last_s: float
    lasting: bool = False  # it was there for long enough, and still counts


class Director:
    """Follows what is noticed, and cuts."""

    def __init__(self, sources: Sequence[Source], rules: Rules | None = None) -> None:
        self._sources = tuple(sources)
        self._rules = rules or Rules()
        self._traces: dict[tuple[str, str], _Trace] = {}  # by rule and source
        self._shot: Shot | None = None
        self._held = False
        self._sign_at_s: float | None = None  # when a rule was last met
        self._quiet_since_s: float | None = None  # since when the present quiet shot counts

    @property
    def shot(self) -> Shot | None:
        """Tell what is shown now."""
        return self._shot

    def hold(self, at_s: float, layout: Layout | None = None) -> Shot | None:
        """Show a layout, or stay with the present one, until it is released; by hand."""
        self._held = True
        if layout is None or (self._shot and layout == self._shot.layout):
            return None
        return self._cut(Shot(at_s, layout, Reason("by-hand"), forced=True))

    def release(self) -> None:
        """Let the rules decide again."""
        self._held = False

    def postpone(self, to_s: float) -> None:
        """Let the shot that was just given begin later: its length counts from there."""
        if self._shot:
            self._shot = replace(self._shot, at_s=to_s)

    def decide(self, at_s: float, seen: Seen) -> Shot | None:
        """Take what is noticed now; give the shot that begins, if one does."""
        self._follow(at_s, seen)
        if self._held:
            return None
        if self._shot is None:
            return self._open(at_s, seen)
        lost = any(source not in seen for source in self._shot.layout.sources)
        if not lost and at_s - self._shot.at_s < self._rules.min_shot_s - ROUNDING_S:
            return None
        wish = self._wish(at_s, seen) or self._quiet(at_s, seen)
        if lost:
            return self._replace(self._shot, wish, at_s, seen)
        if wish and wish.layout == self._shot.layout:
            wish = self._relief(self._shot, at_s, seen)
        return self._cut(wish) if wish else None

    def _cut(self, shot: Shot) -> Shot:
        self._shot = shot
        return shot

    def _follow(self, at_s: float, seen: Seen) -> None:
        for rule in self._rules.rules:
            for source in self._sources:
                if source.role is rule.role:
                    self._trace(rule, source.id, at_s, seen)
        if any(trace.lasting for trace in self._traces.values()):
            self._sign_at_s = max(t.last_s for t in self._traces.values() if t.lasting)
        elif self._sign_at_s is None:
            self._sign_at_s = at_s

    def _trace(self, rule: Rule, source: str, at_s: float, seen: Seen) -> None:
        key = (rule.name, source)
        trace = self._traces.get(key)
        if rule.sign not in seen.get(source, ()):
            kept_s = rule.holds_s if trace and trace.lasting else self._rules.gap_s
            if trace and at_s - trace.last_s > kept_s:
                del self._traces[key]
            return
        if trace is None:
            trace = self._traces[key] = _Trace(at_s, at_s)
        trace.last_s = at_s
        if not trace.lasting and at_s - trace.since_s >= rule.after_s - ROUNDING_S:
            trace.lasting = True
        if trace.lasting and rule.sign is Sign.SPEECH:
            self._take_the_floor(source, at_s)

    def _take_the_floor(self, speaker: str, at_s: float) -> None:
        """Who speaks ends the turn of those who are silent: no pause is waited for."""
        speech = {rule.name for rule in self._rules.rules if rule.sign is Sign.SPEECH}
        for (rule, source), trace in list(self._traces.items()):
            if rule in speech and source != speaker and trace.last_s < at_s:
                del self._traces[rule, source]

    def _relief(self, shot: Shot, at_s: float, seen: Seen) -> Shot | None:
        """What is right is shown for too long: give the next best for a change."""
        shown_s = at_s - shot.at_s
        if self._rules.max_shot_s is None or shown_s < self._rules.max_shot_s:
            return None
        layouts = [wish.layout for wish in self._wishes(at_s, seen)]
        layouts += map(_single, self._showable(self._rules.quiet, seen))
        other = next((layout for layout in layouts if layout != shot.layout), None)
        reason = Reason("long-enough", {"seconds": f"{shown_s:.0f}"})
        return Shot(at_s, other, reason) if other else None

    def _wish(self, at_s: float, seen: Seen) -> Shot | None:
        """Give what the most important rule asks for that is met and can be shown."""
        wish = next(iter(self._wishes(at_s, seen)), None)
        if wish:
            self._quiet_since_s = None
        return wish

    def _wishes(self, at_s: float, seen: Seen) -> list[Shot]:
        """List what is asked for, the most important first."""
        weighed = sorted(self._weighed(at_s, seen), key=lambda wish: wish[0], reverse=True)
        return [wish for _weight, wish in weighed]

    def _weighed(self, at_s: float, seen: Seen) -> Iterator[tuple[tuple[int, bool, float], Shot]]:
        """Give wishes with their weight; of equals the picture that is shown already wins."""
        for rule in self._rules.rules:
            for source in self._sources:
                trace = self._traces.get((rule.name, source.id))
                if trace is None or not trace.lasting:
                    continue
                if layout := self._layout(rule, source, seen):
                    shown = self._shot is not None and layout == self._shot.layout
                    wish = Shot(at_s, layout, Reason(rule.name, {"source": source.id}))
                    yield (rule.priority, shown, trace.since_s), wish

    def _layout(self, rule: Rule, source: Source, seen: Seen) -> Layout | None:
        chosen: list[str] = []
        for roles in rule.slots:
            free = [one for one in self._showable(roles, seen, source) if one not in chosen]
            chosen += free[:1]
        if not chosen:
            return None
        whole = len(chosen) == len(rule.slots)
        return Layout(rule.layout, tuple(chosen)) if whole else Layout(SINGLE, (chosen[0],))

    def _showable(
        self, roles: Sequence[Role], seen: Seen, first: Source | None = None
    ) -> Iterator[str]:
        """Give the sources with a picture in the order of roles; `first` before its equals."""
        for role in roles:
            equals = [s for s in self._sources if s.role is role and s.picture and s.id in seen]
            yield from (s.id for s in sorted(equals, key=lambda s: s != first))

    def _quiet(self, at_s: float, seen: Seen) -> Shot | None:
        """Nothing asks for a picture: show the room, and now and then something else."""
        turns = list(self._showable(self._rules.quiet, seen))
        if not turns or at_s - (self._sign_at_s or 0.0) < self._rules.quiet_after_s:
            return None
        if self._quiet_since_s is None:
            self._quiet_since_s = at_s
            quiet_s = f"{at_s - (self._sign_at_s or 0.0):.0f}"
            return Shot(at_s, _single(turns[0]), Reason("nobody-moves", {"seconds": quiet_s}))
        if at_s - self._quiet_since_s < self._rules.max_wide_s:
            return None
        self._quiet_since_s = at_s
        shown = self._shot.layout.sources[0] if self._shot else ""
        after = turns.index(shown) + 1 if shown in turns else 0
        limit_s = f"{self._rules.max_wide_s:.0f}"
        turn = turns[after % len(turns)]
        return Shot(at_s, _single(turn), Reason("long-enough", {"seconds": limit_s}))

    def _open(self, at_s: float, seen: Seen) -> Shot | None:
        wish = self._wish(at_s, seen)
        first = next(self._showable((*self._rules.quiet, *Role), seen), None)
        if wish is None and first is not None:
            wish = Shot(at_s, _single(first), Reason("opening"))
        return self._cut(wish) if wish else None

    def _replace(self, shot: Shot, wish: Shot | None, at_s: float, seen: Seen) -> Shot | None:
        """Show what is wished for, or anything that is there, in place of what was lost."""
        lost = next(source for source in shot.layout.sources if source not in seen)
        there = next(self._showable((*self._rules.quiet, *Role), seen), None)
        layout = wish.layout if wish else _single(there) if there else None
        if layout is None:
            return None
        return self._cut(Shot(at_s, layout, Reason("source-lost", {"source": lost}), forced=True))


def _single(source: str) -> Layout:
    return Layout(SINGLE, (source,))

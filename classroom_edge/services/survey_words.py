"""What was found of a line, in words: what it is good for, what to do, and the figures."""

from collections.abc import Iterator

from classroom_edge.sessions.link.findings import Findings, Verdict
from classroom_edge.words import words


def uses(verdict: Verdict, language: str) -> Iterator[str]:
    """Name what a line may be used for."""
    return (words("survey").say(f"use.{use}", language) for use in verdict.grades)


def grades(verdict: Verdict, language: str) -> Iterator[str]:
    """Say how well it serves each use, in the same order."""
    return (words("survey").say(f"grade.{grade}", language) for grade in verdict.grades.values())


def advice(verdict: Verdict, language: str) -> Iterator[str]:
    """Say what to do, the most important first."""
    return (words("survey").say(f"advice.{one}", language) for one in verdict.advice)


def figures(found: Findings, language: str) -> Iterator[str]:
    """Say what was measured; nothing where nothing was."""
    if found.reason:
        return
    say = words("survey").say
    unknown = say("unknown", language)

    def told(value: float | None, form: str, scale: float = 1.0) -> str:
        return unknown if value is None else form.format(value / scale)

    yield say(
        "line.rates",
        language,
        up=told(found.up_bps, "{:.1f} Mbit/s", 1e6),
        down=told(found.down_bps, "{:.1f} Mbit/s", 1e6),
    )
    yield say(
        "line.trip",
        language,
        trip=told(found.round_trip_ms, "{:.0f} ms"),
        jitter=told(found.jitter_ms, "{:.0f} ms"),
    )
    yield say(
        "line.loss",
        language,
        up=told(found.loss_up, "{:.1%}"),
        down=told(found.loss_down, "{:.1%}"),
    )
    yield say(
        "line.way",
        language,
        mtu=told(found.mtu, "{:.0f}"),
        nat=say(f"nat.{found.nat}", language),
        ipv6=say("ipv6.yes" if found.ipv6 else "ipv6.no", language),
        udp=say("udp.yes" if found.udp else "udp.no", language),
    )

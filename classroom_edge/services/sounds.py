"""From a room's configuration to how the director mixes its sounds, and what people are told."""

from collections.abc import Iterable, Mapping

from classroom_edge.config.models import Config, GateConfig, SourceConfig
from classroom_edge.room import GateView, SoundView
from classroom_media.api import Gate, Strip
from classroom_media.messages import StandIn

PLAIN = Strip()


def first_strips(config: Config) -> dict[str, Strip]:
    """Give how the sounds are mixed until somebody asks for something else."""
    return {one.id: _strip_of(one) for one in config.sources if one.sound}


def strip_of(view: SoundView) -> Strip:
    """Give a strip as the director is told."""
    return Strip(
        gain_db=view.gain_db,
        muted=view.muted,
        delay_ms=view.delay_ms,
        channels=view.channels,
        high_pass_hz=view.high_pass_hz,
        gate=_gate_of(view.gate) if view.gate else None,
    )


def views_of(
    config: Config, strips: Mapping[str, Strip], stand_ins: Iterable[StandIn]
) -> tuple[SoundView, ...]:
    """Give the sounds as people are told."""
    why = {one.spare: one.why for one in stand_ins}
    return tuple(
        _view(one, strips.get(one.id, PLAIN), why.get(one.id, ""))
        for one in config.sources
        if one.sound
    )


def _gate_of(gate: GateView | GateConfig) -> Gate:
    return Gate(threshold_db=gate.threshold_db, hold_ms=gate.hold_ms, release_ms=gate.release_ms)


def _strip_of(source: SourceConfig) -> Strip:
    return Strip(
        gain_db=source.gain_db,
        muted=source.muted,
        delay_ms=source.sound_delay_ms,
        channels=source.channels,
        high_pass_hz=source.high_pass_hz,
        gate=_gate_of(source.gate) if source.gate else None,
    )


def _view(source: SourceConfig, strip: Strip, why: str) -> SoundView:
    gate = strip.gate
    return SoundView(
        source=source.id,
        gain_db=strip.gain_db,
        muted=strip.muted,
        delay_ms=strip.delay_ms,
        channels=strip.channels,
        high_pass_hz=strip.high_pass_hz,
        gate=GateView(gate.threshold_db, gate.hold_ms, gate.release_ms) if gate else None,
        in_programme=source.in_programme,
        spare_of=source.spare_of or "",
        stands_in=why,
    )

"""From what is on disk and in the index to what the rules look at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from classroom_edge.config.models import Config, TargetConfig
from classroom_edge.library.card import Consent, read_card
from classroom_edge.library.deliver.receipts import Delivered, read_receipts
from classroom_edge.library.deliver.target import PROVEN
from classroom_edge.library.deliver.waiting import may_go
from classroom_edge.library.keeping.rules import Kept, Rules
from classroom_edge.library.roots import Roots
from classroom_edge.store.kept import Line
from classroom_media.record.aside import laid_aside
from classroom_media.record.manifest import (
    MANIFEST_FILE,
    Manifest,
    State,
    Track,
    read_manifest,
)

OVER = (State.FINISHED, State.INCOMPLETE)


def rules_of(config: Config) -> Rules:
    """Give the rules of a room.toml; without ``[keeping]`` no recording is ever old enough."""
    keeping = config.keeping
    if keeping is None:
        return Rules(least=timedelta.max)
    return Rules(
        after_delivery=_days(keeping.after_delivery_days),
        age=_days(keeping.max_age_days),
        least=timedelta(days=keeping.least_days),
        delivers=any(one.automatic for one in config.targets),
        received=_days(keeping.received_days),
    )


def _days(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(days=number)


def automatic(targets: Iterable[TargetConfig]) -> tuple[TargetConfig, ...]:
    """Give the targets that get every recording."""
    return tuple(one for one in targets if one.automatic)


@dataclass(frozen=True, slots=True)
class AtWork:
    """The recordings that nobody may delete now."""

    busy: frozenset[str]
    waiting: frozenset[str]  # to be delivered


def listed(line: Line, roots: Roots, targets: Collection[TargetConfig], at_work: AtWork) -> Kept:
    """Tell of a recording what the index and its receipts do. Blocks. Raises RecordError."""
    receipts = read_receipts(roots.of(line.id)) if line.receipts else ()
    return Kept(
        id=line.id,
        started_at=line.started_at,
        bytes=line.bytes,
        delivered_at=arrived_at(receipts, targets),
        withheld=_withheld(line.consent, targets),
        waiting=line.id in at_work.waiting,
        busy=line.id in at_work.busy or line.state in {State.RECORDING, State.FINISHING},
        held=line.held,
        damaged=line.state not in set(State),
        received_at=line.received_at,
    )


def looked_at(folder: Path, line: Line, targets: Collection[TargetConfig], at_work: AtWork) -> Kept:
    """Tell of a recording what its own files do now: before anything of it is deleted. Blocks.

    What has changed since it was delivered has not been delivered.

    Raises:
        RecordError: its files cannot be read.
    """
    manifest, card = read_manifest(folder), read_card(folder)
    whole = [one for one in read_receipts(folder) if _is_of(one, manifest)]
    return Kept(
        id=line.id,
        started_at=manifest.started_at,
        bytes=line.bytes,
        delivered_at=arrived_at(whole, targets),
        withheld=_withheld(card.standing.consent, targets),
        waiting=line.id in at_work.waiting,
        busy=line.id in at_work.busy or manifest.state not in OVER or not manifest.looked_through,
        held=card.held,
        damaged=bool(laid_aside(folder / MANIFEST_FILE)),
        received_at=line.received_at,
    )


def arrived_at(receipts: Iterable[Delivered], targets: Collection[TargetConfig]) -> datetime | None:
    """Tell when the last of what every target is to get had arrived; None = not everything has.

    Where no target gets every recording nothing is ever delivered by rule. Of one target at least
    it must have been proved that it has the whole: another may tell nothing of what it keeps.
    """
    arrived = {(one.target, one.what): one for one in receipts}
    found = [arrived.get((one.id, one.what), arrived.get((one.id, "all"))) for one in targets]
    known = [one for one in found if one is not None]
    if len(known) < len(found) or not any(_is_proven(one) for one in known):
        return None
    return max(one.at for one in known)


def _is_proven(delivered: Delivered) -> bool:
    return all(one.proof in PROVEN for one in delivered.files)


def _is_of(delivered: Delivered, manifest: Manifest) -> bool:
    """Whether what arrived are the films as they are now."""
    there = {file.sha256 for file in delivered.files}
    asked = [one for one in manifest.tracks if _belongs(one, delivered.what)]
    return bool(asked) and all(one.sha256 and one.sha256 in there for one in asked)


def _belongs(track: Track, what: str) -> bool:
    return what in {"all", "tracks" if track.source else "programme"}


def _withheld(consent: Consent, targets: Iterable[TargetConfig]) -> bool:
    return any(not may_go(consent, Consent(one.least_consent)) for one in targets)

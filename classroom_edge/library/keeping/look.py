"""From what is on disk and in the index to what the rules look at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from classroom_edge.config.models import KeepingConfig, TargetConfig
from classroom_edge.library.card import Consent, read_card
from classroom_edge.library.deliver.receipts import Delivered, read_receipts
from classroom_edge.library.deliver.waiting import may_go
from classroom_edge.library.keeping.rules import Kept, Rules
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


def rules_of(keeping: KeepingConfig | None, targets: Iterable[TargetConfig]) -> Rules:
    """Give the rules of a room.toml; without ``[keeping]`` no recording is ever old enough."""
    if keeping is None:
        return Rules(least=timedelta.max)
    after, age = keeping.after_delivery_days, keeping.max_age_days
    return Rules(
        after_delivery=None if after is None else timedelta(days=after),
        age=None if age is None else timedelta(days=age),
        least=timedelta(days=keeping.least_days),
        delivers=any(one.automatic for one in targets),
    )


def automatic(targets: Iterable[TargetConfig]) -> tuple[TargetConfig, ...]:
    """Give the targets that get every recording."""
    return tuple(one for one in targets if one.automatic)


@dataclass(frozen=True, slots=True)
class AtWork:
    """The recordings that nobody may delete now."""

    busy: frozenset[str]
    waiting: frozenset[str]  # to be delivered


def listed(line: Line, root: Path, targets: Collection[TargetConfig], at_work: AtWork) -> Kept:
    """Tell of a recording what the index and its receipts do. Blocks. Raises RecordError."""
    receipts = read_receipts(root / line.id) if line.receipts else ()
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
    )


def arrived_at(receipts: Iterable[Delivered], targets: Collection[TargetConfig]) -> datetime | None:
    """Tell when the last of what every target is to get had arrived; None = not everything has.

    Where no target gets every recording nothing is ever delivered by rule.
    """
    arrived = {(one.target, one.what): one.at for one in receipts}
    times = [arrived.get((one.id, one.what), arrived.get((one.id, "all"))) for one in targets]
    known = [one for one in times if one is not None]
    return max(known) if known and len(known) == len(times) else None


def _is_of(delivered: Delivered, manifest: Manifest) -> bool:
    """Whether what arrived are the films as they are now."""
    there = {file.sha256 for file in delivered.files}
    asked = [one for one in manifest.tracks if _belongs(one, delivered.what)]
    return bool(asked) and all(one.sha256 and one.sha256 in there for one in asked)


def _belongs(track: Track, what: str) -> bool:
    return what in {"all", "tracks" if track.source else "programme"}


def _withheld(consent: Consent, targets: Iterable[TargetConfig]) -> bool:
    return any(not may_go(consent, Consent(one.least_consent)) for one in targets)

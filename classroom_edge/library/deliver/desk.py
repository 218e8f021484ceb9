"""Where deliveries are asked for: the queue of a room, and those who bring it to its targets."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from classroom_edge.config.models import Config, TargetConfig
from classroom_edge.library.card import Consent, read_card
from classroom_edge.library.deliver import findings, views
from classroom_edge.library.deliver.courier import Courier
from classroom_edge.library.deliver.messages import Failed, Probed
from classroom_edge.library.deliver.parcels import EDIT_ID, OVER
from classroom_edge.library.deliver.rules import StandingOrder
from classroom_edge.library.deliver.trying import probed
from classroom_edge.library.deliver.waiting import (
    EDIT,
    WHATS,
    Delivery,
    Patience,
    Standing,
    may_go,
)
from classroom_edge.library.folders import Folders
from classroom_edge.room import DeliveryView, TargetView, Who
from classroom_edge.services.problems import Finding
from classroom_edge.services.refusals import refused
from classroom_edge.store import Store, deliveries
from classroom_edge.store.deliveries import Asked

LOOK_S: Final = 20.0  # for recordings that nobody has asked to be delivered


@dataclass(kw_only=True)
class DeliveryDesk:
    """Every delivery of a room."""

    config: Config
    store: Store
    folders: Folders
    place: Path  # for locks and logs
    is_live: Callable[[], bool]
    changed: Callable[[], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    patience: Patience = field(default_factory=Patience)
    look_s: float = LOOK_S
    couriers: dict[str, Courier] = field(init=False)
    _orders: tuple[StandingOrder, ...] = field(init=False)
    _counts: Mapping[tuple[str, str], int] = field(default_factory=dict, init=False)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        zone = ZoneInfo(self.config.room.timezone)
        self.couriers = {
            one.id: Courier(
                target=one,
                zone=zone,
                store=self.store,
                folders=self.folders,
                place=self.place,
                is_live=self.is_live,
                changed=self.changed,
                settled=self._stirred.set,
                now=self.now,
                patience=self.patience,
            )
            for one in self.config.targets
        }
        self._orders = tuple(
            StandingOrder(target=one, store=self.store, roots=self.folders.roots, now=self.now)
            for one in self.config.targets
            if one.automatic
        )

    @property
    def services(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What is to run for as long as the room is open, by name."""
        each = {f"deliver {id_}": courier.run for id_, courier in self.couriers.items()}
        return {"deliveries": self.run} | each if each else {}

    async def run(self) -> None:
        """Follow the standing orders of room.toml until cancelled. Raises StoreError."""
        await self.store.run(deliveries.take_up)
        while True:
            for order in self._orders:
                if await order.ask():
                    self.couriers[order.target.id].stir()
            await self._count()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.look_s):
                    await self._stirred.wait()
            self._stirred.clear()

    @property
    def is_sending(self) -> bool:
        """Whether something is on its way now."""
        return any(courier.current for courier in self.couriers.values())

    async def send(self, who: Who, recording: str, target: str, what: str = "") -> DeliveryView:
        """Put something of a recording into the queue; what is there already is not sent again.

        Raises:
            Refused: there is no such recording, target or part of it, it is not over yet, or its
                consent does not reach so far.
        """
        courier = self._courier(target)
        what = what or courier.target.what
        folder = self.folders.place(recording)
        manifest = await asyncio.to_thread(self.folders.one, recording)
        if what not in WHATS and not _is_edit(what):
            raise refused("unknown-what", what=what)
        if manifest.state not in OVER:
            raise refused("not-finished")
        card = await asyncio.to_thread(read_card, folder)
        self._check_consent(card.standing.consent, courier.target)
        asked = Asked(recording=recording, target=target, what=what, by=who.name, at=self.now())
        delivery = await self.store.run(partial(deliveries.ask, asked=asked))
        courier.stir()
        await self._count()
        return views.of_delivery(delivery, courier)

    async def retry(self, number: int) -> DeliveryView:
        """Try a delivery again, now. Raises Refused: there is none of that number."""
        delivery = await self._one(number)
        if delivery.state is not Standing.SENDING:
            again = replace(
                delivery, state=Standing.WAITING, due_at=self.now(), failures=0, code="", said=""
            )
            await self._keep(again)
        if courier := self.couriers.get(delivery.target):
            courier.stir()
        return await self.shown(number)

    async def drop(self, number: int) -> DeliveryView:
        """Deliver it no more; what arrived stays there. Raises Refused."""
        delivery = await self._one(number)
        if delivery.state is Standing.SENT:
            raise refused("delivered-already")
        if courier := self.couriers.get(delivery.target):
            courier.cut(number)
        await self._keep(replace(delivery, state=Standing.DROPPED))
        return await self.shown(number)

    async def shown(self, number: int) -> DeliveryView:
        """Show one delivery. Raises Refused."""
        delivery = await self._one(number)
        return views.of_delivery(delivery, self.couriers.get(delivery.target))

    async def listed(
        self, *, state: str = "", recording: str = "", limit: int = 200
    ) -> tuple[DeliveryView, ...]:
        """Show deliveries, those of the newest recording first."""
        states = (state,) if state else ()
        found = await self.store.run(
            partial(deliveries.listed, states=states, recording=recording, limit=limit)
        )
        return tuple(views.of_delivery(one, self.couriers.get(one.target)) for one in found)

    async def test(self, target: str) -> Probed | Failed:
        """Try a target: write a small file there, prove it, remove it. Raises Refused."""
        return await probed(self._courier(target).target, self.place)

    @property
    def targets(self) -> tuple[TargetView, ...]:
        """What the room's state shows of the targets."""
        return tuple(views.of_target(one, self._counts) for one in self.couriers.values())

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        for courier in self.couriers.values():
            yield from findings.of(courier, self._counts)

    def _check_consent(self, consent: Consent, target: TargetConfig) -> None:
        if not may_go(consent, Consent(target.least_consent)):
            raise refused(f"consent-{consent}", name=target.name)

    def _courier(self, target: str) -> Courier:
        if target not in self.couriers:
            raise refused("unknown-target", id=target)
        return self.couriers[target]

    async def _one(self, number: int) -> Delivery:
        delivery = await self.store.run(partial(deliveries.one, number=number))
        if delivery is None:
            raise refused("unknown-delivery", number=number)
        return delivery

    async def _keep(self, delivery: Delivery) -> None:
        await self.store.run(partial(deliveries.keep, delivery=delivery))
        await self._count()

    async def _count(self) -> None:
        counts = await self.store.run(deliveries.counts)
        if counts != self._counts:
            self._counts = counts
            self.changed()


def _is_edit(what: str) -> bool:
    return what.startswith(EDIT) and bool(EDIT_ID.fullmatch(what.removeprefix(EDIT)))

"""Curtains and screens on a Modbus unit: moved by two contacts, or by a motor with registers.

    covers = "open=0 close=1 travel=25"
        two contacts, coils 0 and 1 (or holding:...), one of them closed while it moves; after so
        many seconds it has arrived and both are opened
    covers = "command=holding:0 open=1 close=2 stop=3 position=holding:1"
        a register that takes these values; `position`, where there is one, tells and takes 0
        (closed) to 100 (open), or the reverse with `reversed=1`; `travel` where there is none

Several covers are separated by commas.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from classroom_drivers.api import UnsupportedError
from classroom_drivers.codecs.modbus import Frame
from classroom_drivers.devices.dead_man import DeadMan
from classroom_drivers.devices.modbus_points import Contact, Place, Raw, integer, pairs, place
from classroom_drivers.links.exchange import Priority

OPEN, CLOSED, OPENING, CLOSING, STOPPED = "open", "closed", "opening", "closing", "stopped"
ARRIVED = {OPENING: OPEN, CLOSING: CLOSED}
REVERSE_S = 0.5  # a motor that runs rests so long before it runs the other way
TRAVEL_S = 30.0
CONTACTS = {"open", "close", "travel"}
MOTOR = {"command", "open", "close", "stop", "position", "target", "reversed", "travel"}


class Write(Protocol):
    """Sends a frame on behalf of a cover, and waits until the unit has accepted it."""

    def __call__(
        self, frame: Frame, *, priority: Priority = Priority.COMMAND, gap_s: float = 0.0
    ) -> Awaitable[None]:
        """Send it."""


Tell = Callable[[str, float | None], None]  # the state, and how far open where that is known


class Cover(Protocol):
    """One curtain."""

    @property
    def can(self) -> tuple[str, ...]:
        """Which of "open", "close", "stop", "position"."""

    @property
    def places(self) -> tuple[Place, ...]:
        """What is read of it at every poll."""

    @property
    def sign(self) -> Place:
        """What is read for a sign of life; a refusal is one, too."""

    @property
    def moving(self) -> bool:
        """Whether it is on its way, as far as is known."""

    async def go(self, *, opening: bool) -> None:
        """Open or close it."""

    async def stop(self) -> None:
        """Stop it."""

    async def go_to(self, percent: float) -> None:
        """Move it so far open."""

    def learn(self, raw: Raw) -> None:
        """Take what was read."""

    async def tend(self) -> None:
        """Do in time what nobody asks for."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """A cover moved by two contacts. They are never closed both, and not for ever."""

    open: Contact
    close: Contact
    travel_s: float

    def cover(self, unit: int, write: Write, tell: Tell) -> Cover:
        """Make it work."""
        return ContactCover(self, unit, write, tell)


class ContactCover:
    """A motor between two contacts; where it is, is known from how long it ran."""

    can = ("open", "close", "stop")

    def __init__(self, contacts: Contacts, unit: int, write: Write, tell: Tell) -> None:
        self._contacts = contacts
        self._unit = unit
        self._write = write
        self._tell = tell
        self._state = STOPPED
        self._orders = 0  # so many were given: a newer one ends what an older one began
        self._dead_man = DeadMan()

    @property
    def places(self) -> tuple[Place, ...]:
        """What is read of it at every poll."""
        return (self._contacts.open.place, self._contacts.close.place)

    @property
    def sign(self) -> Place:
        """What is read for a sign of life."""
        return self._contacts.open.place

    @property
    def moving(self) -> bool:
        """Whether it is on its way, as far as is known."""
        return self._state in ARRIVED

    async def go(self, *, opening: bool) -> None:
        """Open the one contact, then close the other."""
        mine = self._order()
        contacts = self._contacts
        wanted, other = (
            (contacts.open, contacts.close) if opening else (contacts.close, contacts.open)
        )
        turning = self._state == (CLOSING if opening else OPENING)
        await self._write(other.set(self._unit, on=False), gap_s=REVERSE_S if turning else 0.0)
        if mine != self._orders:
            return
        await self._write(wanted.set(self._unit, on=True))
        if mine == self._orders:
            self._move(OPENING if opening else CLOSING)

    async def stop(self) -> None:
        """Open both contacts."""
        mine = self._order()
        await self._rest(Priority.STOP)
        if mine == self._orders:
            self._settle(STOPPED)

    async def go_to(self, percent: float) -> None:
        """Nobody knows where it is."""
        raise UnsupportedError("this cover can be opened, closed and stopped only")

    def learn(self, raw: Raw) -> None:
        """See whether somebody else has closed a contact: that ends in time, too."""
        runs = [contact.is_on(raw) for contact in (self._contacts.open, self._contacts.close)]
        if any(runs) and not self.moving:
            self._move(OPENING if runs[0] else CLOSING)
        elif not any(runs) and self.moving:
            self._settle(STOPPED)
        else:
            self._tell(self._state, None)

    async def tend(self) -> None:
        """Open the contacts once it has arrived."""
        await self._dead_man.run(self._arrive)

    async def _arrive(self) -> None:
        arrived = ARRIVED.get(self._state, self._state)
        mine = self._orders
        await self._rest(Priority.COMMAND)
        if mine == self._orders:
            self._settle(arrived)

    async def _rest(self, priority: Priority) -> None:
        for contact in (self._contacts.open, self._contacts.close):
            await self._write(contact.set(self._unit, on=False), priority=priority)

    def _order(self) -> int:
        self._orders += 1
        return self._orders

    def _move(self, state: str) -> None:
        self._state = state
        self._dead_man.hold(self._contacts.travel_s)
        self._tell(state, None)

    def _settle(self, state: str) -> None:
        self._state = state
        self._dead_man.release()
        self._tell(state, None)


@dataclass(frozen=True, slots=True)
class Motor:
    """A cover with a motor that takes commands."""

    command: Place
    words: Mapping[str, int]  # "open", "close", "stop"
    position: Place | None
    target: Place | None
    reversed: bool
    travel_s: float

    def cover(self, unit: int, write: Write, tell: Tell) -> Cover:
        """Make it work."""
        return MotorCover(self, unit, write, tell)


class MotorCover:
    """A motor that stops by itself at the ends, and may know where it is."""

    def __init__(self, motor: Motor, unit: int, write: Write, tell: Tell) -> None:
        self._motor = motor
        self._unit = unit
        self._write = write
        self._tell = tell
        self._state = STOPPED
        self._percent: float | None = None
        self._dead_man = DeadMan()

    @property
    def can(self) -> tuple[str, ...]:
        """Which of "open", "close", "stop", "position"."""
        return (*self._motor.words, *(("position",) if self._motor.target else ()))

    @property
    def places(self) -> tuple[Place, ...]:
        """What is read of it at every poll."""
        return (self._motor.position,) if self._motor.position else ()

    @property
    def sign(self) -> Place:
        """What is read for a sign of life; a refusal is one, too."""
        return self._motor.position or self._motor.command

    @property
    def moving(self) -> bool:
        """Whether it is on its way, as far as is known."""
        return self._state in ARRIVED

    async def go(self, *, opening: bool) -> None:
        """Open or close it."""
        await self._send("open" if opening else "close", Priority.COMMAND)
        self._settle(OPENING if opening else CLOSING)

    async def stop(self) -> None:
        """Stop it."""
        await self._send("stop", Priority.STOP)
        self._settle(STOPPED)

    async def go_to(self, percent: float) -> None:
        """Move it so far open."""
        if self._motor.target is None:
            raise UnsupportedError("this cover cannot go to a place between open and closed")
        share = round(100 - percent if self._motor.reversed else percent)
        await self._write(self._motor.target.write(self._unit, share))
        self._settle(OPENING if percent > (self._percent or 0.0) else CLOSING)

    def learn(self, raw: Raw) -> None:
        """See where it is, and so whether it moves."""
        if self._motor.position is None:
            self._tell(self._state, None)
            return
        told = float(min(raw[self._motor.position], 100))
        before, now = self._percent, 100 - told if self._motor.reversed else told
        self._percent = now
        if before is not None and now != before:
            self._state = OPENING if now > before else CLOSING
        elif now in {0.0, 100.0}:
            self._state = OPEN if now else CLOSED
        elif before is not None:
            self._state = STOPPED
        self._tell(self._state, now)

    async def tend(self) -> None:
        """Where no position is told, it has arrived in time."""
        await self._dead_man.run(self._arrive)

    async def _arrive(self) -> None:
        self._settle(ARRIVED.get(self._state, self._state))

    async def _send(self, word: str, priority: Priority) -> None:
        if word not in self._motor.words:
            raise UnsupportedError(f"this cover has no command to {word}")
        frame = self._motor.command.write(self._unit, self._motor.words[word])
        await self._write(frame, priority=priority)

    def _settle(self, state: str) -> None:
        self._state = state
        if state in ARRIVED and self._motor.position is None:
            self._dead_man.hold(self._motor.travel_s)
        else:
            self._dead_man.release()
        self._tell(state, self._percent)


def covers(text: str) -> tuple[Contacts | Motor, ...]:
    """Read the option `covers`.

    Raises:
        UnsupportedError: it is not spelled like that.
    """
    entries = [pairs(entry.split()) for entry in text.split(",") if entry.strip()]
    return tuple(_motor(entry) if "command" in entry else _contacts(entry) for entry in entries)


def _contacts(entry: Mapping[str, str]) -> Contacts:
    _check(entry, CONTACTS, {"open", "close"})
    both = [Contact(place(entry[way], "coil", ("coil", "holding"))) for way in ("open", "close")]
    if both[0] == both[1]:
        raise UnsupportedError("a cover needs one contact to open and another to close")
    return Contacts(both[0], both[1], _travel_s(entry))


def _motor(entry: Mapping[str, str]) -> Motor:
    _check(entry, MOTOR, {"command", "open", "close"})
    position, target = (
        place(entry[name], "holding") if name in entry else None for name in ("position", "target")
    )
    if target is None and position and position.table == "holding":
        target = position
    return Motor(
        command=place(entry["command"], "holding", ("holding",)),
        words={word: integer(entry[word]) for word in ("open", "close", "stop") if word in entry},
        position=position,
        target=target,
        reversed=entry.get("reversed", "0") == "1",
        travel_s=_travel_s(entry),
    )


def _travel_s(entry: Mapping[str, str]) -> float:
    try:
        travel_s = float(entry.get("travel", TRAVEL_S))
    except ValueError as error:
        raise UnsupportedError(f"travel={entry['travel']} is not a number of seconds") from error
    if not 0 < travel_s <= 600:
        raise UnsupportedError(f"travel={travel_s:g} is not within 0 and 600 s")
    return travel_s


def _check(entry: Mapping[str, str], known: set[str], needed: set[str]) -> None:
    if wrong := (entry.keys() - known) | (needed - entry.keys()):
        there_are = ", ".join(sorted(known))
        raise UnsupportedError(f"cover: {', '.join(sorted(wrong))}: there are {there_are}")

"""Puts the questions and orders of a code sheet on the line, and takes what comes back."""

from collections.abc import Callable

from classroom_drivers.api import RefusedError, UnsupportedError
from classroom_drivers.code_sheet.controller_side import ControllerSide, Told
from classroom_drivers.code_sheet.sheet import Control, Kind, Order
from classroom_drivers.codecs.sheet_stream import Heard
from classroom_drivers.links.exchange import Exchange, Priority
from classroom_drivers.links.line import Line

DEADLINE_S = 5.0
BUSY_TRIES = 3


class BusyError(RefusedError):
    """The device says that it cannot now, and wants to be asked again."""


class SheetTalk:
    """What one device of a sheet is told and asked. All gaps are those of the sheet, by `pace`."""

    def __init__(self, line: Line[Heard], side: ControllerSide, *, pace: float, echo: bool) -> None:
        self._line = line
        self._side = side
        self._sheet = side.sheet
        self._pace = pace
        self._echo = echo
        self._deadline_s = DEADLINE_S + side.sheet.longest_gap_s * pace

    async def ask(
        self, control: Control, *, channel: int = 1, priority: Priority = Priority.POLL
    ) -> Told:
        """Ask what a control is.

        Raises:
            RefusedError: not now.
            UnsupportedError: never.
        """
        data = self._side.question(control, channel=channel)
        name = f"{control.name}?"

        def answer(heard: Heard) -> Told | None:
            if heard.data == data:
                return None  # an echo
            self._check_refused(name, heard)
            return self._side.told(control, heard.data, channel=channel)

        exchange = Exchange[Heard, Told](
            name=name,
            data=data,
            answer=answer,
            timeout_s=control.reply_s / (2 if priority is Priority.SETUP else 1),
            resend=self._sheet.resend,
            priority=priority,
            deadline_s=self._deadline_s,
            gap_s=self._sheet.gap_s * self._pace,
        )
        return await self._until_free(exchange)

    async def tell(
        self,
        control: Control,
        order: Order,
        name: str,
        *,
        channel: int = 1,
        number: int | None = None,
        priority: Priority = Priority.COMMAND,
    ) -> Told | None:
        """Send an order; give what its acceptance tells, None if nothing is said to it.

        Raises:
            RefusedError: not now.
            UnsupportedError: never.
        """
        data = self._side.order(order, channel=channel, number=number)
        once = control.kind is Kind.ACT or order is control.toggle
        exchange = Exchange[Heard, Told](
            name=f"{control.name} {name}".strip(),
            data=data,
            answer=self._accepting(control, order, data, channel, number),
            timeout_s=control.accept_s,
            resend=0 if once else self._sheet.resend,
            priority=priority,
            kind="" if once else f"{control.name} {channel}",
            deadline_s=self._deadline_s,
            gap_s=control.gap_s * self._pace,
        )
        return await self._until_free(exchange)

    def _accepting(
        self, control: Control, order: Order, data: bytes, channel: int, number: int | None
    ) -> Callable[[Heard], Told | None] | None:
        if not order.answered:
            return None
        echoes = [data] if self._echo else []

        def accepted(heard: Heard) -> Told | None:
            if heard.data in echoes:
                echoes.clear()
                return None
            self._check_refused(control.name, heard)
            given = "" if number is None else number
            return self._side.accepted(control, order, heard.data, channel=channel, number=given)

        return accepted

    async def _until_free(self, exchange: Exchange[Heard, Told]) -> Told:
        """Ask, and again while the device is busy; its gap is kept between."""
        for _ in range(BUSY_TRIES - 1):
            try:
                return await self._line.ask(exchange)
            except BusyError:
                continue
        return await self._line.ask(exchange)

    def _check_refused(self, name: str, heard: Heard) -> None:
        refusal = self._side.refusal(heard.data)
        if refusal is None:
            return
        text = f"{name}: {refusal.means}"
        if refusal.kind == "unsupported":
            raise UnsupportedError(text)
        raise BusyError(text) if refusal.kind == "busy" else RefusedError(text)

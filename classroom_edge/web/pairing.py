"""Pairing: who can read the room's screen, stands in the room.

A panel asks for a code; the room's screen shows six digits for two minutes; who types them in
is let in. Five wrong ones end it for a quarter of an hour: one chance in 200,000 to guess.
"""

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

VALID_S: Final = 120.0
TRIES: Final = 5
LOCKED_S: Final = 900.0


class PairingError(Exception):
    """A code that does not pair; `code` is "no-code", "wrong-code" or "pairing-locked"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True, slots=True)
class Pairing:
    """The one code that may be on the room's screen now."""

    show: Callable[[str], None]  # on the room's screen; "" takes it away
    clock: Callable[[], float] = time.monotonic
    _code: str = field(default="", init=False)
    _until: float = field(default=0.0, init=False)
    _tries: int = field(default=0, init=False)
    _locked_until: float = field(default=0.0, init=False)
    _shown: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def ask(self) -> None:
        """Show a code on the room's screen; the one that is there stays and gets no younger.

        Raises:
            PairingError: too many wrong codes were typed.
        """
        if self.clock() < self._locked_until:
            raise PairingError("pairing-locked")
        if self._valid():
            return
        self._code = f"{secrets.randbelow(1_000_000):06d}"
        self._until, self._tries = self.clock() + VALID_S, 0
        self._shown.set()
        self.show(self._code)

    def redeem(self, typed: str) -> None:
        """Use the code up.

        Raises:
            PairingError: it is not this one, or none is shown, or too many were wrong.
        """
        if self.clock() < self._locked_until:
            raise PairingError("pairing-locked")
        if not self._valid():
            raise PairingError("no-code")
        if hmac.compare_digest(typed.encode(), self._code.encode()):
            self._withdraw()
            return
        self._tries += 1
        if self._tries >= TRIES:
            self._locked_until = self.clock() + LOCKED_S
            self._withdraw()
        raise PairingError("wrong-code")

    async def run(self) -> None:
        """Take codes from the screen when their time is over. Runs until cancelled."""
        try:
            while True:
                await self._shown.wait()
                await asyncio.sleep(min(1.0, max(0.0, self._until - self.clock())))
                if self._code and not self._valid():
                    self._withdraw()
        finally:
            if self._code:
                self._withdraw()

    def _valid(self) -> bool:
        return bool(self._code) and self.clock() < self._until

    def _withdraw(self) -> None:
        self._code = ""
        self._shown.clear()
        self.show("")

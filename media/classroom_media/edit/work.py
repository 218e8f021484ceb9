"""How far a work is, told by roughly how long its parts take."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

PICTURE_S: Final = 0.03  # to encode a picture,
SOUND_S: Final = 0.012  # to go once through a second of sound,
BYTES_A_S: Final = 200_000_000  # to copy and to hash


@dataclass(slots=True)
class Work:
    """How far a work is that takes so many seconds, roughly."""

    tell: Callable[[float], None]  # of the share that is done
    total_s: float = 1.0
    done_s: float = field(default=0.0, init=False)

    def did(self, seconds: float) -> None:
        """Note that so much is done; what was planned to be last is never done too early."""
        self.done_s += seconds
        self.tell(min(self.done_s / self.total_s, 0.99))

    def encoded(self) -> None:
        """Note that a picture was encoded."""
        self.did(PICTURE_S)

    def copied(self, size: int) -> None:
        """Note that so many bytes were copied."""
        self.did(size / BYTES_A_S)

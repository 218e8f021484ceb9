"""What every codec gives for bytes that make no sense."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are nothing known: noise, another protocol, a message without end."""

    data: bytes

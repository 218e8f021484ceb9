"""What the overlay on the room's screen is told: one JSON line for each change."""

import msgspec


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What the overlay shows; nothing at all when both are empty."""

    show: str = ""  # "" | "recording" | "paused"
    code: str = ""  # six digits, shown large until taken away
    language: str = "zh-CN"

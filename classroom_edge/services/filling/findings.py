"""What keeps a missed lesson from coming, as problems."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from classroom_edge.services.problems import Finding
from classroom_edge.sessions.missing import Missing

SAID_FOR: Final = timedelta(days=3)  # of what will never come; then everybody knows


def findings(missing: Iterable[Missing], now: datetime) -> Iterator[Finding]:
    """Give what a person should know."""
    for one in missing:
        values = {"title": one.title, "megabytes": round(one.left_bytes / 1e6)}
        if one.state == "gone" and now - one.began_at < SAID_FOR:
            yield Finding("E-FLM-001", "warning", one.film, values)
        elif one.state == "no-room":
            yield Finding("E-FLM-002", "warning", one.film, values)

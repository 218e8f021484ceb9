"""A source is opened by the scheme of its URL."""

import time
from collections.abc import Callable, Generator
from urllib.parse import urlsplit

from classroom_media.packets import Coded
from classroom_media.sources.live import receive
from classroom_media.sources.pattern import generate
from classroom_media.sources.playback import play
from classroom_media.sources.remote import listen
from classroom_media.workers.specs import SourceSpec


def open_source(
    spec: SourceSpec, clock: Callable[[], int] = time.monotonic_ns
) -> Generator[Coded, None, None]:
    """Give a source's coded packets, on the room's timeline, until it is lost.

    It is opened when the first packet is asked for, and closed with the generator.

    Raises:
        SourceError: it cannot be opened or read; the text never holds a password.
        IdleError: there is nothing to read now, and nothing is wrong.
        EncodeError: what it sends cannot be coded.
    """
    match urlsplit(spec.url).scheme:
        case "file":
            return play(spec, clock)
        case "pattern":
            return generate(spec, clock)
        case "remote":
            return listen(spec, clock)
        case _:
            return receive(spec, clock)

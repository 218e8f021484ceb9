"""Who hears whom: each peer gets the room's sound and the voices that are open, never its own.

A peer that cannot be heard hears what all such peers hear: one mix for them together, and one more
for each voice that is open. The director makes them (`classroom_media.compose.feeds`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from classroom_media.api import CleanFeed
from classroom_media.packets import feed_of

COMMON: Final = "peers"
INSIDE: Final = "inside"


@dataclass(frozen=True, slots=True)
class Voices:
    """The mixes to be made, and the stream that each peer is sent."""

    feeds: tuple[CleanFeed, ...]
    heard_by: dict[str, str]


def arranged(
    peers: Iterable[str],
    voices: Collection[str],
    remotes: Mapping[str, str],
    *,
    inside: Collection[str] = (),
    own: tuple[str, ...] = (),
) -> Voices:
    """Give each peer its mix. `voices` are open; `remotes` are the sources that peers are here.

    Those `inside` are in the room: what its `own` sources hear they are not sent.
    """
    shut = tuple(source for peer, source in remotes.items() if peer not in voices)
    feeds: dict[str, CleanFeed] = {}
    heard_by: dict[str, str] = {}
    for peer in peers:
        feed = CleanFeed(name=COMMON, without=shut)
        if peer in voices and peer in remotes:
            feed = CleanFeed(name=f"peer-{peer}", without=(*shut, remotes[peer]))
        elif peer in inside:
            feed = CleanFeed(name=INSIDE, without=(*shut, *own))
        feeds[feed.name] = feed
        heard_by[peer] = feed_of(feed.name)
    return Voices(tuple(feeds.values()), heard_by)

"""A daemon that comes back in the middle of a session has its relay before it is told of it."""

from types import SimpleNamespace
from typing import Any

import pytest

from classroom_edge.services.live.recording import SessionRecording
from classroom_edge.services.live.service import Live


class Room:
    """A room with nobody to meet, as far as it knows."""

    worker = beat = None

    def __init__(self, recording: object) -> None:
        self.wanted: list[bool] = []
        here: Any = self
        self.live = Live(
            linked=lambda: False,
            cast=lambda: None,
            relay=here,
            renditions=here,
            floor=here,
            side=here,
            recording=SessionRecording(recorder=here, story=lambda: recording, on=True),  # type: ignore[arg-type, return-value]
            sources={},
            changed=lambda: None,
        )

    height = 720

    def want(self, *given: object, on: bool | None = None) -> None:
        """Have a relay, or sizes of the picture."""
        if not given:
            self.wanted.append(bool(on))

    async def follow(self, _seen: object) -> None:
        """Nobody has the floor."""


@pytest.mark.parametrize(
    ("recording", "wanted"), [(SimpleNamespace(id="r1", title="Maths"), [True]), (None, [])]
)
async def test_a_recording_that_was_found_has_the_relay_started_at_once(
    recording: object, wanted: list[bool]
) -> None:
    room = Room(recording)
    await room.live.look()
    assert room.wanted == wanted

"""The platforms that people have added: kept in a file, and no more than a room can look after."""

from pathlib import Path

import pytest
import zmq.asyncio

from classroom_edge.paths import DataFolder
from classroom_edge.room import Refused
from classroom_edge.services.platforms import ADDED_MAX, Platforms
from classroom_edge.services.pushing import PushingService
from classroom_edge.services.renditions import Renditions
from tests.edge.live.test_renditions import PretendDirector
from tests.edge.room_at_work import ME

ADDRESS = "rtmp://live.example/app/key"


async def test_the_seventeenth_platform_is_refused_until_one_is_removed(tmp_path: Path) -> None:
    with zmq.asyncio.Context() as context:
        pushing = PushingService(
            platforms=Platforms(configured=(), file=tmp_path / "pushes.json"),
            folder=DataFolder(tmp_path),
            runtime=tmp_path,
            renditions=Renditions(director=PretendDirector(), height=720),
            changed=lambda: None,
            context=context,
        )
        added = [pushing.add(ME, "", f"{ADDRESS}-{n}") for n in range(ADDED_MAX)]
        with pytest.raises(Refused) as no:
            pushing.add(ME, "", ADDRESS)
        assert str(ADDED_MAX) in no.value.words["en"]
        await pushing.remove(ME, added[3])
        assert pushing.add(ME, "again", ADDRESS) == added[3]
        assert len(pushing.views) == ADDED_MAX


def test_another_address_stays_when_the_daemon_ends(tmp_path: Path) -> None:
    file = tmp_path / "pushes.json"
    platforms = Platforms(configured=(), file=file)
    id_ = platforms.add("District", ADDRESS).id
    platforms.replace(id_, "County", f"{ADDRESS}-2")
    (kept,) = Platforms(configured=(), file=file).all
    assert (kept.id, kept.name, kept.url.get_secret_value()) == (id_, "County", f"{ADDRESS}-2")

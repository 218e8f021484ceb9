"""A film shown to a platform that others wrote: nginx with its RTMP module."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from classroom_edge.library.deliver.platform import Platform, made
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import (
    Item,
    MisconfiguredError,
    Proof,
    RefusedError,
    Role,
    TransientError,
)
from classroom_media.live.push.showing import Show
from tests.edge.received.sending import Noted, a_parcel
from tests.media import films
from tests.media.live.hls.lessons import played
from tests.media.live.push.platforms import platform
from tests.ports import free_port
from tests.waiting import eventually

SECONDS = 25
PICTURES = 25 * SECONDS


@dataclass
class Hours:
    """A clock that whoever waits moves on."""

    now_s: float = 0.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.waits.append(seconds)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Item:
    path = tmp_path_factory.mktemp("film") / "programme.mp4"
    pictures = [films.numbered(number) for number in range(PICTURES)]
    films.write_film(path, pictures, films.tone(SECONDS, 0.1), bframes=2)
    return item_of(path)


def item_of(path: Path) -> Item:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Item(path=str(path), name=path.name, size=len(data), sha256=digest, role=Role.PROGRAMME)


def stage(port: int, app: str = "live", hours: Hours | None = None) -> Platform:
    """Give the target, on a clock that does not keep anybody waiting."""
    time = hours or Hours()

    def begin(film: Path, line: Any) -> Show:
        return Show(film, line, time.clock, time.wait)

    spec = TargetSpec(id="tv", kind="rtmp", url=f"rtmp://127.0.0.1:{port}/{app}", token="key")
    target = made(spec, None)
    assert isinstance(target, Platform)
    return Platform(target.url, begin)


def kept(folder: Path) -> list[int | None]:
    """Give the numbers of the pictures that the platform kept, of all its files."""
    files = sorted(folder.glob("key*.flv"), key=lambda one: one.stat().st_mtime_ns)
    seen = [
        one
        for number, file in enumerate(files)
        for one in played(folder / f"{number}.flv", file.read_bytes())
    ]
    return [one.number for one in seen]


@pytest.mark.needs("nginx-rtmp")
def test_a_platform_is_shown_every_picture_of_a_film_in_the_films_own_time(
    tmp_path: Path, film: Item
) -> None:
    port, hours, course = free_port(), Hours(), Noted()
    with platform(tmp_path, port):
        stage(port, hours=hours).deliver(a_parcel(film), course)
        eventually(lambda: len(kept(tmp_path)) == PICTURES, within_s=30)
    assert kept(tmp_path) == list(range(PICTURES))
    assert SECONDS - 1 < sum(hours.waits) <= SECONDS
    (receipt,) = course.receipts.values()
    assert receipt.proof is Proof.SHOWN
    assert "key" not in receipt.where


@pytest.mark.needs("nginx-rtmp")
def test_a_show_that_broke_off_goes_on_at_the_keyframe_before(tmp_path: Path, film: Item) -> None:
    port, course = free_port(), Noted()
    hours = Hours()
    with platform(tmp_path, port) as server:

        def wait(seconds: float) -> None:
            hours.wait(seconds)
            if hours.now_s > 14:
                server.kill()
                server.wait()

        def begin(path: Path, line: Any) -> Show:
            return Show(path, line, hours.clock, wait)

        with pytest.raises(TransientError):
            Platform(stage(port).url, begin).deliver(a_parcel(film), course)
    assert not course.receipts
    (tmp_path / "before").mkdir()
    for file in tmp_path.glob("key*.flv"):
        file.rename(tmp_path / "before" / file.name)
    with platform(tmp_path, port):
        stage(port).deliver(a_parcel(film), course)
        eventually(lambda: len(kept(tmp_path)) == PICTURES - 250, within_s=30)
    assert kept(tmp_path) == list(range(250, PICTURES))  # ten seconds of it had been kept in mind


@pytest.mark.needs("nginx-rtmp")
def test_a_platform_that_does_not_know_the_key_is_a_mistake_of_room_toml(
    tmp_path: Path, film: Item
) -> None:
    port = free_port()
    with platform(tmp_path, port):
        first = stage(port)
        with pytest.raises((MisconfiguredError, TransientError)) as told:
            stage(port, "nowhere").deliver(a_parcel(film), Noted())
        probe = first.probe()
    assert told.value.code in {"stream-refused", "line-broke"}
    assert (probe.proof, probe.removed) == (Proof.SHOWN, False)
    with pytest.raises(TransientError, match="unreachable"):
        first.probe()


@pytest.mark.needs("nginx-rtmp")
def test_a_sound_alone_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "sound.m4a"
    films.write_film(path, wave=films.tone(1, 0.1))
    port = free_port()
    with platform(tmp_path, port), pytest.raises(RefusedError, match="no-picture"):
        stage(port).deliver(a_parcel(item_of(path)), Noted())

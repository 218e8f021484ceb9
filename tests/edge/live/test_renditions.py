"""Who wants which sizes of the programme, and that the director always knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from classroom_edge.services.renditions import SETTLES_S, Renditions
from classroom_media.api import Rendition, WorkerError
from classroom_media.messages import AnyCommand, Heartbeat, Render, Reply
from tests.waiting import eventually_async

BIG = Rendition(name="best", height=720, bitrate_kbps=1500)
MIDDLE = Rendition(name="middle", height=360, bitrate_kbps=500)
SMALL = Rendition(name="least", height=180, bitrate_kbps=150)


class PretendDirector:
    """Makes what it is told to, and forgets it when it is another process."""

    def __init__(self, made: tuple[str, ...] = ()) -> None:
        self.process = 1
        self.looks = 0
        self.orders: list[tuple[Rendition, ...]] = []
        self.is_deaf = False
        self.beat: Heartbeat | None = None
        self.live(made)

    def live(self, made: tuple[str, ...] = ()) -> None:
        streams = {name: f"programme-{name}" for name in made}
        self.beat = Heartbeat(
            role="director", name="programme", pid=self.process, at_ns=0, renditions=streams
        )

    @property
    def pid(self) -> int:
        self.looks += 1
        return self.process

    async def ask(self, command: AnyCommand) -> Reply:
        if self.is_deaf:
            raise WorkerError("render: silent")
        assert isinstance(command, Render)
        self.orders.append(command.renditions)
        self.live(tuple(one.name for one in command.renditions))
        return Reply(id=1)


@asynccontextmanager
async def kept(renditions: Renditions) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(renditions.run())
        yield
        running.cancel()


def of(director: PretendDirector, *, aged_s: float = 0.0) -> Renditions:
    clock = iter([0.0])
    return Renditions(director=director, height=720, clock=lambda: next(clock, aged_s))


def test_one_height_is_made_once_and_as_thin_as_the_thinnest_link_needs_it() -> None:
    renditions = of(PretendDirector())
    renditions.want("broadcast", [Rendition(name="low", height=360, bitrate_kbps=800)])
    renditions.want("session", [BIG, MIDDLE, SMALL])
    assert [(one.name, one.bitrate_kbps) for one in renditions.wanted] == [
        ("360p", 500),
        ("180p", 150),
    ]
    assert renditions.streams("broadcast") == {"low": "programme-360p"}


def test_a_size_beyond_the_programmes_own_is_the_programme() -> None:
    renditions = of(PretendDirector())
    renditions.want("session", [Rendition(name="huge", height=1080, bitrate_kbps=4000), BIG])
    assert renditions.wanted == ()
    assert renditions.streams("session") == {"huge": "programme", "best": "programme"}


def test_what_is_live_is_made_by_itself_in_the_programmes_own_size_too() -> None:
    renditions = of(PretendDirector())
    live = Rendition(name="0", height=1080, bitrate_kbps=1500, live=True)
    renditions.want("session", [live])
    renditions.want("broadcast", [BIG])
    (made,) = renditions.wanted
    assert (made.name, made.height, made.live) == ("live-720p", 720, True)
    assert renditions.streams("session") == {"0": "programme-live-720p"}


async def test_who_wants_nothing_any_more_leaves_the_others_what_they_want() -> None:
    director = PretendDirector()
    renditions = of(director, aged_s=SETTLES_S)
    renditions.want("session", [MIDDLE, SMALL])
    renditions.want("broadcast", [MIDDLE])
    async with kept(renditions):
        await eventually_async(lambda: len(director.orders) == 1)
        renditions.want("session", [])
        await eventually_async(lambda: len(director.orders) == 2)
    assert [one.name for one in director.orders[-1]] == ["360p"]


async def test_another_director_is_told_too_and_one_that_did_not_hear_is_told_again() -> None:
    director = PretendDirector()
    renditions = of(director)
    renditions.want("session", [SMALL])
    async with kept(renditions):
        await eventually_async(lambda: len(director.orders) == 1)
        director.is_deaf, director.process, looks = True, 2, director.looks
        director.live()
        await eventually_async(lambda: director.looks > looks)
        director.is_deaf = False
        await eventually_async(lambda: len(director.orders) == 2)
    assert director.orders[0] == director.orders[1]


async def test_a_daemon_just_begun_takes_nothing_away_that_an_earlier_one_ordered() -> None:
    director = PretendDirector(made=("360p", "180p"))
    now_s = [0.0]
    renditions = Renditions(director=director, height=720, clock=lambda: now_s[0])
    async with kept(renditions):
        renditions.want("broadcast", [MIDDLE])
        await eventually_async(lambda: director.looks > 1)
        assert director.orders == []
        now_s[0] = SETTLES_S
        await eventually_async(lambda: len(director.orders) == 1)


def test_the_stream_of_a_size_has_its_name_before_anybody_wants_it() -> None:
    live = Rendition(name="0", height=360, bitrate_kbps=500, live=True)
    assert of(PretendDirector()).streams_of([live]) == {"0": "programme-live-360p"}

"""The platforms of others that the programme is sent to: each by a process of its own."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import zmq.asyncio

from classroom_edge.config.models import PushConfig
from classroom_edge.paths import DataFolder
from classroom_edge.room import PushView, Refused, Who, Words
from classroom_edge.services.broadcast import KBPS, SOUND
from classroom_edge.services.live.relay import Relay
from classroom_edge.services.platforms import Platforms
from classroom_edge.services.problems import Finding
from classroom_edge.services.refusals import refused
from classroom_edge.services.renditions import PROGRAMME, Renditions
from classroom_edge.services.workers import WorkerService, endpoints_for
from classroom_edge.words import words
from classroom_media.api import Rendition
from classroom_media.live.push import address
from classroom_media.messages import PushHealth
from classroom_media.workers.specs import PushSpec, Trial, TrialSpec

MODULE: Final = "classroom_media.workers.push"
TRIAL_MODULE: Final = "classroom_media.workers.push_trial"
NAME_MAX: Final = 60  # characters
TRIAL_S: Final = 40.0  # to its end, whatever happens: what a WHIP server may take adds up to 33

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class PushingService:
    """Every push of a room. What is switched on stays so when the daemon is started anew."""

    platforms: Platforms
    folder: DataFolder
    runtime: Path
    renditions: Renditions
    changed: Callable[[], None]
    context: zmq.asyncio.Context  # of the daemon, which closes it
    _processes: dict[str, Relay] = field(default_factory=dict, init=False)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        for one in self.platforms.all:
            self._begin(one)

    async def run(self) -> None:
        """Run until cancelled: each platform has a task that keeps its process."""
        self._running.clear()
        async with asyncio.TaskGroup() as tasks:
            while True:
                for id_, process in self._processes.items():
                    if id_ not in self._running:
                        self._running[id_] = tasks.create_task(process.run())
                self._stirred.clear()
                await self._stirred.wait()

    @property
    def workers(self) -> tuple[WorkerService, ...]:
        """Every process that there is now."""
        return tuple(one.worker for one in self._processes.values() if one.worker)

    async def end(self) -> None:
        """End every process."""
        for process in self._processes.values():
            await process.end()

    async def tried(self, pasted: str) -> Trial:
        """Try an address that is perhaps to be a push; tell what came of it."""
        return await tried(pasted)

    async def tried_again(self, id_: str) -> Trial:
        """Try a platform that is known; tell what came of it. Raises Refused: it is sent to."""
        return await tried(self._idle(id_).url.get_secret_value())

    def add(self, who: Who, name: str, pasted: str) -> str:
        """Add a platform by its whole address; give its id. It is off at first. Raises Refused."""
        read = _read(pasted)
        if self.platforms.is_full:
            raise refused("too-many-pushes")
        push = self.platforms.add((name or read.host)[:NAME_MAX], pasted.strip())
        self._begin(push)
        self._stirred.set()
        logger.info("push %s to %s added by %s", push.id, read.shown, who.name)
        self.changed()
        return push.id

    def replace(self, who: Who, id_: str, name: str, pasted: str) -> None:
        """Give a platform that people have added another address; the old name if it has none.

        Raises:
            Refused: the address cannot be read, or it is sent to now, or stands in room.toml.
        """
        push, read = self._idle(id_), _read(pasted)
        self._check_added(push)
        self.platforms.replace(id_, (name or push.name)[:NAME_MAX], pasted.strip())
        logger.info("push %s leads to %s now, by %s", id_, read.shown, who.name)
        self.changed()

    async def remove(self, who: Who, id_: str) -> None:
        """Forget a platform that people have added. Raises Refused."""
        push = self._known(id_)
        self._check_added(push)
        self.platforms.remove(id_)
        self._bring(push)
        process = self._processes.pop(id_)
        await process.end()
        if (running := self._running.pop(id_, None)) is not None:
            running.cancel()
        logger.info("push %s removed by %s", id_, who.name)
        self.changed()

    def switch(self, who: Who, id_: str, *, on: bool) -> None:
        """Send to a platform from now on, or no more. Raises Refused."""
        push = self._known(id_)
        self.platforms.switch(id_, on=on)
        self._bring(push)
        logger.info("push %s switched %s for %s", id_, "on" if on else "off", who.name)
        self.changed()

    @property
    def views(self) -> tuple[PushView, ...]:
        """What the room's state shows of them."""
        return tuple(map(self._view, self.platforms.all))

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        for one in self.platforms.all:
            health = self._health(one.id)
            if self.platforms.is_on(one.id) and health and health.code:
                why = in_words(health.code, health.said)
                values = {"name": one.name, "why_en": why["en"], "why_zh": why["zh-CN"]}
                yield Finding("E-PSH-001", "warning", one.id, values)

    def _view(self, push: PushConfig) -> PushView:
        shown = address.read(push.url.get_secret_value()).shown
        health = self._health(push.id)
        added = self.platforms.is_added(push.id)
        if not self.platforms.is_on(push.id):
            return PushView(push.id, push.name, shown, "off", added=added)
        if health is None:
            return PushView(push.id, push.name, shown, "connecting", added=added)
        problem = in_words(health.code, health.said) if health.code else {}
        since = datetime.now(UTC) - timedelta(seconds=health.on_s - 0.5)
        return PushView(
            id=push.id,
            name=push.name,
            address=shown,
            state=health.state,
            problem=problem,
            since=since.replace(microsecond=0) if health.state == "on" else None,
            dropped=health.dropped,
            added=added,
        )

    def _known(self, id_: str) -> PushConfig:
        push = self.platforms.find(id_)
        if push is None:
            raise refused("unknown-push", name=id_)
        return push

    def _idle(self, id_: str) -> PushConfig:
        """Give a platform that nothing is sent to. Raises Refused."""
        push = self._known(id_)
        if self.platforms.is_on(id_):
            raise refused("push-is-on", name=push.name)
        return push

    def _check_added(self, push: PushConfig) -> None:
        if not self.platforms.is_added(push.id):
            raise refused("push-of-file", name=push.name)

    def _begin(self, push: PushConfig) -> None:
        make = partial(self._worker, push.id)  # with the address that it has by then
        self._processes[push.id] = Relay(make=make)
        self._bring(push)

    def _health(self, id_: str) -> PushHealth | None:
        beat = self._processes[id_].beat
        return beat.push if beat else None

    def _bring(self, push: PushConfig) -> None:
        on = self.platforms.is_on(push.id)
        self.renditions.want(f"push-{push.id}", _sizes(push) if on else ())
        self._processes[push.id].want(on=on)

    def _worker(self, id_: str) -> WorkerService:
        push = self._known(id_)
        return WorkerService(
            role="push",
            name=push.id,
            module=MODULE,
            endpoints=endpoints_for(self.runtime, "push", push.id),
            spec=partial(self._spec, push),
            heard=lambda _worker, _event: None,
            changed=self.changed,
            folder=self.runtime,
            log=self.folder.log / f"push-{push.id}.log",
            context=self.context,
        )

    def _spec(self, push: PushConfig) -> PushSpec:
        streams = self.renditions.streams(f"push-{push.id}")
        return PushSpec(
            name=push.id,
            endpoints=endpoints_for(self.runtime, "push", push.id),
            director=endpoints_for(self.runtime, "director", PROGRAMME),
            address=push.url.get_secret_value(),
            picture=next(iter(streams.values()), PROGRAMME),
            sound=SOUND,
        )


def _read(pasted: str) -> address.Address:
    try:
        return address.read(pasted)
    except address.AddressError as error:
        raise Refused("push-address", in_words(error.code, "")) from error


async def tried(pasted: str, seconds: float = 5.0) -> Trial:
    """Try an address in a process of its own: send a test picture there; tell what came of it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", TRIAL_MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    spec = msgspec.json.encode(TrialSpec(address=pasted, seconds=seconds))
    try:
        async with asyncio.timeout(TRIAL_S):
            told, _ = await process.communicate(spec + b"\n")
        return msgspec.json.decode(told, type=Trial)
    except (TimeoutError, msgspec.DecodeError):
        return Trial(code="crashed")
    finally:
        with suppress(ProcessLookupError):
            process.kill()


def in_words(code: str, said: str) -> Words:
    """Say why nothing goes out, with what the platform says to it."""
    why = words("problems").both(f"push.{code}")
    if not said:
        return why
    return {
        language: words("problems").say("push.with", language, why=text, said=said)
        for language, text in why.items()
    }


def _sizes(push: PushConfig) -> tuple[Rendition, ...]:
    if push.quality is None:
        return ()
    height = int(push.quality.rstrip("p"))
    return (Rendition(name=push.quality, height=height, bitrate_kbps=KBPS[height]),)

"""The platforms of others that the programme is sent to: each by a process of its own."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import zmq.asyncio

from classroom_edge.config.models import PushConfig
from classroom_edge.paths import DataFolder
from classroom_edge.room import PushView, Who, Words
from classroom_edge.services.broadcast import KBPS, SOUND
from classroom_edge.services.live.relay import Relay
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
TRIAL_S: Final = 30.0  # to its end, whatever happens

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class PushingService:
    """Every push of a room. What is switched on stays so when the daemon is started anew."""

    pushes: tuple[PushConfig, ...]
    folder: DataFolder
    runtime: Path
    renditions: Renditions
    changed: Callable[[], None]
    context: zmq.asyncio.Context  # of the daemon, which closes it
    _processes: dict[str, Relay] = field(init=False)
    _on: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self._processes = {one.id: Relay(make=partial(self._worker, one)) for one in self.pushes}
        self._on = self._read()
        for one in self.pushes:
            self._bring(one)

    @property
    def services(self) -> Mapping[str, Callable[[], Any]]:
        """What is to run for as long as the room is open, by name."""
        return {f"push {id_}": process.run for id_, process in self._processes.items()}

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

    def switch(self, who: Who, id_: str, *, on: bool) -> None:
        """Send to a platform from now on, or no more. Raises Refused."""
        push = next((one for one in self.pushes if one.id == id_), None)
        if push is None:
            raise refused("unknown-push", name=id_)
        self._on = self._on | {id_} if on else self._on - {id_}
        self._keep()
        self._bring(push)
        logger.info("push %s switched %s for %s", id_, "on" if on else "off", who.name)
        self.changed()

    @property
    def views(self) -> tuple[PushView, ...]:
        """What the room's state shows of them."""
        return tuple(map(self._view, self.pushes))

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        for one in self.pushes:
            health = self._health(one.id)
            if one.id in self._on and health and health.code:
                why = in_words(health.code, health.said)
                values = {"name": one.name, "why_en": why["en"], "why_zh": why["zh-CN"]}
                yield Finding("E-PSH-001", "warning", one.id, values)

    def _view(self, push: PushConfig) -> PushView:
        shown = address.read(push.url.get_secret_value()).shown
        health = self._health(push.id)
        if push.id not in self._on:
            return PushView(push.id, push.name, shown, "off")
        if health is None:
            return PushView(push.id, push.name, shown, "connecting")
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
        )

    def _health(self, id_: str) -> PushHealth | None:
        beat = self._processes[id_].beat
        return beat.push if beat else None

    def _bring(self, push: PushConfig) -> None:
        on = push.id in self._on
        self.renditions.want(f"push-{push.id}", _sizes(push) if on else ())
        self._processes[push.id].want(on=on)

    def _worker(self, push: PushConfig) -> WorkerService:
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

    @property
    def _file(self) -> Path:
        return self.folder.path / "pushes.json"

    def _read(self) -> set[str]:
        known = {one.id for one in self.pushes}
        try:
            return known & set(json.loads(self._file.read_bytes()))
        except (OSError, ValueError, TypeError):
            return {one.id for one in self.pushes if one.on}

    def _keep(self) -> None:
        try:
            self._file.write_text(json.dumps(sorted(self._on)), encoding="utf-8")
        except OSError as error:
            logger.warning("which pushes are on cannot be kept: %s", error)


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

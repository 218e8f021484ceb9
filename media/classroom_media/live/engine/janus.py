"""Classes on Janus, by its plugin for rooms of video: packets pass through, nothing is coded anew.

Source: Janus documentation, "VideoRoom plugin documentation" and "Admin/Monitor API".
"""

import zlib
from dataclasses import dataclass
from typing import Any, Final

from classroom_media.live.engine.api import Carried, EngineError
from classroom_media.live.engine.http import Json
from classroom_media.live.engine.janus_link import JanusLink

PLUGIN: Final = "janus.plugin.videoroom"
_Peer = tuple[str, str]  # room and name


@dataclass(frozen=True, slots=True)
class _Taken:
    """A place in a class: its handle, and for who sends, his number there."""

    handle: int
    number: int | None = None


class Janus:
    """An engine (see `api.Engine`). The link must be open, and its `run` under way."""

    def __init__(self, link: JanusLink) -> None:
        self._link = link
        self._desk: int | None = None  # a handle for what concerns no one in particular
        self._rooms: set[str] = set()
        self._taken: dict[_Peer, _Taken] = {}

    async def create(self, room: str, *, publishers: int, bitrate_bps: int) -> None:
        """Open a class; each who sends may send so much."""
        await self._say(
            "create",
            room,
            description=room,
            publishers=publishers,
            bitrate=bitrate_bps,
            audiocodec="opus",
            videocodec="h264",
            opus_fec=True,
            notify_joining=False,
        )
        self._rooms.add(room)

    async def publish(self, room: str, name: str, offer: str) -> str:
        """Let somebody send into a class; gives the answer to his offer."""
        handle = await self._link.attach(PLUGIN)
        joined = await self._link.message(
            handle,
            {"request": "join", "ptype": "publisher", "room": _number(room), "display": name},
        )
        self._taken[room, name] = _Taken(handle, joined.get("id"))
        said = await self._link.message(
            handle, {"request": "publish"}, {"type": "offer", "sdp": offer}
        )
        return _description(said)

    async def subscribe(self, room: str, name: str, publisher: str) -> str:
        """Let somebody have what another sends; gives an offer, which `agree` must answer."""
        feed = await self._feed(room, publisher)
        handle = await self._link.attach(PLUGIN)
        self._taken[room, name] = _Taken(handle)
        wanted: Json = {
            "request": "join",
            "ptype": "subscriber",
            "room": _number(room),
            "streams": [{"feed": feed}],
        }
        return _description(await self._link.message(handle, wanted))

    async def agree(self, room: str, name: str, answer: str) -> None:
        """Take the answer of who subscribed."""
        said: Json = {"type": "answer", "sdp": answer}
        await self._link.message(self._of(room, name).handle, {"request": "start"}, said)

    async def publishers(self, room: str) -> tuple[str, ...]:
        """Name those who send."""
        found = await self._participants(room)
        return tuple(str(each.get("display")) for each in found if each.get("publisher"))

    async def drop(self, room: str, name: str) -> None:
        """Send somebody away."""
        taken = self._of(room, name)
        del self._taken[room, name]
        await self._link.detach(taken.handle)

    async def statistics(self) -> tuple[Carried, ...]:
        """Tell what was carried for each of ours."""
        return tuple(
            [
                _carried(name, await self._link.of_handle(taken.handle))
                for (_, name), taken in self._taken.items()
            ]
        )

    async def close(self) -> None:
        """Send all of ours away, close the classes that we opened, and leave."""
        for room, name in list(self._taken):
            await self.drop(room, name)
        for room in self._rooms:
            await self._say("destroy", room)
        self._rooms.clear()
        await self._link.close()

    async def _say(self, request: str, room: str, **said: object) -> Json:
        if self._desk is None:
            self._desk = await self._link.attach(PLUGIN)
        return await self._link.message(
            self._desk, {"request": request, "room": _number(room), **said}
        )

    async def _participants(self, room: str) -> list[Json]:
        found = (await self._say("listparticipants", room)).get("participants")
        return found if isinstance(found, list) else []

    async def _feed(self, room: str, publisher: str) -> int:
        for each in await self._participants(room):
            if each.get("display") == publisher and each.get("publisher"):
                return int(each["id"])
        raise EngineError(f"nobody called {publisher} sends in {room}")

    def _of(self, room: str, name: str) -> _Taken:
        taken = self._taken.get((room, name))
        if taken is None:
            raise EngineError(f"{name} is not in {room}")
        return taken


def _number(room: str) -> int:
    """Give the number that Janus calls a class by."""
    return zlib.crc32(room.encode())


def _description(said: Json) -> str:
    jsep = said.get("jsep")
    if not isinstance(jsep, dict) or not isinstance(jsep.get("sdp"), str):
        raise EngineError("Janus gave no description")
    return str(jsep["sdp"])


def _carried(name: str, info: Json) -> Carried:
    media = (info.get("webrtc") or {}).get("media") or {}
    into = [_counts(each, "in") for each in media.values()]
    out = [_counts(each, "out") for each in media.values()]
    return Carried(
        name,
        received=sum(each.get("packets", 0) for each in into),
        received_bytes=sum(each.get("bytes", 0) for each in into),
        sent=sum(each.get("packets", 0) for each in out),
        sent_bytes=sum(each.get("bytes", 0) for each in out),
        asked_again=sum(each.get("nacks", 0) for each in into),
    )


def _counts(medium: dict[str, Any], way: str) -> dict[str, Any]:
    stats = (medium.get("stats") or {}).get(way) or {}
    return stats if isinstance(stats, dict) else {}

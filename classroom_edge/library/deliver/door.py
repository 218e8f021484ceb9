"""What the command line says to the daemon of its own machine about deliveries."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from classroom_edge.door import Answer, Door, Language
from classroom_edge.library.deliver.desk import DeliveryDesk
from classroom_edge.room import DeliveryView, Refused, TargetView, Who

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
LOCAL: Final = Who(name="command line")


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="asks"):
    """The common part of requests."""


class Deliveries(Request, frozen=True, kw_only=True, tag="deliveries"):
    """What is on its way, and what has become of the rest."""

    state: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Targets(Request, frozen=True, tag="targets"):
    """Where recordings can be delivered to."""


class Send(Request, frozen=True, kw_only=True, tag="send"):
    """Put something of a recording into the queue of a target; "" = what room.toml says."""

    recording: Name
    target: Name
    what: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Retry(Request, frozen=True, kw_only=True, tag="retry"):
    """Try it again, now."""

    number: int


class Drop(Request, frozen=True, kw_only=True, tag="drop"):
    """Deliver it no more."""

    number: int


AnyRequest = Deliveries | Targets | Send | Retry | Drop


class Reply(Answer, frozen=True, kw_only=True):
    """What the daemon says of deliveries."""

    deliveries: tuple[DeliveryView, ...] = ()
    targets: tuple[TargetView, ...] = ()


LANGUAGE: Final = Language(
    "deliveries",
    msgspec.json.Decoder(AnyRequest),
    msgspec.json.Decoder(Reply),
    Reply(problem={"en": "not understood"}),
)


@dataclass(frozen=True)
class DeliveryDoor:
    """Answers the command line."""

    desk: DeliveryDesk
    runtime: Path

    async def run(self) -> None:
        """Run until cancelled."""
        answer: Callable[[AnyRequest], Awaitable[Reply]] = self.answer
        await Door(runtime=self.runtime, language=LANGUAGE, answer=answer).run()

    async def answer(self, request: AnyRequest) -> Reply:
        """Answer somebody at this machine. Raises StoreError."""
        try:
            return await self._answered(request)
        except Refused as no:
            return Reply(problem=no.words)

    async def _answered(self, request: AnyRequest) -> Reply:
        match request:
            case Deliveries(state=state):
                return Reply(deliveries=await self.desk.listed(state=state))
            case Send(recording=recording, target=target, what=what):
                sent = await self.desk.send(LOCAL, recording, target, what)
                return Reply(deliveries=(sent,))
            case Retry(number=number):
                return Reply(deliveries=(await self.desk.retry(number),))
            case Drop(number=number):
                return Reply(deliveries=(await self.desk.drop(number),))
        return Reply(targets=self.desk.targets)

"""What the daemon and the process that works on a delivery say to each other: JSON, line by line.

The daemon writes one `Task` and keeps the pipe open: when it ends, the daemon is no more, and the
process ends at once.
"""

from typing import Final

import msgspec

from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import Parcel, Probe, Receipt


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One try: of a parcel; without one, whether the target works at all."""

    target: TargetSpec
    lock: str  # file: whoever holds it works on this target
    parcel: Parcel | None = None  # items without a checksum are weighed first
    arrived: tuple[Receipt, ...] = ()  # in earlier tries
    tokens: dict[str, str] = {}  # of items, by `key_of`
    limit_kbps: int = 0  # 0 = none


class Report(msgspec.Struct, frozen=True, kw_only=True, tag_field="is"):
    """The common part of what the process says."""


class Weighed(Report, frozen=True, kw_only=True, tag="weighed"):
    """How much there is to send in whole."""

    bytes: int


class Moved(Report, frozen=True, kw_only=True, tag="moved"):
    """How far it is."""

    item: str
    there: int  # bytes of the parcel that are there
    sent: int  # bytes that went out in this try
    read: int  # and were read back


class Kept(Report, frozen=True, kw_only=True, tag="kept"):
    """A token, to be given to the next try; "" = none any more."""

    key: str
    token: str


class Arrived(Report, frozen=True, kw_only=True, tag="arrived"):
    """A file is there."""

    receipt: Receipt


class Failed(Report, frozen=True, kw_only=True, tag="failed"):
    """It ends here; `kind` is "transient", "refused" or "misconfigured"."""

    kind: str
    code: str
    said: str = ""


class Probed(Report, frozen=True, kw_only=True, tag="probed"):
    """The target works."""

    probe: Probe


class Done(Report, frozen=True, kw_only=True, tag="done"):
    """Every file is there."""


AnyReport = Weighed | Moved | Kept | Arrived | Failed | Probed | Done
REPORTS: Final[msgspec.json.Decoder[AnyReport]] = msgspec.json.Decoder(AnyReport)
TASKS: Final = msgspec.json.Decoder(Task)

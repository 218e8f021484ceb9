"""What a target is: a place elsewhere that recordings are delivered to. No input or output here.

A delivery is worked on by a process of its own (`worker`), which may be killed at any moment: at
the end of a delivery's hours, when a lesson begins, with the daemon, by a power cut. It is never
asked to stop. So a target keeps nothing in memory that it would miss: whatever it needs in order
to go on, it finds at the far side, or in a token that it has handed to `Course.keep`. For the same
reason everything here is blocking: plain loops, one file after the other.

Most targets hold files one by one. They are a `Place`, and `files.Files(place)` is their target:
it asks of every file whether it lies there already, sends it, and does not believe that it arrived
before that was proved. A target that takes a parcel as a whole (a form, a media package) does the
same for itself. `pieces.pieces` gives a file's bytes; `web.Web` speaks HTTP.

Errors:
    DeliveryError        code = a key of words/deliver.*.json; said = what the other side said
      TransientError     the network, the server's bad day, a full disk there: tried again by itself
      RefusedError       this parcel is not wanted there: not tried again until a person says so
      MisconfiguredError wrong password, unknown host key, no such folder: nothing more is sent to
                         this target for a while, and a person is told what to mend

What a library raises is translated at the seam, `from error`. Any other exception is a bug: it is
logged and counts as transient.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import msgspec


class DeliveryError(Exception):
    """A delivery did not succeed; `code` names a text, `said` is the other side's own words."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(f"{code}: {said}" if said else code)
        self.code = code
        self.said = said


class TransientError(DeliveryError):
    """It may succeed later by itself."""


class RefusedError(DeliveryError):
    """This parcel is not taken, however often it is sent."""


class MisconfiguredError(DeliveryError):
    """Nothing arrives at this target before somebody mends something."""


class Role(StrEnum):
    """What a file is for those who get it."""

    PROGRAMME = "programme"  # the directed film
    TRACK = "track"  # one camera, one screen or one microphone
    EDIT = "edit"  # the film of an edit
    ABOUT = "about"  # what is known of it: manifest, card, thumbnail; after the films


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a parcel. It does not change while it is being delivered."""

    path: str  # here, absolute
    name: str  # there, below the parcel's folder: "programme.mp4", "edits/e1.mp4"
    size: int  # bytes
    sha256: str  # hexadecimal
    role: Role
    track: str = ""  # of the manifest: "programme", "cam-1"
    media_type: str = "application/octet-stream"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the recording, for targets that list what they hold."""

    recording: str
    title: str
    started_at: datetime  # aware
    duration_s: float
    subject: str = ""
    teacher: str = ""
    class_name: str = ""
    room: str = ""
    consent: str = "internal"  # internal | school | district | public


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is delivered at once. It always has the same items for the same files."""

    id: str  # "<recording>/<what>": the same again after every restart, and for a lost database
    folder: str  # there: one path segment of letters, digits and hyphens
    what: str  # programme | tracks | all | edit:ID
    about: About
    items: tuple[Item, ...]  # in the order in which they are sent


class Proof(StrEnum):
    """How it is known that a file arrived."""

    READ_BACK = "read-back"  # it was read from there, and its checksum is right
    TOLD = "told"  # the other side told the right checksum of what it has
    ACCEPTED = "accepted"  # the other side tells nothing but that it took it
    SHOWN = "shown"  # it was shown from begin to end, to whoever looked


PROVEN: Final = frozenset({Proof.READ_BACK, Proof.TOLD})  # what may go here, for it is there


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is there."""

    name: str
    size: int
    sha256: str
    proof: Proof
    where: str = ""  # an address to find it at, without secrets
    sent: bool = True  # False: it lay there already


class Course(Protocol):
    """What a target asks and tells while it delivers. Implemented by the worker."""

    def has(self, item: Item) -> bool:
        """Tell whether an earlier try has told of this item as `arrived`."""
        ...

    def token(self, item: Item) -> str:
        """Give what `keep` was told last of this item, by whichever process; "" = nothing.

        It is forgotten when the item changed or has arrived.
        """
        ...

    def keep(self, item: Item, token: str) -> None:
        """Keep what is needed to go on in the middle of an item: an upload's address or id.

        Returns once it was handed to the daemon, which keeps it before it counts the next byte.
        Keep it before the first byte goes out; "" forgets it.
        """
        ...

    def resumed(self, item: Item, at: int) -> None:
        """Tell that so many bytes of an item lie there from an earlier try."""
        ...

    def sent(self, item: Item, count: int) -> None:
        """Tell that `count` more bytes went out; holds back, to keep to the bandwidth limit."""
        ...

    def read(self, item: Item, count: int) -> None:
        """Tell that `count` bytes were read back; holds back likewise."""
        ...

    def arrived(self, item: Item, receipt: Receipt) -> None:
        """Tell that an item is there, and how that is known."""
        ...


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What came of trying a target: a small file was written, proved and removed again."""

    code: str = ""  # of a DeliveryError; "" = it works
    said: str = ""
    proof: Proof | None = None
    removed: bool = True  # False: the target lets nobody remove anything
    took_ms: int = 0


class Target(Protocol):
    """Somewhere that parcels are delivered to. Made anew for every try, by one thread."""

    def deliver(self, parcel: Parcel, course: Course) -> None:
        """Bring there what is not there yet; return when every item was told as `arrived`.

        What lies there already with the right checksum is not sent again (`Receipt.sent` False).
        Nothing that is half there may pass for a whole file: it is sent under another name, or
        as an upload that is not committed, and gets its own name at the end.

        Raises:
            DeliveryError: as said above.
        """
        ...

    def probe(self) -> Probe:
        """Write a small file, prove that it arrived, remove it.

        Raises:
            DeliveryError: what is wrong.
        """
        ...

    def close(self) -> None:
        """Close what is open; called once, whatever happened."""
        ...


class Place(Protocol):
    """A target that holds files one by one; `files.Files` delivers to it.

    `where` is the path of a file there: "<folder>/<name>", segments divided by "/".
    """

    def stands(self, where: str, item: Item, course: Course) -> Receipt | None:
        """Prove that the item lies there as it should; None = it does not, or not as it should.

        A name with the right size is read back, unless the place can tell a checksum.
        """
        ...

    def send(self, where: str, item: Item, course: Course) -> Receipt:
        """Send it and prove that it is there; what is there and wrong is replaced.

        Goes on where an earlier try ended, if the place can.

        Raises:
            DeliveryError: it is not there, or could not be proved.
        """
        ...

    def remove(self, where: str) -> bool:
        """Remove a file of a probe; False = the place lets nobody do that."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


def receipt_of(item: Item, proof: Proof, where: str, *, sent: bool) -> Receipt:
    """Give the receipt of an item."""
    return Receipt(
        name=item.name, size=item.size, sha256=item.sha256, proof=proof, where=where, sent=sent
    )

"""What hub and site say to each other: one msgpack frame each, typed, versioned and bounded.

A site greets with `Hello`; the hub's `Welcome` names an epoch, which is one meeting of the two.
Everything else belongs to an epoch and has a number that grows in it: what is from another epoch
(a queue that outlived a hub, a copy) or not newer than the last is never acted upon. What asks
for something ends at its deadline, in hub time.
"""

from typing import Annotated, Final, TypeVar

import msgspec

from classroom_edge.sessions.commands import AnyCommand, Id, Name
from classroom_edge.sessions.link.films import Question, Reply
from classroom_edge.sessions.state import Session

VERSION: Final = 1
TO_HUB_MAX: Final = 16 * 1024  # bytes of one message
TO_SITE_MAX: Final = 512 * 1024  # a whole roster
SDP_MAX: Final = 12_000  # characters
LOAD_MAX: Final = 12_000  # bytes

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Sdp = Annotated[str, msgspec.Meta(max_length=SDP_MAX)]
Own = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # an instant of whoever asks


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="is"):
    """The common part of what is said."""


class Hello(Body, frozen=True, kw_only=True, tag="hello"):
    """A site is there, and takes itself for `site`; who it is, its key says."""

    nonce: Number
    site: Id
    asked_ns: Own


class Welcome(Body, frozen=True, kw_only=True, tag="welcome"):
    """The hub's answer to that Hello; the envelope has the new epoch."""

    nonce: Number
    name: Name
    asked_ns: Own
    heard_ns: Number
    said_ns: Number


class Greet(Body, frozen=True, tag="greet"):
    """The hub does not know this epoch: say Hello."""


class Beat(Body, frozen=True, kw_only=True, tag="beat"):
    """A site is still there, and compares clocks."""

    asked_ns: Own


class Beaten(Body, frozen=True, kw_only=True, tag="beaten"):
    """So is the hub."""

    asked_ns: Own
    heard_ns: Number
    said_ns: Number


class Ask(Body, frozen=True, kw_only=True, tag="ask"):
    """Carry out a command in a session; answered once. A hub asks a room to turn its camera."""

    id: Number
    session: Id
    command: AnyCommand


class Offer(Body, frozen=True, kw_only=True, tag="offer"):
    """A site offers its picture and sound, and takes the hub's; answered once, with SDP."""

    id: Number
    session: Id
    sdp: Sdp


class OfferAnew(Body, frozen=True, kw_only=True, tag="offer-anew"):
    """The hub does not have this site's picture and sound any more, or never had: offer them."""

    session: Id


class Answer(Body, frozen=True, kw_only=True, tag="answer"):
    """What became of an Ask or an Offer: "" = done, or a reason."""

    id: Number
    reason: Annotated[str, msgspec.Meta(max_length=40)] = ""
    sdp: Sdp = ""  # of an Offer


class Inquire(Body, frozen=True, kw_only=True, tag="inquire"):
    """A question about films; answered once."""

    id: Number
    question: Question


class Inform(Body, frozen=True, kw_only=True, tag="inform"):
    """The answer to an Inquire."""

    id: Number
    reply: Reply


class Tell(Body, frozen=True, kw_only=True, tag="tell"):
    """A session as this site may see it, whenever it has changed."""

    session: Session


class Enrol(Body, frozen=True, kw_only=True, tag="enrol"):
    """Let the key that says so be the site for which this secret was made."""

    secret: Annotated[str, msgspec.Meta(max_length=16)]


class Enrolled(Body, frozen=True, kw_only=True, tag="enrolled"):
    """It is; or `reason` says why not."""

    site: Annotated[str, msgspec.Meta(max_length=40)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Survey(Body, frozen=True, tag="survey"):
    """Let this key measure the line. It belongs to no epoch, nor does what follows."""


class Surveyed(Body, frozen=True, kw_only=True, tag="surveyed"):
    """It may, by UDP at that port with this token; or `reason` says why not."""

    token: Annotated[bytes, msgspec.Meta(max_length=16)] = b""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    reason: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Load(Body, frozen=True, kw_only=True, tag="load"):
    """Bytes that are sent back, where UDP does not get through."""

    token: Annotated[bytes, msgspec.Meta(max_length=16)]
    data: Annotated[bytes, msgspec.Meta(max_length=LOAD_MAX)]


class Loaded(Body, frozen=True, tag="loaded"):
    """They are back."""

    data: Annotated[bytes, msgspec.Meta(max_length=LOAD_MAX)]


ToHub = Hello | Beat | Ask | Offer | Answer | Inquire | Inform | Enrol | Survey | Load
ToSite = (
    Welcome
    | Greet
    | Beaten
    | Ask
    | OfferAnew
    | Answer
    | Inquire
    | Inform
    | Tell
    | Enrolled
    | Surveyed
    | Loaded
)


class Letter(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The common part of both directions."""

    version: int = VERSION
    epoch: Number = 0  # 0 = none: Hello, Greet, Enrol, Enrolled
    number: Number = 0
    deadline_ns: Number = 0  # hub time; 0 = none


class LetterToHub(Letter, frozen=True, kw_only=True, array_like=True):
    """What a site says."""

    body: ToHub


class LetterToSite(Letter, frozen=True, kw_only=True, array_like=True):
    """What a hub says."""

    body: ToSite


L = TypeVar("L", bound=Letter)


class WireError(Exception):
    """Bytes that are no message of ours, or one of a version that is not understood."""


_encoder: Final = msgspec.msgpack.Encoder()
_to_hub: Final = msgspec.msgpack.Decoder(LetterToHub)
_to_site: Final = msgspec.msgpack.Decoder(LetterToSite)


def encode(letter: LetterToHub | LetterToSite) -> bytes:
    """Spell a letter."""
    return _encoder.encode(letter)


def decode_to_hub(data: bytes) -> LetterToHub:
    """Read what a site said. Raises WireError."""
    return _checked(data, _to_hub, TO_HUB_MAX)


def decode_to_site(data: bytes) -> LetterToSite:
    """Read what a hub said. Raises WireError."""
    return _checked(data, _to_site, TO_SITE_MAX)


def _checked(data: bytes, decoder: msgspec.msgpack.Decoder[L], most: int) -> L:
    if len(data) > most:
        raise WireError(f"{len(data)} bytes, the most is {most}")
    try:
        letter = decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise WireError(str(error)) from error
    if letter.version != VERSION:
        raise WireError(f"version {letter.version}, this is {VERSION}")
    return letter

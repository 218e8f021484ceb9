"""How an event is spelt as a line of JSON, and a line read; all the kinds that there are."""

from typing import Final

import msgspec

from classroom_media.record.journal.parts import (
    PartFailed,
    PartSealed,
    PartStarted,
    PartSynced,
    TrackExamined,
    TrackJoined,
)
from classroom_media.record.journal.programme import (
    EncoderUsed,
    LayoutShown,
    LoadShed,
    ProgrammeMade,
    SourceBack,
    SourceLost,
    SparesHeard,
)
from classroom_media.record.journal.recordings import (
    Limited,
    Marked,
    RecordingStarted,
    RecordingStopped,
    SessionCompared,
    TakeEnded,
    TakeHeld,
    TakeReleased,
    TakeStarted,
)

AnyJournalEvent = (
    RecordingStarted
    | TakeStarted
    | TakeHeld
    | TakeReleased
    | TakeEnded
    | PartStarted
    | PartSynced
    | PartSealed
    | PartFailed
    | SourceLost
    | SourceBack
    | Marked
    | LayoutShown
    | Limited
    | SparesHeard
    | ProgrammeMade
    | LoadShed
    | EncoderUsed
    | SessionCompared
    | RecordingStopped
    | TrackExamined
    | TrackJoined
)

LINE_START: Final = b'{"event":'
_encode = msgspec.json.Encoder().encode
_decoder: Final[msgspec.json.Decoder[AnyJournalEvent]] = msgspec.json.Decoder(AnyJournalEvent)


def line_of(event: AnyJournalEvent) -> bytes:
    """Spell an event, with the end of its line."""
    return _encode(event) + b"\n"


def event_in(line: bytes) -> AnyJournalEvent | None:
    """Read a line; None if it is torn, or of a kind that is not known."""
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        return None

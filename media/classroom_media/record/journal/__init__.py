"""The journal of a recording: what happened, in order, one JSON line per event.

Daemon and workers append to the same ``journal.jsonl``: each event is one write to a file
opened for appending, so lines of several processes never mix. A power cut or a full disk can
tear a line; replay passes over it and reads on with the next. Nothing is ever rewritten; a line
whose way to the disk is in doubt is appended once more, and counts once. The manifest is derived
from the journal, and so is what to do after a crash (`story.tell`).

Every event carries ``at_ns``, CLOCK_MONOTONIC. That clock starts anew with the machine, so
`RecordingStarted` and `TakeStarted` also name the boot they belong to.
"""

from classroom_media.record.journal.lines import AnyJournalEvent
from classroom_media.record.journal.parts import (
    Hole,
    PartFailed,
    PartSealed,
    PartStarted,
    PartSynced,
    TrackExamined,
    TrackJoined,
)
from classroom_media.record.journal.programme import (
    DIRECTOR,
    EncoderUsed,
    LayoutShown,
    LoadShed,
    ProgrammeMade,
    SourceBack,
    SourceLost,
    SparesHeard,
)
from classroom_media.record.journal.reading import events_in, merged, replay
from classroom_media.record.journal.recordings import (
    ExpectedTrack,
    JournalEvent,
    Limited,
    Marked,
    RecordingStarted,
    RecordingStopped,
    SessionCompared,
    TakeEnded,
    TakeHeld,
    TakeReleased,
    TakeStarted,
    Taught,
    boot_id,
)
from classroom_media.record.journal.writing import (
    JOURNAL_FILE,
    Journal,
    Journals,
    durably,
)

__all__ = [
    "DIRECTOR",
    "JOURNAL_FILE",
    "AnyJournalEvent",
    "EncoderUsed",
    "ExpectedTrack",
    "Hole",
    "Journal",
    "JournalEvent",
    "Journals",
    "LayoutShown",
    "Limited",
    "LoadShed",
    "Marked",
    "PartFailed",
    "PartSealed",
    "PartStarted",
    "PartSynced",
    "ProgrammeMade",
    "RecordingStarted",
    "RecordingStopped",
    "SessionCompared",
    "SourceBack",
    "SourceLost",
    "SparesHeard",
    "TakeEnded",
    "TakeHeld",
    "TakeReleased",
    "TakeStarted",
    "Taught",
    "TrackExamined",
    "TrackJoined",
    "boot_id",
    "durably",
    "events_in",
    "merged",
    "replay",
]

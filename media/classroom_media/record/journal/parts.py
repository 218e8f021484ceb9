"""Lines about files: the parts of a track, and what the finisher made of them."""

import msgspec

from classroom_media.record.journal.recordings import JournalEvent


class PartStarted(JournalEvent, frozen=True, kw_only=True, tag="part-started"):
    """A file is about to be written. Its time 0 is the instant `zero_ns`."""

    track: str
    part: int
    take: int
    zero_ns: int
    file: str
    reason: str = ""  # why the part before it ended: "lost", "disk-full", "format" ...


class PartSynced(JournalEvent, frozen=True, kw_only=True, tag="part-synced"):
    """What lies before `synced_ns` is on disk; written every few seconds."""

    track: str
    part: int
    synced_ns: int
    synced_bytes: int


class PartSealed(JournalEvent, frozen=True, kw_only=True, tag="part-sealed"):
    """The file is complete and synced. `reason` is "end", "lost", "format" or "disk-full"."""

    track: str
    part: int
    end_ns: int
    reason: str


class PartFailed(JournalEvent, frozen=True, kw_only=True, tag="part-failed"):
    """The file broke off: readable up to about `synced_ns`, and not trusted beyond it."""

    track: str
    part: int
    synced_ns: int
    reason: str  # "disk-full", "disk-failed" or "broken"
    problem: str = ""  # in the words of the system


class Hole(msgspec.Struct, frozen=True):
    """File time at which a track shows nothing of what happened."""

    from_ns: int
    to_ns: int
    reason: str


class TrackExamined(JournalEvent, frozen=True, kw_only=True, tag="track-examined"):
    """The finisher has looked through a track's parts, before it joins any of them."""

    track: str
    holes: tuple[Hole, ...]


class TrackJoined(JournalEvent, frozen=True, kw_only=True, tag="track-joined"):
    """`whole`, verified and synced, takes the place of `parts` under the name `file`."""

    track: str
    whole: str
    file: str
    parts: tuple[str, ...]
    start_ns: int = 0  # where the file's time 0 lies in the recording

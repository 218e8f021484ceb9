"""The manifest: derived from the journal, replaced at once, read back as it was."""

import json
from pathlib import Path

import msgspec
import pytest

from classroom_media.api import RecordError
from classroom_media.record.manifest import (
    MANIFEST_FILE,
    State,
    manifest_of,
    read_manifest,
    write_manifest,
)
from classroom_media.record.story import tell
from tests.media.test_journal import EVENTS

KEYS = {
    "version",
    "id",
    "state",
    "room",
    "title",
    "started_at",
    "duration_s",
    "tracks",
    "gaps",
    "marks",
    "thumbnail",
    "filmstrip",
    "problem",
    "micro",
    "chapters",
    "lesson",
    "looked_through",
    "sessions",
    "joined",
    "taught",
}


def test_a_running_recording_has_a_manifest_with_its_pause_and_marks() -> None:
    manifest = manifest_of(tell(EVENTS), State.RECORDING)
    assert [(t.name, t.file, t.codec, t.start_s, t.duration_s) for t in manifest.tracks] == [
        ("cam", "cam.mp4", "h264", 0.0, 30.0),
        ("cam", "cam.2.mp4", "h264", 30.0, 5.0),
    ]
    assert [(g.track, g.from_s, g.to_s, g.length_s, g.reason) for g in manifest.gaps] == [
        ("", 30.0, 30.0, 60.0, "pause")
    ]
    assert [(mark.at_s, mark.text) for mark in manifest.marks] == [
        (20.0, "important"),
        (30.0, "in the pause"),
        (35.0, ""),
    ]


def test_it_is_written_as_plain_json_and_read_back(tmp_path: Path) -> None:
    manifest = manifest_of(tell(EVENTS), State.RECORDING)
    write_manifest(tmp_path, manifest)
    write_manifest(tmp_path, msgspec.structs.replace(manifest, state=State.INCOMPLETE))
    text = json.loads((tmp_path / MANIFEST_FILE).read_text(encoding="utf-8"))
    assert set(text) == KEYS
    assert (text["state"], text["started_at"]) == ("incomplete", "2026-11-22T07:59:50Z")
    assert read_manifest(tmp_path).tracks == manifest.tracks
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_FILE]


def test_a_missing_or_broken_manifest_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=MANIFEST_FILE):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST_FILE).write_text('{"id": 3}', encoding="utf-8")
    with pytest.raises(RecordError, match=MANIFEST_FILE):
        read_manifest(tmp_path)

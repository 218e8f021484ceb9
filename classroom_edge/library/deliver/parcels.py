"""What of a recording goes into a parcel: its films first, then what is known of it. Blocks."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from classroom_edge.library.card import CARD_FILE, Card, read_card
from classroom_edge.library.deliver.target import About, Item, Parcel, RefusedError, Role
from classroom_edge.library.deliver.waiting import EDIT
from classroom_media.record.manifest import MANIFEST_FILE, Manifest, State, Track

EDIT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
OVER: Final = (State.FINISHED, State.INCOMPLETE)


def packed(folder: Path, manifest: Manifest, what: str, *, films_alone: bool = False) -> Parcel:
    """Pack what is asked for; a checksum that the manifest does not tell is worked out later.

    Raises:
        RefusedError: the recording is not over, there is no such thing in it, or a film of it is
            not there.
        RecordError: the card cannot be read.
    """
    if manifest.state not in OVER:
        raise RefusedError("not-finished")
    films = tuple(_films(folder, manifest, what))
    if not films:
        raise RefusedError("nothing-to-send")
    missing = [one.name for one in films if not Path(one.path).is_file()]
    if missing:
        raise RefusedError("gone-here", ", ".join(missing))
    return Parcel(
        id=f"{manifest.id}/{what}",
        folder=manifest.id,
        what=what,
        about=_about(manifest, read_card(folder)),
        items=films if films_alone else (*films, *_known(folder, manifest)),
    )


def _films(folder: Path, manifest: Manifest, what: str) -> Iterator[Item]:
    """Give the films that are asked for."""
    if what.startswith(EDIT):
        id_ = what.removeprefix(EDIT)
        if EDIT_ID.fullmatch(id_):
            yield _item(folder, f"edits/{id_}.mp4", Role.EDIT)
        return
    for track in manifest.tracks:
        role = Role.TRACK if track.source else Role.PROGRAMME
        if what in {"all", f"{role}s", role}:
            yield _film(folder, track, role)


def _film(folder: Path, track: Track, role: Role) -> Item:
    return Item(
        path=str(folder / track.file),
        name=track.file,
        size=track.bytes,
        sha256=track.sha256,
        role=role,
        track=track.name,
        media_type=_type(track.file),
    )


def _known(folder: Path, manifest: Manifest) -> Iterator[Item]:
    """Give the small files that show and tell what the films are."""
    strip = manifest.filmstrip.file if manifest.filmstrip else ""
    pictures = (manifest.thumbnail, strip, *(one.picture for one in manifest.chapters))
    for name in dict.fromkeys((*pictures, CARD_FILE, MANIFEST_FILE)):
        if name and (folder / name).is_file():
            yield _item(folder, name, Role.ABOUT)


def _item(folder: Path, name: str, role: Role) -> Item:
    return Item(
        path=str(folder / name), name=name, size=0, sha256="", role=role, media_type=_type(name)
    )


def _type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _about(manifest: Manifest, card: Card) -> About:
    taught = manifest.taught
    return About(
        recording=manifest.id,
        title=card.title or manifest.title,
        started_at=manifest.started_at,
        duration_s=manifest.duration_s,
        subject=card.subject or (taught.subject if taught else ""),
        teacher=card.teacher or (", ".join(taught.teachers) if taught else ""),
        class_name=card.class_name or (", ".join(taught.classes) if taught else ""),
        room=manifest.room,
        consent=card.standing.consent,
    )

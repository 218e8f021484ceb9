"""What is whole of a parcel is put in its place: among the received, in one step."""

import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final

from classroom_edge.library.card import CARD_FILE
from classroom_edge.library.received.arrival import note, read_arrival
from classroom_edge.library.received.parcel import Content, Parcel
from classroom_edge.library.received.upload import Upload, sha256_of
from classroom_edge.sessions.link.effects import Site
from classroom_media.record.durable import sync_folder

WHOLE: Final = "whole"  # the folder in which a recording is put together


def put(site: Site, parcel: Parcel, aside: Path, place: Path, at: datetime) -> None:
    """Put what has come aside in its place: as a whole, or beside what is there already.

    Cut anywhere, it is done again, and comes to the same.

    Raises:
        OSError: the disk fails.
    """
    whole = aside / WHOLE
    target = place if place.is_dir() else whole
    _move([Upload(aside, content) for content in parcel.contents], target)
    note(target, site, parcel, at)
    if target is whole:
        place.parent.mkdir(parents=True, exist_ok=True)
        whole.replace(place)
    sync_folder(place.parent)
    shutil.rmtree(aside)


def _move(uploads: Collection[Upload], target: Path) -> None:
    for upload in uploads:
        if upload.is_whole and upload.part.is_file() and not _is_ours(target, upload.content):
            path = target / upload.content.name
            path.parent.mkdir(parents=True, exist_ok=True)
            upload.part.replace(path)
            sync_folder(path.parent)


def _is_ours(folder: Path, content: Content) -> bool:
    """Whether the hub's people have said something of a recording: their card stands, then."""
    arrival = read_arrival(folder)
    if content.name != CARD_FILE or arrival is None or not (folder / CARD_FILE).is_file():
        return False
    sent = {one.sha256 for one in arrival.contents if one.name == CARD_FILE}
    return sha256_of(folder / CARD_FILE) not in sent

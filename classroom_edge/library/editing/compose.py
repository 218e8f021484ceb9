"""Puts the parts of editing together for a room."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from classroom_edge.config.models import Config
from classroom_edge.library.card import read_card
from classroom_edge.library.editing.desk import EditDesk
from classroom_edge.library.editing.ordering import Facts
from classroom_edge.library.editing.rendering import RenderingService
from classroom_edge.library.editing.workshop import Workshop
from classroom_edge.library.folders import Folders
from classroom_edge.paths import DataFolder
from classroom_media.api import RecordError


def edit_desk(
    config: Config,
    folder: DataFolder,
    folders: Folders,
    *,
    changed: Callable[[], None],
    told: Callable[[str], None],
    is_needed_elsewhere: Callable[[], bool],
) -> EditDesk:
    """Give the desk; its `rendering` is to be run."""
    card = config.titles.opening
    workshop = Workshop(
        folders=folders,
        facts=partial(facts_of, config, folders),
        language=config.room.language,
        logo=str(config.titles.logo or ""),
        picture=str(card.picture or "") if card else "",
    )
    rendering = RenderingService(
        folder=folder.path / "editing",
        log=folder.log / "editor.log",
        order=workshop.order,
        changed=changed,
        done=lambda job: told(job.recording),
        is_needed_elsewhere=is_needed_elsewhere,
    )
    return EditDesk(workshop=workshop, rendering=rendering, told=told)


def facts_of(config: Config, folders: Folders, recording: str) -> Facts:
    """Give what people know of a recording: what they said of it, else what was planned.

    Raises:
        Refused: there is no such recording.
    """
    manifest = folders.one(recording)
    try:
        said = read_card(folders.place(recording))
    except RecordError:
        said = None
    taught, opening = manifest.taught, config.titles.opening
    return Facts(
        title=(said and said.title) or manifest.title,
        subject=(said and said.subject) or (taught.subject if taught else ""),
        teacher=(said and said.teacher) or (", ".join(taught.teachers) if taught else ""),
        class_name=(said and said.class_name) or (", ".join(taught.classes) if taught else ""),
        school=opening.lines[0] if opening and opening.lines else config.room.name,
        held_at=manifest.started_at.astimezone(ZoneInfo(config.room.timezone)),
    )

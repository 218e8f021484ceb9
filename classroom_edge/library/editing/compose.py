"""Puts the parts of editing together for a room."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from classroom_edge.config.models import Config
from classroom_edge.library.editing.desk import EditDesk
from classroom_edge.library.editing.facts import facts_of
from classroom_edge.library.editing.rendering import RenderingService
from classroom_edge.library.editing.workshop import Workshop
from classroom_edge.library.folders import Folders
from classroom_edge.paths import DataFolder


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
        facts=partial(
            facts_of,
            folders,
            school=card.lines[0] if card and card.lines else config.room.name,
            zone=ZoneInfo(config.room.timezone),
        ),
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

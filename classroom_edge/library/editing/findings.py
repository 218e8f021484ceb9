"""What could not be made of a recording, for those who are in the room."""

from collections.abc import Iterable, Iterator

from classroom_edge.library.editing.jobs import Kind
from classroom_edge.room import RenderView
from classroom_edge.services.problems import Finding


def of(renders: Iterable[RenderView]) -> Iterator[Finding]:
    """Tell of each that it waits for a person; one press has it made again."""
    for one in renders:
        if one.state == "failed":
            recording = f"/api/v1/recordings/{one.recording}"
            is_film = one.kind == Kind.FILM
            yield Finding(
                "E-EDT-001",
                "warning",
                f"{one.recording}/{one.number}",
                {"why_zh": one.problem["zh-CN"], "why_en": one.problem["en"]},
                f"{recording}/edits/{one.edit}/render" if is_film else f"{recording}/exports",
                {} if is_film else {"kind": one.kind, "edit": one.edit},
            )

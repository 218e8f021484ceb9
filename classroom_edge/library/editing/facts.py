"""What people know of a recording, for title cards and for metadata."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from classroom_edge.library.card import read_card
from classroom_edge.library.folders import Folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What people know of a recording, for cards and metadata; what nobody knows is ""."""

    title: str = ""
    subject: str = ""
    teacher: str = ""
    class_name: str = ""
    school: str = ""
    held_at: datetime | None = None  # aware

    @property
    def date(self) -> str:
        """Spell the day."""
        return f"{self.held_at:%Y-%m-%d}" if self.held_at else ""

    @property
    def opening(self) -> str:
        """Suggest words for a card: the lesson, then school and class, then who and when."""
        where = "  ".join(filter(None, (self.school, self.class_name)))
        who = "  ·  ".join(filter(None, (self.teacher, self.date)))
        return "\n".join(filter(None, (self.title or self.subject, where, who)))

    @property
    def metadata(self) -> dict[str, str]:
        """Give what a platform asks for."""
        return {
            "title": self.title,
            "subject": self.subject,
            "teacher": self.teacher,
            "class": self.class_name,
            "school": self.school,
            "date": self.date,
        }


def facts_of(folders: Folders, recording: str, *, school: str, zone: tzinfo | None) -> Facts:
    """Give what people know of a recording: what they said of it, else what was planned.

    Days are those of `zone`; None is this machine's own.

    Raises:
        Refused: there is no such recording.
        RecordError: the disk fails.
    """
    manifest, said = folders.one(recording), read_card(folders.place(recording))
    taught = manifest.taught
    return Facts(
        title=said.title or manifest.title,
        subject=said.subject or (taught.subject if taught else ""),
        teacher=said.teacher or (", ".join(taught.teachers) if taught else ""),
        class_name=said.class_name or (", ".join(taught.classes) if taught else ""),
        school=school,
        held_at=manifest.started_at.astimezone(zone),
    )

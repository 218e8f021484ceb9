"""Who asks something of the room, and how the room says no."""

from dataclasses import dataclass

Words = dict[str, str]  # language ("zh-CN", "en") -> text


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who asked, and why; goes to the log with every command."""

    name: str  # "panel", "teacher:li", "cli"
    why: str = ""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A command that cannot be carried out; tells a person why.

    `code` is stable ("not-recording"); `words` has zh-CN and en.
    """

    def __init__(self, code: str, words: Words) -> None:
        super().__init__(words.get("en", code))
        self.code = code
        self.words = words

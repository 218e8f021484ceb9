"""Why a session refuses a command; every reason is a key of the catalogue "sessions"."""

from enum import StrEnum


class Reason(StrEnum):
    """The reasons."""

    NO_SESSION = "no-session"
    NOT_A_MEMBER = "not-a-member"
    NOT_PRESENT = "not-present"
    NOT_A_LEADER = "not-a-leader"
    OVER = "over"
    NOT_YET = "not-yet"
    NOT_OPEN = "not-open"
    NOT_PAUSED = "not-paused"
    BEGUN = "begun"
    TOO_FAR = "too-far"
    FULL = "full"
    ONE_HUB = "one-hub"
    KNOWN = "known"
    HUB_STAYS = "hub-stays"
    ONE_WAY = "one-way"
    MAY_NOT_SPEAK = "may-not-speak"
    DARK = "dark"
    FLOOR_FULL = "floor-full"
    NO_FLOOR = "no-floor"
    NO_SUCH_MEMBER = "no-such-member"
    NO_ROOM = "no-room"
    NOT_TURNED = "not-turned"
    NO_CAMERA = "no-camera"
    CAMERA_ASKED = "camera-asked"
    NOT_YOURS = "not-yours"
    NO_GRANT = "no-grant"
    TOO_FAST = "too-fast"
    QUIZ_OPEN = "quiz-open"
    NO_QUIZ = "no-quiz"
    NO_CHOICE = "no-choice"
    ASKS = "asks"


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A command that changes nothing, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

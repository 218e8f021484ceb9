"""What people say of a recording: the ``card.json`` beside its files.

The recorder's manifest says what was recorded and is never changed by people; the card says what
it is called, whose lesson it is, whether it must be kept, and who may see it. Nobody has said
anything of most recordings: they have no card.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from classroom_media.api import RecordError
from classroom_media.record.aside import put_aside
from classroom_media.record.durable import replace_durably

CARD_FILE: Final = "card.json"
NOTE_OF_LOSS: Final = "card.json was unreadable; it lies beside as {file}"

logger = logging.getLogger(__name__)


class Consent(StrEnum):
    """Who may see a recording."""

    INTERNAL = "internal"  # those who may watch at this room
    SCHOOL = "school"
    DISTRICT = "district"
    PUBLIC = "public"  # only when two people have said so


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said who may see it."""

    consent: Consent
    by: str
    at: datetime  # aware


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What holds after all that was said, and who waits for a second person to say "public"."""

    consent: Consent = Consent.INTERNAL
    proposed_by: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What people say; what is "" is as it was recorded."""

    title: str = ""
    subject: str = ""
    teacher: str = ""
    class_name: str = ""
    note: str = ""
    held: bool = False  # never deleted, whatever the rules of keeping say
    sayings: tuple[Saying, ...] = ()  # of consent, only ever added to

    @property
    def standing(self) -> Standing:
        """Who may see it."""
        return stands(self.sayings)


_decoder: Final = msgspec.json.Decoder(Card)


def stands(sayings: Iterable[Saying]) -> Standing:
    """Tell what holds: the last word does, but "public" is a proposal until another says it."""
    now = Standing()
    for one in sayings:
        if one.consent is not Consent.PUBLIC:
            now = Standing(consent=one.consent)
        elif now.consent is not Consent.PUBLIC and now.proposed_by not in {"", one.by}:
            now = Standing(consent=Consent.PUBLIC)
        elif now.consent is not Consent.PUBLIC:
            now = Standing(consent=now.consent, proposed_by=one.by)
    return now


def read_card(folder: Path) -> Card:
    """Read what is said of a recording.

    A card that cannot be understood is set aside, and one takes its place that says so: seen by
    nobody else, and held, as the lost one may have been.

    Raises:
        RecordError: the disk fails.
    """
    path = folder / CARD_FILE
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return Card()
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        aside = put_aside(path)
        logger.warning("%s was unreadable (%s) and is now %s", path, error, aside.name)
        card = Card(held=True, note=NOTE_OF_LOSS.format(file=aside.name))
        write_card(folder, card)
        return card


def write_card(folder: Path, card: Card) -> None:
    """Replace the card at once and durably: a reader sees the old one or the new one.

    Raises:
        RecordError: it cannot be written; the old one is still there.
    """
    path = folder / CARD_FILE
    text = msgspec.json.format(msgspec.json.encode(card), indent=2)
    try:
        replace_durably(path, text + b"\n")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error

"""From a room's configuration to what the director is told of layouts and titles."""

from msgspec.structs import replace

from classroom_edge.config.models import CardConfig, Config, LayoutConfig, SlotConfig
from classroom_edge.room import TitlesView
from classroom_media.api import Arrangement, Card, Crop, Key, LowerThird, Slot, Titles, TitleStyle


def arrangement_of(layout: LayoutConfig) -> Arrangement:
    """Give a layout of the school's own."""
    return Arrangement(
        name=layout.name,
        slots=tuple(map(_slot, layout.slots)),
        background=layout.background,
        picture=str(layout.background_picture or ""),
    )


def _slot(slot: SlotConfig) -> Slot:
    told = slot.model_dump(exclude={"crop", "key"})
    key = Key(**slot.key.model_dump()) if slot.key else None
    return Slot(**told, crop=Crop(**slot.crop.model_dump()), key=key)


def style_of(config: Config) -> TitleStyle:
    """Give what the titles of a room look like."""
    titles = config.titles
    cards = {"opening": titles.opening, "closing": titles.closing}
    return TitleStyle(
        logo=str(titles.logo or ""),
        logo_corner=titles.logo_corner,
        clock=titles.clock,
        clock_corner=titles.clock_corner,
        timezone=config.room.timezone,
        cards={name: _card(card) for name, card in cards.items() if card},
    )


def first_titles(config: Config) -> Titles:
    """Give the titles that are shown until somebody asks for others."""
    third = config.titles.lower_third
    if third is None:
        return Titles()
    return Titles(lower_third=LowerThird(name=third.name, subject=third.subject))


def titles_of(view: TitlesView, shown: Titles = Titles()) -> Titles:  # noqa: B008 - frozen
    """Give titles as the director is told; a card that is `shown` already goes when it would."""
    third = LowerThird(name=view.name, subject=view.subject) if view.name else None
    told = Titles(lower_third=third, subtitle=view.subtitle, card=view.card)
    if view.card != shown.card:
        return told
    return replace(told, card_until_ns=shown.card_until_ns, heading=shown.heading)


def with_card(titles: Titles, card: str, until_ns: int, heading: str = "") -> Titles:
    """Put a card before the programme until an instant; what else is written stays."""
    return replace(titles, card=card, card_until_ns=until_ns, heading=heading)


def view_of(titles: Titles, now_ns: int) -> TitlesView:
    """Give titles as people are told at an instant of the timeline."""
    third = titles.lower_third or LowerThird(name="")
    is_over = 0 < titles.card_until_ns <= now_ns
    return TitlesView(third.name, third.subject, titles.subtitle, "" if is_over else titles.card)


def _card(card: CardConfig) -> Card:
    return Card(title=card.title, lines=card.lines, picture=str(card.picture or ""))

"""Who has the floor is seen and heard, and a person's choice stays a person's."""

from classroom_edge.services.live.floor import Floor, choice_of
from classroom_media.api import Directing, Layout, Strip

USUAL = Layout("picture-in-picture", ("slides", "teacher"))


class PretendProgramme:
    """Shows and mixes what it is told."""

    def __init__(self, *, by_rules: bool = False) -> None:
        self.layout = USUAL
        self.directing = Directing(by_rules=by_rules)
        self.strips = {name: Strip() for name in ("teacher", "hill", "lake")}

    async def show(self, layout: Layout) -> None:
        self.layout = layout

    async def direct(self, directing: Directing) -> None:
        self.directing = directing

    async def mix(self, strips: dict[str, Strip]) -> None:
        self.strips = strips

    @property
    def heard(self) -> set[str]:
        return {name for name, strip in self.strips.items() if not strip.muted}


def floor_of(programme: PretendProgramme) -> Floor:
    return Floor(
        programme=programme,
        remotes=frozenset({"hill", "lake"}),
        pictures=frozenset({"teacher", "slides", "hill", "lake"}),
        usual=USUAL,
        changed=lambda: None,
        clock=lambda: 0,
    )


async def test_who_is_given_the_floor_is_seen_by_all_and_the_lesson_comes_back_after() -> None:
    programme = PretendProgramme()
    floor = floor_of(programme)
    await floor.follow(())
    assert programme.heard == {"teacher"}
    await floor.follow(("hill",))
    assert programme.layout == Layout("picture-in-picture", ("hill", "slides"))
    assert programme.heard == {"teacher", "hill"}
    await floor.follow(("lake",))
    assert programme.layout.sources == ("lake", "slides")
    await floor.follow(("lake", "hill"))
    assert programme.layout == Layout("grid", ("lake", "hill", "slides"))
    await floor.follow(())
    assert (programme.layout, floor.chosen) == (USUAL, None)
    await floor.follow(None)
    assert programme.heard == {"teacher", "hill", "lake"}


async def test_what_a_person_shows_meanwhile_stays() -> None:
    programme = PretendProgramme()
    floor = floor_of(programme)
    await floor.follow(("hill",))
    await programme.show(Layout("single", ("teacher",)))
    await floor.follow(("hill",))
    assert programme.layout == Layout("single", ("teacher",))
    await floor.follow(())
    assert programme.layout == Layout("single", ("teacher",))


async def test_what_the_floor_shows_is_undone_by_one_press_and_comes_with_the_next_floor() -> None:
    programme = PretendProgramme()
    floor = floor_of(programme)
    assert not await floor.undo()
    await floor.follow(("hill",))
    assert await floor.undo()
    assert programme.layout == USUAL
    await floor.follow(("hill",))
    assert programme.layout == USUAL
    await floor.follow(("lake",))
    assert programme.layout.sources[0] == "lake"


async def test_the_rules_wait_while_somebody_has_the_floor() -> None:
    programme = PretendProgramme(by_rules=True)
    floor = floor_of(programme)
    await floor.follow(("hill",))
    assert programme.directing.held_until_ns > 0
    await floor.follow(())
    assert programme.directing == Directing(by_rules=True)


async def test_a_daemon_that_was_started_anew_puts_the_usual_back() -> None:
    programme = PretendProgramme()
    await floor_of(programme).follow(("hill",))
    shown = programme.layout
    again = floor_of(programme)
    await again.follow(("hill",))
    assert programme.layout.sources[0] == shown.sources[0]
    await again.follow(())
    assert programme.layout == USUAL


async def test_a_guest_without_a_source_is_heard_of_and_shown_nowhere() -> None:
    programme = PretendProgramme()
    floor = floor_of(programme)
    await floor.follow(("sound-only",))
    assert programme.layout == USUAL


def test_a_choice_says_because_of_whom() -> None:
    choice = choice_of(Layout("grid", ("hill", "lake")), ["Hill", "Lake"])
    assert choice is not None
    assert choice.because == {"zh-CN": "Hill、Lake正在发言", "en": "Hill, Lake has the floor"}
    assert choice.undo.path == "/api/v1/live/layout/undo"

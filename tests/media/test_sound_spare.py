"""The spare microphone: it speaks when the other cannot, and only then."""

from classroom_media.sound.spare import DEAD_S, FAINT_S, WELL_S, Ear, SpareSwitch

LOOK_S = 0.02
GOOD = Ear(-24.0, dead=False)
FAINT = Ear(-45.0, dead=False)
DEAD = Ear(-100.0, dead=True)
ROOM = Ear(-50.0, dead=False)
VOICE = Ear(-30.0, dead=False, speech=True)


def looks(switch: SpareSwitch, main: Ear, spare: Ear, seconds: float) -> list[str]:
    """Look for so long; give what is wrong at each look."""
    return [switch.look(main, spare, LOOK_S) for _ in range(round(seconds / LOOK_S))]


def test_a_good_microphone_is_heard() -> None:
    switch = SpareSwitch()
    assert set(looks(switch, GOOD, VOICE, 60) + looks(switch, ROOM, ROOM, 60)) == {""}


def test_a_dead_microphone_is_replaced_within_half_a_second() -> None:
    found = looks(SpareSwitch(), DEAD, ROOM, 2)
    assert found.index("dead") * LOOK_S <= DEAD_S


def test_one_that_hears_voices_far_less_well_is_replaced_after_some_speech() -> None:
    switch = SpareSwitch()
    assert set(looks(switch, FAINT, ROOM, 60)) == {""}  # nobody speaks
    found = looks(switch, FAINT, VOICE, 10)
    assert abs(found.index("faint") * LOOK_S - FAINT_S) < 0.1


def test_a_turned_head_is_no_reason() -> None:
    switch = SpareSwitch()
    for _ in range(20):
        assert set(looks(switch, FAINT, VOICE, 2) + looks(switch, GOOD, VOICE, 1)) == {""}


def test_it_goes_back_once_the_microphone_has_been_well_for_a_while() -> None:
    switch = SpareSwitch()
    looks(switch, DEAD, ROOM, 2)
    assert set(looks(switch, GOOD, ROOM, WELL_S - 1)) == {"dead"}
    assert set(looks(switch, DEAD, ROOM, 0.1)) == {"dead"}  # a loose contact
    found = looks(switch, GOOD, ROOM, 10)
    assert abs(found.index("") * LOOK_S - WELL_S) < 0.1


def test_a_faint_one_is_trusted_again_only_when_it_has_heard_speech_well() -> None:
    switch = SpareSwitch()
    looks(switch, FAINT, VOICE, 10)
    assert set(looks(switch, GOOD, ROOM, 60)) == {"faint"}
    assert looks(switch, GOOD, VOICE, WELL_S + 1)[-1] == ""


def test_a_spare_that_is_dead_itself_does_not_stand_in() -> None:
    switch = SpareSwitch()
    assert set(looks(switch, DEAD, DEAD, 10)) == {""}
    looks(switch, DEAD, ROOM, 1)
    assert looks(switch, GOOD, DEAD, 0.1)[-1] == ""

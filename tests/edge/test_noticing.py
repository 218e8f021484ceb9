"""What a director tells with every heartbeat becomes lines of the journal, each once."""

from msgspec.structs import replace

from classroom_edge.services.noticing import Noticed
from classroom_media.messages import Heartbeat, StandIn
from classroom_media.record.journal import (
    AnyJournalEvent,
    EncoderUsed,
    LoadShed,
    ProgrammeMade,
    SparesHeard,
)

BEAT = Heartbeat(role="director", name="programme", pid=7, at_ns=1, encoder="h264_qsv")
SPARE = StandIn(source="teacher", spare="ceiling", why="dead")


def lines(noticed: Noticed, *beats: Heartbeat) -> list[AnyJournalEvent]:
    return [event for beat in beats for event in noticed.heard(beat)]


def test_what_stays_as_it_is_is_told_once() -> None:
    beat = replace(BEAT, making="passing", stand_ins=(SPARE,), load="spare")
    assert lines(Noticed(), beat, replace(beat, at_ns=2)) == [
        ProgrammeMade(at_ns=1, making="passing"),
        SparesHeard(at_ns=1, stand_ins=(SPARE,)),
        EncoderUsed(at_ns=1, encoder="h264_qsv"),
        LoadShed(at_ns=1, step="spare"),
    ]


def test_a_load_is_told_up_and_down_with_the_pictures_it_has_cost() -> None:
    noticed = Noticed()
    before = lines(noticed, replace(BEAT, left_out=40))
    assert before == [EncoderUsed(at_ns=1, encoder="h264_qsv")]  # what was lost before is not its
    assert lines(
        noticed,
        replace(BEAT, at_ns=2, load="half", left_out=40),
        replace(BEAT, at_ns=3, load="half", left_out=140),
        replace(BEAT, at_ns=4, left_out=150),
    ) == [
        LoadShed(at_ns=2, step="half"),
        LoadShed(at_ns=3, step="half", left_out=100),
        LoadShed(at_ns=4, step="", left_out=10),
    ]


def test_a_new_directors_pictures_are_counted_from_the_first() -> None:
    noticed = Noticed()
    lines(noticed, replace(BEAT, left_out=40))
    assert lines(noticed, replace(BEAT, pid=8, left_out=25)) == [
        LoadShed(at_ns=1, step="", left_out=25)
    ]


def test_a_fall_to_another_encoder_is_told_with_its_cause() -> None:
    noticed = Noticed()
    lines(noticed, BEAT)
    fallen = replace(BEAT, at_ns=2, encoder="libx264", encoder_problem="h264_qsv: no answer")
    assert lines(noticed, fallen) == [
        EncoderUsed(at_ns=2, encoder="libx264", problem="h264_qsv: no answer")
    ]


def test_a_daemon_that_comes_back_tells_nothing_again() -> None:
    beat = replace(BEAT, making="passing", stand_ins=(SPARE,), load="half", left_out=3)
    told = lines(Noticed(), beat)
    assert lines(Noticed.of(told), beat) == []

"""Chat and questions: who may write and answer, what is counted, and what each one sees."""

import msgspec
import pytest

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.attendance import count
from classroom_edge.sessions.commands import AnyCommand
from classroom_edge.sessions.conductor import seen_by
from classroom_edge.sessions.forms import Kind, Style
from classroom_edge.sessions.refusals import Reason
from classroom_edge.sessions.story import retold
from classroom_edge.sessions.talk import BURST, BURST_NS, LINES_KEPT, Quiz
from tests.edge.sessions.lessons import GUEST, HILL, HUB, LAKE, LOOK, Lesson, open_lesson

TREES = c.AskQuiz(question="一共几棵树？", choices=("7", "8", "9"))


def quiz(lesson: Lesson) -> Quiz:
    assert lesson.session.quiz is not None
    return lesson.session.quiz


def asked(question: c.AskQuiz = TREES) -> Lesson:
    lesson = open_lesson()
    assert lesson.does(HUB, question) is None
    return lesson


def answers(lesson: Lesson, who: str, choice: int) -> Reason | None:
    return lesson.does(who, c.AnswerQuiz(quiz=quiz(lesson).number, choice=choice))


def test_what_somebody_writes_is_read_by_everybody_with_their_name() -> None:
    lesson = open_lesson()
    lesson.does(HILL, c.Say(text="  老师好，\n听得很清楚  "))
    (line,) = seen_by(lesson.session, LAKE).chat
    assert (line.number, line.by, line.name, line.text) == (1, HILL, "Hill", "老师好， 听得很清楚")


def test_blank_lines_are_not_written() -> None:
    lesson = open_lesson()
    assert lesson.does(HILL, c.Say(text=" \n ")) is None
    assert lesson.session.chat == ()


def test_the_session_carries_the_newest_lines_and_its_story_all() -> None:
    lesson = open_lesson()
    for number in range(LINES_KEPT + 4):
        lesson.passes(BURST_NS / BURST / 1e9)
        assert lesson.does(HILL, c.Say(text=str(number))) is None
    numbers = [line.number for line in lesson.session.chat]
    assert numbers == list(range(5, LINES_KEPT + 5))
    (hill,) = (part for part in count(lesson.events, lesson.now_ns).parts if part.member == HILL)
    assert hill.lines == LINES_KEPT + 4


def test_a_flood_is_stopped_and_hurts_nobody_else() -> None:
    lesson = open_lesson()
    said = [lesson.does(HILL, c.Say(text="喂")) for _ in range(BURST + 1)]
    assert said == [None] * BURST + [Reason.TOO_FAST]
    assert lesson.does(LAKE, c.Say(text="你好")) is None
    lesson.passes(BURST_NS / 1e9)
    assert lesson.does(HILL, c.Say(text="好了")) is None


def test_observers_neither_write_nor_answer() -> None:
    lesson = asked()
    assert lesson.does(LOOK, c.Say(text="你好")) is Reason.MAY_NOT_SPEAK
    assert answers(lesson, LOOK, 0) is Reason.MAY_NOT_SPEAK


def test_in_a_one_way_lesson_one_may_still_write_and_answer() -> None:
    lesson = open_lesson(Kind.ONLINE, Style.LIVE)
    assert lesson.does(HILL, c.Say(text="你好")) is None
    assert lesson.does(HUB, TREES) is None
    assert answers(lesson, HILL, 1) is None


def test_each_site_has_one_answer_and_the_last_one_counts() -> None:
    lesson = asked()
    for who, choice in ((HILL, 0), (LAKE, 1), (GUEST, 1), (HILL, 1)):
        assert answers(lesson, who, choice) is None
    assert quiz(lesson).counts == (0, 3, 0)
    (hill,) = (part for part in count(lesson.events, lesson.now_ns).parts if part.member == HILL)
    assert hill.answers == 1


def test_how_many_chose_what_is_seen_by_others_once_it_is_closed() -> None:
    lesson = asked()
    answers(lesson, HILL, 2)
    answers(lesson, LAKE, 1)
    before, teacher = seen_by(lesson.session, HILL).quiz, seen_by(lesson.session, HUB).quiz
    assert before is not None
    assert teacher == quiz(lesson)
    assert (before.counts, [vote.choice for vote in before.votes]) == ((), [2])
    assert lesson.does(HUB, c.CloseQuiz()) is None
    after = seen_by(lesson.session, HILL).quiz
    assert after is not None
    assert (after.is_open, after.counts, len(after.votes)) == (False, (0, 1, 1), 1)
    assert answers(lesson, HILL, 0) is Reason.NO_QUIZ


def test_an_answer_to_the_question_before_is_not_taken_for_this_one() -> None:
    lesson = asked()
    lesson.does(HUB, c.ClearQuiz())
    assert lesson.session.quiz is None
    assert lesson.does(HUB, c.AskQuiz()) is None  # asked aloud: true or false
    assert (quiz(lesson).number, quiz(lesson).places) == (2, 2)
    late = c.AnswerQuiz(quiz=1, choice=1)
    assert lesson.does(HILL, late) is Reason.NO_QUIZ
    assert answers(lesson, HILL, 2) is Reason.NO_CHOICE
    assert answers(lesson, HUB, 1) is Reason.ASKS


def test_only_who_leads_asks_and_one_question_at_a_time() -> None:
    lesson = asked()
    assert lesson.does(HILL, TREES) is Reason.NOT_A_LEADER
    assert lesson.does(HILL, c.CloseQuiz()) is Reason.NOT_A_LEADER
    assert lesson.does(HUB, TREES) is Reason.QUIZ_OPEN


def test_the_end_of_the_lesson_closes_the_question_and_all_of_it_is_told_again() -> None:
    lesson = asked()
    answers(lesson, HILL, 1)
    lesson.does(HILL, c.Say(text="好"))
    lesson.does(HUB, c.End())
    assert quiz(lesson).is_open is False
    assert retold(lesson.events) == lesson.session


@pytest.mark.parametrize(
    "wrong",
    [
        {"verb": "say", "text": ""},
        {"verb": "say", "text": "长" * 201},
        {"verb": "ask-quiz", "choices": ["one"]},
        {"verb": "ask-quiz", "choices": list("abcdefg")},
        {"verb": "ask-quiz", "choices": ["a", ""]},
        {"verb": "ask-quiz", "question": "x" * 121},
        {"verb": "answer-quiz", "quiz": 1, "choice": 6},
    ],
)
def test_what_is_too_long_or_too_much_is_no_command(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, AnyCommand)

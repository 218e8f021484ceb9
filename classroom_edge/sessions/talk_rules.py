"""Who may write, ask and answer: nobody in a flood, and each site once."""

from classroom_edge.sessions import commands as c
from classroom_edge.sessions import events as e
from classroom_edge.sessions.forms import Role
from classroom_edge.sessions.refusals import Reason, Refused
from classroom_edge.sessions.stage_rules import is_open, led_by
from classroom_edge.sessions.state import Session, Stage
from classroom_edge.sessions.talk import BURST, BURST_NS, Quiz

Events = tuple[e.AnyEvent, ...]


def say(session: Session, who: str, command: c.Say, now_ns: int) -> Events:
    """Add a line to the chat, in a pause too."""
    if session.stage not in {Stage.OPEN, Stage.PAUSED}:
        raise Refused(Reason.NOT_OPEN)
    _takes_part(session, who)
    since_ns = now_ns - BURST_NS
    if sum(line.by == who and line.at_ns > since_ns for line in session.chat) >= BURST:
        raise Refused(Reason.TOO_FAST)
    text = " ".join(command.text.split())
    return (e.Said(at_ns=now_ns, by=who, text=text),) if text else ()


def ask_quiz(session: Session, who: str, command: c.AskQuiz, now_ns: int) -> Events:
    """Put a question to every site, once the one before is closed."""
    led_by(session, who)
    is_open(session)
    if session.quiz and session.quiz.is_open:
        raise Refused(Reason.QUIZ_OPEN)
    asked = e.QuizAsked(
        at_ns=now_ns, by=who, question=command.question.strip(), choices=command.choices or ()
    )
    return (asked,)


def answer_quiz(session: Session, who: str, command: c.AnswerQuiz, now_ns: int) -> Events:
    """Answer, or answer otherwise, while the question is open."""
    is_open(session)
    quiz = _open_quiz(session)
    if command.quiz != quiz.number:
        raise Refused(Reason.NO_QUIZ)
    if session.is_led_by(who):
        raise Refused(Reason.ASKS)
    _takes_part(session, who)
    if command.choice >= quiz.places:
        raise Refused(Reason.NO_CHOICE)
    before = quiz.vote_of(who)
    if before and before.choice == command.choice:
        return ()
    return (e.QuizAnswered(at_ns=now_ns, by=who, choice=command.choice),)


def close_quiz(session: Session, who: str, _command: c.CloseQuiz, now_ns: int) -> Events:
    """Take no more answers; now everybody sees how many chose what."""
    led_by(session, who)
    return (e.QuizClosed(at_ns=now_ns, by=who),) if session.quiz and session.quiz.is_open else ()


def clear_quiz(session: Session, who: str, _command: c.ClearQuiz, now_ns: int) -> Events:
    """Take the question away, closed or not."""
    led_by(session, who)
    return (e.QuizCleared(at_ns=now_ns, by=who),) if session.quiz else ()


def _open_quiz(session: Session) -> Quiz:
    if session.quiz is None or not session.quiz.is_open:
        raise Refused(Reason.NO_QUIZ)
    return session.quiz


def _takes_part(session: Session, who: str) -> None:
    member = session.member(who)
    if member is None or member.role is Role.OBSERVER:
        raise Refused(Reason.MAY_NOT_SPEAK)

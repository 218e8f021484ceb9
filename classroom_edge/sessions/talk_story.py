"""What chat and questions make of a session."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from classroom_edge.sessions import events as e
from classroom_edge.sessions.state import Session
from classroom_edge.sessions.talk import LINES_KEPT, Line, Quiz, Vote


def _said(session: Session, event: e.Said) -> Session:
    member = session.member(event.by)
    line = Line(
        number=session.chat[-1].number + 1 if session.chat else 1,
        at_ns=event.at_ns,
        by=event.by,
        name=member.name if member else event.by,
        text=event.text,
    )
    return replace(session, chat=(*session.chat, line)[-LINES_KEPT:])


def _quiz_asked(session: Session, event: e.QuizAsked) -> Session:
    quiz = Quiz(
        number=session.quizzes + 1,
        question=event.question,
        choices=event.choices,
    )
    return replace(session, quizzes=quiz.number, quiz=replace(quiz, counts=(0,) * quiz.places))


def _quiz_answered(session: Session, event: e.QuizAnswered) -> Session:
    quiz = session.quiz
    if quiz is None:
        return session
    others = (vote for vote in quiz.votes if vote.member != event.by)
    votes = (*others, Vote(event.by, event.choice))
    chosen = [vote.choice for vote in votes]
    counts = tuple(chosen.count(choice) for choice in range(quiz.places))
    return replace(session, quiz=replace(quiz, votes=votes, counts=counts))


def quiz_closed(session: Session, _event: e.AnyEvent) -> Session:
    """Take no more answers to the question that there is, if there is one."""
    quiz = session.quiz
    return session if quiz is None else replace(session, quiz=replace(quiz, is_open=False))


def _quiz_cleared(session: Session, _event: e.QuizCleared) -> Session:
    return replace(session, quiz=None)


CHANGES: Final[dict[type[e.Event], Callable[[Session, Any], Session]]] = {
    e.Said: _said,
    e.QuizAsked: _quiz_asked,
    e.QuizAnswered: _quiz_answered,
    e.QuizClosed: quiz_closed,
    e.QuizCleared: _quiz_cleared,
}

"""People with a password, and their sessions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Work

from classroom_edge.store import Store
from classroom_edge.store.audit import note
from classroom_edge.store.tables import NAME_MAX, Failure, Session, User
from classroom_edge.web.passwords import Passwords
from classroom_edge.web.tokens import digest, new_token

TRIES: Final = 5  # wrong passwords, after which a name is locked
LOCKED: Final = timedelta(minutes=15)  # counted from the last try
IDLE: Final = timedelta(hours=12)  # a session that nobody used for so long has ended
SEEN_EVERY: Final = timedelta(minutes=1)  # how exactly "used" is written down


class LoginError(Exception):
    """A login that was refused; `code` is "wrong-password" or "locked"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UserExistsError(Exception):
    """There is an account of that name already."""


def wall_clock() -> datetime:
    """Give the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Try:
    """What is checked a password against; nothing, where nobody has the name."""

    locked: bool
    user: int | None = None
    password_hash: str | None = None


@dataclass(kw_only=True, slots=True)
class Accounts:
    """Creates accounts, lets people in, and knows whose session a token is."""

    store: Store
    passwords: Passwords = field(default_factory=Passwords)
    clock: Callable[[], datetime] = wall_clock

    async def add(self, name: str, password: str) -> None:
        """Create an account.

        Raises:
            UserExistsError: there is one of that name.
        """
        hashed = await self.passwords.hash(password)

        def work(db: Work) -> None:
            if db.scalar(select(User.id).where(User.name == name)) is not None:
                raise UserExistsError(name)
            db.add(User(name=name, password_hash=hashed, created_at=self.clock()))
            note(db, self.clock(), what="user-add", who=name, address="", result="good")

        await self.store.run(work)

    async def exist(self) -> bool:
        """Whether anybody has an account at all."""
        return await self.store.run(lambda db: db.scalar(select(User.id).limit(1)) is not None)

    async def login(self, name: str, password: str, *, address: str = "") -> str:
        """Check a password; give the token of a new session.

        A try counts before it is checked, so that of many at once five are checked; and a
        name that nobody has takes as long and is locked like any other.

        Raises:
            LoginError: the password is wrong, or the name is locked for a while.
        """
        name = name[:NAME_MAX]
        begun = await self.store.run(lambda db: self._begin_try(db, name, address))
        if begun.locked:
            raise LoginError("locked")
        right = await self.passwords.fits(password, begun.password_hash)
        if not right or begun.user is None:
            await self.store.run(lambda db: self._note(db, "login", name, address, "wrong"))
            raise LoginError("wrong-password")
        user = begun.user
        return await self.store.run(lambda db: self._open_session(db, user, name, address))

    async def user_of(self, token: str) -> str | None:
        """Give the name of whose session it is; None when it has ended or never was."""
        return await self.store.run(lambda db: self._seen(db, digest(token)))

    async def logout(self, token: str, *, address: str = "") -> None:
        """End a session."""

        def work(db: Work) -> None:
            session = db.get(Session, digest(token))
            if session is not None and (user := db.get(User, session.user_id)) is not None:
                self._note(db, "logout", user.name, address, "good")
                db.delete(session)

        await self.store.run(work)

    def _begin_try(self, db: Work, name: str, address: str) -> _Try:
        at = self.clock()
        db.execute(delete(Failure).where(Failure.last_at <= at - LOCKED))
        failure = db.get(Failure, name) or Failure(name=name, count=0, last_at=at)
        if failure.count >= TRIES:
            self._note(db, "login", name, address, "locked")
            return _Try(locked=True)
        failure.count, failure.last_at = failure.count + 1, at
        db.add(failure)
        user = db.scalar(select(User).where(User.name == name))
        if user is None:
            return _Try(locked=False)
        return _Try(locked=False, user=user.id, password_hash=user.password_hash)

    def _open_session(self, db: Work, user: int, name: str, address: str) -> str:
        at, token = self.clock(), new_token()
        db.execute(delete(Failure).where(Failure.name == name))
        db.execute(delete(Session).where(Session.seen_at < at - IDLE))
        db.add(Session(token_hash=digest(token), user_id=user, created_at=at, seen_at=at))
        self._note(db, "login", name, address, "good")
        return token

    def _seen(self, db: Work, token_hash: bytes) -> str | None:
        at, session = self.clock(), db.get(Session, token_hash)
        if session is None or session.seen_at < at - IDLE:
            return None
        if session.seen_at < at - SEEN_EVERY:
            session.seen_at = at
        return db.scalar(select(User.name).where(User.id == session.user_id))

    def _note(self, db: Work, what: str, who: str, address: str, result: str) -> None:
        note(db, self.clock(), what=what, who=who, address=address, result=result)

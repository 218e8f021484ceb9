"""Passwords: taken from the file, the environment or a file of their own, and kept out of sight."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from classroom_edge.config.document import Document
from classroom_edge.config.mistakes import Slip
from classroom_edge.config.punctuation import fold
from classroom_edge.config.repair import Broken
from classroom_edge.config.scan import Path as Place

MASK: Final = "****"
LINE_MAX: Final = 200  # characters of a line that are looked at, and shown
LENGTH_MAX = 4096  # bytes of a file with a password
LENGTH_TO_SCRUB = 6  # characters; a shorter one is part of too many words
_SECRET_WORDS = re.compile(r"pass|pwd|secret|token|credential|密码|口令", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")
_SIGN = re.compile(r"[\s\"'“”‘’]*[=＝:：]|\s+(?=\S)|\s*$|(?=[\"'“”‘’])")
_REFERENCE = re.compile(
    r"\s*\{\s*(env\s*=\s*\"[A-Z][A-Z0-9_]*\"|file\s*=\s*[\"'][^\"']*[\"'])\s*\}"
)
_LOGIN = re.compile(r"(?<=://)[^\"'“”‘’]*@")
_QUERY = re.compile(
    r"([?&][\w-]*(?:pass|pwd|secret|token|key)[\w-]*=)[^&\s\"'“”‘’]+", re.IGNORECASE
)
_NEW_LINE = re.compile(r"\s*(?:$|#|\[|[A-Za-z_][\w.-]*\s*[=＝:：])")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether the value of this key must not be shown: a password, however it is misspelt."""
    likeness = SequenceMatcher(None, fold(key).lower()[:40], "password").ratio()
    return likeness > 0.6 or _SECRET_WORDS.search(key) is not None


def secret_column(line: str) -> int | None:
    """Give the offset in a line from where on it must not be shown; None where all may be."""
    harmless = 0  # up to here: where a password comes from
    for word in _WORD.finditer(line, 0, LINE_MAX):
        sign = _SIGN.match(line, word.end())
        column = sign.end() if sign else word.end()
        is_plain = _SECRET_WORDS.search(word[0]) is not None  # then whatever follows is hidden
        if word.start() < harmless or not (is_plain or (sign and is_secret(word[0]))):
            continue
        if (reference := _REFERENCE.match(line, column)) is None:
            return column
        harmless = reference.end()
    return LINE_MAX if len(line) > LINE_MAX else None


def masked_line(line: str) -> str:
    """Give a line of the file with passwords masked, also those inside a URL."""
    column = secret_column(line)
    shown = line if column is None else f"{line[:column]} {MASK}"
    return masked_url(shown)


def masked_url(text: str) -> str:
    """Give text with the logins and keys inside URLs masked."""
    return _QUERY.sub(rf"\1{MASK}", _LOGIN.sub(f"{MASK}@", text))


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Give text without any of these secrets in it; a short one only where a value stands."""
    for secret in secrets:
        if len(secret) >= LENGTH_TO_SCRUB:
            text = text.replace(secret, MASK)
        elif secret and secret in text:
            text = re.sub(rf"(?<=[\"'=:]){re.escape(secret)}(?![\w-])", MASK, text)
    return text


def hidden_lines(lines: list[str]) -> set[int]:
    """Give the lines, from 1, that may belong to the password in a line before."""
    hidden: set[int] = set()
    goes_on, depth = False, 0
    for number, line in enumerate(lines, 1):
        if (column := secret_column(line)) is not None:
            goes_on, depth = True, _open_brackets(line[column:])
        elif goes_on and depth > 0 and not line.startswith("["):
            hidden.add(number)
            depth += _open_brackets(line)
        elif _NEW_LINE.match(line):
            goes_on = False
        elif goes_on:
            hidden.add(number)
    return hidden


def _open_brackets(text: str) -> int:
    return sum((sign in "[{") - (sign in "]}") for sign in fold(text))


def url_secrets(url: str) -> tuple[str, ...]:
    """Give the keys and tokens in a URL's query."""
    try:
        query = parse_qsl(urlsplit(url).query)
    except ValueError:
        return ()
    return tuple(value for name, value in query if is_secret(name) or name.lower().endswith("key"))


class Resolver:
    """Puts the passwords of a document in place, in the document itself."""

    def __init__(self, document: Document, base: Path, environ: Mapping[str, str]) -> None:
        self.slips: list[Slip] = []
        self.secrets: set[str] = set(_strings_that_look_secret(document.data))
        self._document = document
        self._base = base
        self._environ = environ

    def resolve(self) -> None:
        """Replace what stands for a password by the password; tell what is missing."""
        for part in ("device", "source"):
            tables = self._document.data.get(part)
            for index, table in enumerate(tables if isinstance(tables, tuple) else ()):
                if isinstance(table, dict):
                    self._password(table, (part, index))
                    self._login_in_url(table, (part, index))

    def _tell(self, code: str, path: Place, **values: object) -> None:
        self.slips.append(Slip(code, self._document.value_place(path), values))

    def _password(self, table: dict[str, Any], path: Place) -> None:
        value = table.get("password")
        if isinstance(value, dict):
            found = self._referred(value, (*path, "password"))
            table["password"] = Broken() if found is None else found
            self.secrets |= {found} if found else set()

    def _referred(self, reference: dict[str, Any], path: Place) -> str | None:
        match reference:
            case {"env": str(name), **rest} if not rest:
                return self._from_environment(name, path)
            case {"file": str(name), **rest} if not rest:
                return self._from_file(name, path)
        self._tell("secret-form", path)
        return None

    def _from_environment(self, name: str, path: Place) -> str | None:
        if not _VARIABLE.fullmatch(name):
            self._tell("secret-variable-name", path)
        elif not self._environ.get(name):
            self._tell("secret-variable", path, name=name)
        else:
            return self._environ[name]
        return None

    def _from_file(self, name: str, path: Place) -> str | None:
        try:
            file = self._base / Path(name).expanduser()
            with file.open("rb") as opened:
                content = opened.read(LENGTH_MAX + 1)
            text = content.decode("utf-8-sig").strip("\r\n")
        except (OSError, ValueError, RuntimeError):
            self._tell("secret-file", path, name=name)
            return None
        if not text or len(content) > LENGTH_MAX:
            self._tell("secret-file", path, name=name)
            return None
        return text

    def _login_in_url(self, table: dict[str, Any], path: Place) -> None:
        """Move a login out of a source's URL to where it is treated as a secret."""
        url = table.get("url")
        try:
            parts = urlsplit(url) if isinstance(url, str) else None
        except ValueError:
            return
        if parts is None or "@" not in parts.netloc:
            return
        login, _, host = parts.netloc.rpartition("@")
        name, _, password = login.partition(":")
        self.secrets |= {password, unquote(password)} - {""}
        table["url"] = urlunsplit(parts._replace(netloc=host))
        if path[0] == "device" or "username" in table or "password" in table:
            self._tell("login-in-url", (*path, "url"))
            return
        table["username"] = unquote(name)
        if password:
            table["password"] = unquote(password)


def _strings_that_look_secret(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for inner_key, inner in value.items():
            inherited = key if inner_key not in {"env", "file"} else ""
            yield from _strings_that_look_secret(inner, inherited or inner_key)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _strings_that_look_secret(inner, key)
    elif isinstance(value, str) and value and is_secret(key):
        yield value
    elif isinstance(value, str):
        yield from url_secrets(value)

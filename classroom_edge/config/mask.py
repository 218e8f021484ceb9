"""Passwords kept out of sight: in lines of the file, in URLs, in anything that is told. No I/O.

A password is known by its key, however that is misspelt or typed, and by its value where the
value could be read.
"""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from classroom_edge.config.punctuation import fold

MASK: Final = "****"
LINE_MAX: Final = 200  # characters of a line that are looked at, and shown
LENGTH_TO_SCRUB: Final = 6  # characters; a shorter one is part of too many words
_SECRET_WORDS = re.compile(r"pass|pwd|secret|token|credential|密码|口令", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")
_SIGN = re.compile(r"[\s\"'“”‘’]*[=＝:：]|\s+(?=\S)|\s*$|(?=[\"'“”‘’])")
_REFERENCE = re.compile(
    r"\s*\{\s*(env\s*=\s*\"[A-Z][A-Z0-9_]*\"|file\s*=\s*[\"'][^\"']*[\"'])\s*\}"
)
_LOGIN = re.compile(r"(?<=://)[^\s\"'“”‘’]*@")
_LOGIN_WITH_BLANKS = re.compile(r"(?<=://)[^\"'“”‘’]*@")
_QUERY = re.compile(
    r"([?&][\w-]*(?:pass|pwd|secret|token|key)[\w-]*=)[^&\s\"'“”‘’]+", re.IGNORECASE
)
_NEW_LINE = re.compile(r"\s*(?:$|#|\[|[A-Za-z_][\w.-]*\s*[=＝:：])")


def names_a_secret(key: str) -> bool:
    """Whether a key, rightly spelt, names something that must not be shown."""
    return _SECRET_WORDS.search(key) is not None


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether the value of this key must not be shown: a password, however it is misspelt."""
    likeness = SequenceMatcher(None, fold(key).lower()[:40], "password").ratio()
    return likeness > 0.6 or names_a_secret(key)


def secret_column(line: str) -> int | None:
    """Give the offset in a line from where on it must not be shown; None where all may be."""
    harmless = 0  # up to here: where a password comes from
    for word in _WORD.finditer(line, 0, LINE_MAX):
        sign = _SIGN.match(line, word.end())
        column = sign.end() if sign else word.end()
        is_plain = names_a_secret(word[0])  # then whatever follows is hidden
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
    return masked_url(_LOGIN_WITH_BLANKS.sub(f"{MASK}@", shown))


def masked_url(text: str) -> str:
    """Give text with the logins and keys inside URLs masked."""
    return _QUERY.sub(rf"\1{MASK}", _LOGIN.sub(f"{MASK}@", text))


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Give text without any of these secrets in it; a short one only where a value stands."""
    for secret in sorted(secrets, key=len, reverse=True):
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

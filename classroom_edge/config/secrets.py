"""Passwords put in place: from room.toml itself, the environment, or a file of their own."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from classroom_edge.config.document import Document
from classroom_edge.config.mask import is_secret, url_secrets
from classroom_edge.config.mistakes import Slip
from classroom_edge.config.repair import Broken
from classroom_edge.config.scan import Path as Place

LENGTH_MAX: Final = 4096  # bytes of a file with a password
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


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
                    self._secret(table, (part, index), "password")
                    self._logins(table, (part, index))
        store = self._document.data.get("store")
        if isinstance(store, dict):
            self._secret(store, ("store",), "password")
        targets = self._document.data.get("targets")
        for index, table in enumerate(targets if isinstance(targets, tuple) else ()):
            if isinstance(table, dict):
                self._secret(table, ("targets", index), "password")
                self._secret(table, ("targets", index), "token")
        if isinstance(backup := self._document.data.get("backup"), dict):
            self._secret(backup, ("backup",), "passphrase")

    def _tell(self, code: str, path: Place, **values: object) -> None:
        self.slips.append(Slip(code, self._document.value_place(path), values))

    def _secret(self, table: dict[str, Any], path: Place, key: str) -> None:
        value = table.get(key)
        if isinstance(value, dict):
            found = self._referred(value, (*path, key))
            table[key] = Broken() if found is None else found
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

    def _logins(self, table: dict[str, Any], path: Place) -> None:
        """Move a login out of a source's URLs to where it is treated as a secret."""
        found = {key: self._login_in_url(table, key) for key in ("url", "small_url")}
        logins = {key: login for key, login in found.items() if login}
        first = next(iter(logins.values()), {})
        is_wrong = path[0] == "device" or "username" in table or "password" in table
        for key, login in logins.items():
            if is_wrong or login != first:
                self._tell("login-in-url", (*path, key))
        if not is_wrong:
            table.update(first)

    def _login_in_url(self, table: dict[str, Any], key: str) -> dict[str, str]:
        """Take a login out of a URL."""
        url = table.get(key)
        try:
            parts = urlsplit(url) if isinstance(url, str) else None
        except ValueError:
            return {}
        if parts is None or "@" not in parts.netloc:
            return {}
        login, _, host = parts.netloc.rpartition("@")
        name, _, password = login.partition(":")
        self.secrets |= {password, unquote(password)} - {""}
        table[key] = urlunsplit(parts._replace(netloc=host))
        said = {"username": unquote(name), "password": unquote(password)}
        return said if password else {"username": unquote(name)}


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

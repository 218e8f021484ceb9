"""Where log lines go: to standard error for people, to JSON lines on disk for machines.

Every module logs with the standard library's `logging`; structlog gives the lines their form.
Whatever is logged, passwords are masked: by the name they are logged under, by their value, and
inside URLs, in messages, arguments and tracebacks alike.
"""

import json
import logging
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from classroom_edge.config.mask import MASK, masked_url, names_a_secret, scrubbed

FILE: Final = "daemon.jsonl"
FILE_BYTES: Final = 10_000_000
FILES: Final = 10  # besides the one that is written
LIBRARIES: Final = ("uvicorn.access", "asyncio", "alembic", "apscheduler")  # that say too much


@contextmanager
def logging_to(
    folder: Path | None, *, secrets: Collection[str] = (), stream: TextIO | None = None
) -> Iterator[None]:
    """Log to a stream, and to files in a folder if there is one, for the length of the block."""
    stream = stream or sys.stderr
    masker = Masker(secrets)
    console = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(stream)]
    handlers[0].setFormatter(_Formatter(masker, [masker, console], local=True))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            folder / FILE, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
        )
        lines = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        with_traceback = structlog.processors.format_exc_info
        file.setFormatter(_Formatter(masker, [with_traceback, masker, lines], local=False))
        handlers.append(file)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = handlers
    root.setLevel(logging.INFO)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        for handler in handlers:
            handler.close()


class Masker:
    """Takes secrets out of what is logged."""

    def __init__(self, secrets: Collection[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Mask the values of one event; a processor of structlog."""
        return {key: self._masked(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """Mask a line of text."""
        return masked_url(scrubbed(text, self._forms))

    def _masked(self, key: str, value: Any) -> Any:  # noqa: ANN401 - whatever is logged
        if names_a_secret(key):
            return MASK
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {inner: self._masked(str(inner), one) for inner, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked("", one) for one in value]
        return value


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Gives a record its form, with secrets masked before and after."""

    def __init__(self, masker: Masker, processors: list[Processor], *, local: bool) -> None:
        stamp = structlog.processors.TimeStamper(
            fmt="%H:%M:%S" if local else "iso", utc=not local, key="timestamp"
        )
        common: list[Processor] = [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            stamp,
        ]
        remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        super().__init__(foreign_pre_chain=common, processors=[remove, *processors])
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, or lines."""
        return self._masker.text(super().format(record))


def _forms(secret: str) -> set[str]:
    """Give a secret as it may be spelt in a line: plain, in JSON, in a repr, in a URL."""
    in_json = json.dumps(secret, ensure_ascii=False)[1:-1]
    return {secret, in_json, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}

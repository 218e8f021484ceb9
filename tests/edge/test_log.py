"""Log lines: for people on a stream, for programs on disk, for nobody with a password in it."""

import io
import json
import logging
from pathlib import Path

import pytest
import structlog

from classroom_edge.log import FILE, Masker, logging_to

SECRET = 'Kanarien"vogel\\7412 ü'
SECRETS = (SECRET, "1234")

logger = logging.getLogger("classroom_edge.somewhere")


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / FILE).read_text("utf-8").splitlines()]


def log_failure(what: str) -> None:
    """Log an exception that has something in its text."""
    try:
        dict[str, str]()[what]
    except KeyError:
        logger.exception("failed with %s", json.dumps(what))


def test_a_line_goes_to_people_and_to_disk(tmp_path: Path) -> None:
    stream = io.StringIO()
    with logging_to(tmp_path, stream=stream):
        logger.info("projector: %s", "lost")
    assert "projector: lost" in stream.getvalue()
    (line,) = lines(tmp_path)
    assert line["event"] == "projector: lost"
    assert line["level"] == "info"
    assert line["logger"] == "classroom_edge.somewhere"
    assert str(line["timestamp"]).endswith("Z")


def test_what_is_bound_to_the_context_is_on_the_line(tmp_path: Path) -> None:
    with (
        logging_to(tmp_path, stream=io.StringIO()),
        structlog.contextvars.bound_contextvars(recording="20261122-101500-3f2a"),
    ):
        logger.info("started")
    assert lines(tmp_path)[0]["recording"] == "20261122-101500-3f2a"


def test_no_secret_reaches_a_log(tmp_path: Path) -> None:
    stream = io.StringIO()
    with logging_to(tmp_path, secrets=SECRETS, stream=stream):
        logger.info("asked with %s and %r", SECRET, SECRET)
        logger.info("told %s", {"camera": {"password": "x"}, "why": [SECRET]})
        logger.warning("lost rtsp://admin:hush@127.0.0.1/a?token=mute")
        logger.info("PIN='1234' at port 1234")
        with structlog.contextvars.bound_contextvars(password="silent", note=SECRET):
            logger.info("bound")
        log_failure(SECRET)
    said = stream.getvalue() + (tmp_path / FILE).read_text("utf-8")
    for secret in (SECRET, "Kanarien", "hush", "mute", "silent", "'1234'"):
        assert secret not in said
    assert "port 1234" in said


def test_a_traceback_is_in_the_line_on_disk(tmp_path: Path) -> None:
    with logging_to(tmp_path, stream=io.StringIO()):
        log_failure("out of film")
    (line,) = lines(tmp_path)
    assert "KeyError: 'out of film'" in str(line["exception"])


def test_afterwards_logging_is_as_it_was_before(tmp_path: Path) -> None:
    before = logging.getLogger().handlers[:]
    with logging_to(tmp_path, stream=io.StringIO()):
        assert logging.getLogger().handlers != before
    assert logging.getLogger().handlers == before


def test_a_url_without_a_login_is_left_as_it_is() -> None:
    text = "lost rtsp://127.0.0.1/a\n  File x, by a@b"
    assert Masker(()).text(text) == text


@pytest.mark.parametrize("key", ["password", "camera_password", "token", "Passwort", "secret"])
def test_what_is_named_a_password_is_masked(key: str) -> None:
    assert Masker(())(None, "info", {key: "x", "other": "y"}) == {key: "****", "other": "y"}

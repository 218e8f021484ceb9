"""From what pydantic says to slips in our own words, with what was probably meant."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from classroom_edge.config.document import Document
from classroom_edge.config.mistakes import Slip
from classroom_edge.config.models import Config
from classroom_edge.config.scan import Path
from classroom_edge.words import words

SYNONYMS: Final = {
    "ip": "url", "host": "url", "address": "url", "addr": "url", "port": "url",
    "user": "username", "login": "username", "pwd": "password", "pass": "password",
    "type": "driver", "model": "driver", "protocol": "driver", "label": "name",
    "audio": "sound", "mic": "sound", "video": "picture", "preset": "presets",
    "lang": "language", "tz": "timezone", "path": "folder", "dir": "folder",
    "framerate": "fps", "bitrate": "bitrate_kbps", "crf": "quality", "gop": "gop_s",
    "server": "network", "web": "network",
    "projector": "device", "camera": "device", "scene": "routine", "color": "border_colour",
}  # fmt: skip
_KINDS: Final = {
    "string_type": "text", "int_type": "integer", "bool_type": "truth", "float_type": "number",
    "tuple_type": "list", "dict_type": "table", "model_type": "table", "model_attributes_type":
    "table", "int_from_float": "integer",
}  # fmt: skip
_LIMITS: Final = {
    "greater_than_equal": ("too-small", "ge"),
    "less_than_equal": ("too-great", "le"),
    "multiple_of": ("not-a-multiple", "multiple_of"),
    "string_too_long": ("too-long", "max_length"),
    "string_too_short": ("empty", "min_length"),
}
_OWN: Final = {
    "id_shape", "id_reserved", "timezone", "address", "source_empty", "want_empty", "colour",
    "small_without_picture", "mixed_without_sound",
    "picture_file", "crop_outside", "slot_outside", "key_colour", "key_border",
    "layout_slots", "no_card", "same_corner", "same_folder", "shot_lengths",
    "off_by_what", "quiet_half", "weekly_clock",
    "authority_file", "target_folder", "target_scheme", "target_login", "target_host_key",
    "target_key", "target_hours", "store_url", "store_login",
    "push_scheme", "push_host", "push_port", "push_key", "push_passphrase",
}  # fmt: skip


def explain(error: ValidationError, document: Document) -> list[Slip]:
    """Tell each mistake that pydantic found; those that were told before are left out."""
    slips: dict[tuple[Path, str], Slip] = {}
    for detail in error.errors(include_url=False):
        path = _within(document, detail["loc"])
        if not document.is_broken(path):
            slip = _slip(detail, path, document)
            slips.setdefault((path, slip.code), slip)
    return list(slips.values())


def suggestion(wrong: str, known: Iterable[str]) -> dict[str, str]:
    """Say what was probably meant, in both languages; nothing where nothing is like it."""
    candidates = sorted(known)
    synonym = SYNONYMS.get(wrong.lower(), "")
    close = get_close_matches(wrong.lower()[:60], candidates, n=1, cutoff=0.6)
    best = synonym if synonym in candidates else close[0] if close else ""
    say = words("check")
    if best:
        return say.both("did-you-mean", best=best)
    if 0 < len(candidates) <= 24:
        return say.both("there-are", known=", ".join(candidates))
    return say.both("nothing")


def _slip(detail: ErrorDetails, path: Path, document: Document) -> Slip:
    kind, place, key = detail["type"], document.place(path), str(path[-1]) if path else ""
    if kind == "missing":
        code = "missing-key" if path else "missing-table"
        return Slip(code, place, {"key": str(detail["loc"][-1]), "table": _table(path)})
    if kind == "extra_forbidden":
        code = "unknown-key" if len(path) > 1 else "unknown-table"
        return Slip(code, place, {"key": key, "suggestion": suggestion(key, _known(path[:-1]))})
    if kind == "literal_error":
        return _not_a_choice(detail, path, document)
    place = document.value_place(path)
    if kind in _LIMITS:
        code, bound = _LIMITS[kind]
        return Slip(code, place, {"key": key, "limit": detail["ctx"][bound]})
    if kind in _KINDS:
        expected = words("check").both(f"kind.{_KINDS[kind]}")
        return Slip("wrong-kind", place, {"key": key, "expected": expected})
    code = kind.replace("_", "-") if kind in _OWN else "wrong-value"
    return Slip(code, place, {"key": key})


def _not_a_choice(detail: ErrorDetails, path: Path, document: Document) -> Slip:
    choices = re.findall(r"'([^']+)'", detail["ctx"]["expected"])
    is_key = detail["loc"][-1] == "[key]"
    wrong = str(path[-1] if is_key else document.value(path))
    place = document.place(path) if is_key else document.value_place(path)
    return Slip("not-a-choice", place, {"word": wrong, "suggestion": suggestion(wrong, choices)})


def _within(document: Document, location: Path) -> Path:
    """Give the part of pydantic's path that stands in the file; tags of unions do not."""
    length = len(location)
    while length and document.value(location[:length]) is None:
        length -= 1
    return location[:length]


def _table(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _known(path: Path) -> list[str]:
    """Name the keys that may stand in a table."""
    model: type[BaseModel] | None = Config
    for part in path:
        if isinstance(part, str) and model:
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[part].annotation) if part in fields else None
    return [f.alias or name for name, f in model.model_fields.items()] if model else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((model for model in found if model), None)

"""Q-SYS Remote Control (QRC): JSON-RPC 2.0, each message ended by a zero. No I/O.

Source: QSC, Q-SYS Help, "QRC Commands" (help.qsys.com, External Control APIs); Beckhoff TF6310 QRC,
"Error Codes".
"""

import json
from dataclasses import dataclass, field
from typing import Any

from classroom_drivers.codecs.garbage import Garbage
from classroom_drivers.codecs.lines import Lines

MESSAGE_MAX = 65_536  # bytes
WHITESPACE = b" \t\n\r\v\f"
ERRORS = {
    -32700: "it could not read the question",
    -32600: "invalid request",
    -32601: "it knows no such method",
    -32602: "invalid parameters",
    -32603: "error in the core",
    4: "missing file",
    5: "no more change groups",
    6: "no such change group",
    7: "no such component",
    8: "no such control",
    9: "no such mixer channel",
    10: "it wants a user and a PIN",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A question or command, or news where it has no number."""

    method: str
    parameters: Any = field(default_factory=dict)
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a call."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """The core said no: a number of ERRORS, and its own words."""

    number: int | None
    code: int
    words: str


Message = Call | Result | Failure


def encode(message: Message) -> bytes:
    """Spell a message."""
    match message:
        case Call(method, parameters, number):
            body = {"method": method, "params": parameters}
            body |= {} if number is None else {"id": number}
        case Result(number, value):
            body = {"result": value, "id": number}
        case Failure(number, code, words):
            body = {"error": {"code": code, "message": words}, "id": number}
    return json.dumps({"jsonrpc": "2.0", **body}).encode() + b"\0"


class MessageDecoder(Lines[Message]):
    """Turns a byte stream of either direction into messages."""

    def __init__(self) -> None:
        super().__init__(_parse, end=b"\0", most=MESSAGE_MAX, around=WHITESPACE)


def _parse(text: bytes) -> Message | Garbage:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return Garbage(text)
    match body:
        case {"method": str(method), "id": int(number), **rest}:
            return Call(method, rest.get("params", {}), number)
        case {"method": str(method), **rest}:
            return Call(method, rest.get("params", {}))
        case {"error": {"code": int(code), "message": str(words)}, **rest}:
            asked = rest.get("id")
            return Failure(asked if isinstance(asked, int) else None, code, words)
        case {"result": value, "id": int(number)}:
            return Result(number, value)
    return Garbage(text)

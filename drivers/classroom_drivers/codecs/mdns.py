"""Multicast DNS: asking once for services on the network, and reading who offers them. No I/O.

This is the one-shot query of a simple resolver: asked from any port but 5353, responders answer it
directly. Names may refer back to names before them in a message; they are followed JUMPS_MAX times
at most, so that a message which refers to itself has an end.

Source: RFC 1035, section 4 (messages); RFC 6762, sections 5.1 and 6.7 (one-shot queries); RFC 6763,
sections 4 and 6 (services, TXT records).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from types import MappingProxyType

PORT = 5353
GROUP = "224.0.0.251"
A, PTR, TXT, SRV = 1, 12, 16, 33
IN = 1
ANSWER = 0x80  # the bit that tells an answer from a question
HEAD_LENGTH = 12
RECORDS_MAX = 256
JUMPS_MAX = 16
NAME_MAX = 255
BACK = 0xC0  # the bits of a reference to an earlier name

Name = tuple[str, ...]  # by its labels: ("Hall 2", "_videohub", "_tcp", "local")


@dataclass(frozen=True, slots=True)
class Record:
    """One statement about a name; what it says is in the form of its kind."""

    name: Name
    kind: int
    target: Name = ()  # of PTR and SRV
    port: int = 0  # of SRV
    address: str = ""  # of A
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # of TXT


@dataclass(frozen=True, slots=True)
class Service:
    """Somebody offers a service."""

    name: str  # "Hall 2", as people named it
    kind: str  # "_videohub._tcp"
    host: str  # its address, or nothing if it was not told
    port: int
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def encode_query(kinds: Iterable[str]) -> bytes:
    """Ask who offers services of these kinds: "_videohub._tcp"."""
    asked = [_spell(_local(kind)) + _two(PTR) + _two(IN) for kind in kinds]
    return bytes(4) + _two(len(asked)) + bytes(6) + b"".join(asked)


def encode_answer(services: Iterable[Service], query: bytes) -> bytes:
    """Answer a query; every `host` is an address."""
    records = []
    for one in services:
        name = (one.name, *_local(one.kind))
        target = (f"host-{one.host.replace('.', '-')}", "local")
        words = b"".join(_counted(f"{key}={text}") for key, text in one.words.items())
        place = bytes(4) + _two(one.port) + _spell(target)
        records += [
            _record(_local(one.kind), PTR, _spell(name)),
            _record(name, SRV, place),
            _record(name, TXT, words or b"\0"),
            _record(target, A, IPv4Address(one.host).packed),
        ]
    head = query[:2] + bytes([ANSWER | 4, 0]) + _two(0) + _two(len(records)) + bytes(4)
    return head + b"".join(records)


def asked_of(data: bytes) -> list[str]:
    """Read for which kinds of services a query asks; nothing if it is none."""
    if len(data) < HEAD_LENGTH or data[2] & ANSWER:
        return []
    found, at = [], HEAD_LENGTH
    for _ in range(min(_number(data, 4), RECORDS_MAX)):
        read = _name(data, at)
        if read is None:
            break
        name, at = read[0], read[1] + 4
        found.append(".".join(name).removesuffix(".local"))
    return found


def services_of(data: bytes, kinds: Iterable[str]) -> list[Service]:
    """Read which services of these kinds an answer tells of; nothing if it is none."""
    records = list(_records(data))
    found = []
    for kind in kinds:
        names = {r.target for r in records if r.kind == PTR and _same(r.name, _local(kind))}
        for place in records:
            if place.kind != SRV or place.name not in names:
                continue
            host = next((r.address for r in records if r.kind == A and r.name == place.target), "")
            words = next((r.words for r in records if r.kind == TXT and r.name == place.name), {})
            name = place.name[0] if place.name else ""
            found.append(Service(name, kind, host, place.port, MappingProxyType(dict(words))))
    return found


def _records(data: bytes) -> Iterator[Record]:
    """Read what an answer tells, as far as it makes sense."""
    if len(data) < HEAD_LENGTH or not data[2] & ANSWER:
        return
    at = HEAD_LENGTH
    for _ in range(min(_number(data, 4), RECORDS_MAX)):
        read = _name(data, at)
        if read is None:
            return
        at = read[1] + 4
    told = sum(_number(data, place) for place in (6, 8, 10))
    for _ in range(min(told, RECORDS_MAX)):
        read = _name(data, at)
        if read is None or read[1] + 10 > len(data):
            return
        name, at = read
        kind, begin = _number(data, at), at + 10
        at = begin + _number(data, at + 8)
        if at > len(data):
            return
        record = _record_of(data, name, kind, begin, at)
        if record is not None:
            yield record


def _record_of(data: bytes, name: Name, kind: int, begin: int, end: int) -> Record | None:
    found = None
    match kind:
        case 1 if end - begin == 4:
            found = Record(name, A, address=str(IPv4Address(data[begin:end])))
        case 12 if read := _name(data, begin):
            found = Record(name, PTR, target=read[0])
        case 33 if read := _name(data, begin + 6):
            found = Record(name, SRV, target=read[0], port=_number(data, begin + 4))
        case 16:
            found = Record(name, TXT, words=MappingProxyType(_words(data[begin:end])))
    return found


def _name(data: bytes, at: int) -> tuple[Name, int] | None:
    """Read a name; give it and where it ends, None if it makes no sense."""
    labels: list[str] = []
    end, jumps = 0, 0
    while at < len(data) and sum(map(len, labels)) <= NAME_MAX:
        length = data[at]
        if not length:
            return tuple(labels), end or at + 1
        if length & BACK == BACK:
            jumps += 1
            if at + 2 > len(data) or jumps > JUMPS_MAX:
                return None
            end = end or at + 2
            at = _number(data, at) & 0x3FFF
        elif length & BACK:
            return None
        else:
            labels.append(data[at + 1 : at + 1 + length].decode("utf-8", "replace"))
            at += 1 + length
    return None


def _words(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    while data:
        length = data[0]
        key, _, text = data[1 : 1 + length].decode("utf-8", "replace").partition("=")
        found.setdefault(key.lower(), text)
        data = data[1 + length :]
    found.pop("", None)
    return found


def _local(kind: str) -> Name:
    return (*kind.split("."), "local")


def _same(one: Name, other: Name) -> bool:
    return [label.lower() for label in one] == [label.lower() for label in other]


def _record(name: Name, kind: int, data: bytes) -> bytes:
    lifetime = (120).to_bytes(4, "big")
    return _spell(name) + _two(kind) + _two(IN) + lifetime + _two(len(data)) + data


def _spell(name: Name) -> bytes:
    return b"".join(map(_counted, name)) + b"\0"


def _counted(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")

"""Reads a session description that another wrote: a browser, a recorder, one of ours.

Source: as for `description`.
"""

from collections.abc import Iterator
from typing import Final

from classroom_media.live.pipe.description import DIRECTIONS, Codec, Description, Medium, Way

LONGEST: Final = 64_000  # bytes; a browser's takes 10,000
_Attributes = list[tuple[str, str]]


def read(text: str) -> Description:
    """Read a description.

    Raises:
        ValueError: it is none, or lacks what a way needs.
    """
    if len(text) > LONGEST or not text.startswith("v=0"):
        raise ValueError("this is no session description")
    common, *sections = _sections(text)
    media = tuple(_medium(each, place) for place, each in enumerate(sections))
    if not media:
        raise ValueError("the description has no media")
    return Description(_way(common, sections), media)


def _sections(text: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line.strip())
    return sections


def _attributes(lines: list[str]) -> _Attributes:
    found = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return [(name, value.strip()) for name, _, value in found]


def _one(attributes: _Attributes, name: str) -> str:
    return next((value for key, value in attributes if key == name), "")


def _all(attributes: _Attributes, name: str) -> Iterator[str]:
    return (value for key, value in attributes if key == name)


def _way(common: list[str], sections: list[list[str]]) -> Way:
    """Take the way from the first medium that has one, or from what is said of all."""
    shared = _attributes(common)
    every = [_attributes(each) + shared for each in sections]
    said = next((each for each in every if _one(each, "ice-ufrag")), shared)
    digest, _, fingerprint = _one(said, "fingerprint").partition(" ")
    way = Way(
        user=_one(said, "ice-ufrag"),
        password=_one(said, "ice-pwd"),
        digest=digest.lower(),
        fingerprint=fingerprint.strip().upper(),
        setup=_one(said, "setup") or "actpass",
        candidates=tuple(_all(said, "candidate")),
        lite=any(name == "ice-lite" for name, _ in shared),
    )
    if not (way.user and way.password and way.fingerprint):
        raise ValueError("the description tells no way: ice-ufrag, ice-pwd or fingerprint lacks")
    return way


def _medium(lines: list[str], place: int) -> Medium:
    kind, port, protocol, formats = (*lines[0][2:].split(maxsplit=3), "", "", "", "")[:4]
    attributes = _attributes(lines)
    directions = (name for name, _ in attributes if name in DIRECTIONS)
    return Medium(
        kind=kind,
        mid=_one(attributes, "mid") or str(place),
        codecs=tuple(_codecs(formats, attributes)),
        direction=next(directions, DIRECTIONS[0]),
        extensions=tuple(_extensions(attributes)),
        ssrcs=_ssrcs(attributes),
        refused=port == "0",
        protocol=protocol,
        formats=formats,
    )


def _codecs(formats: str, attributes: _Attributes) -> Iterator[Codec]:
    maps, parameters = _by_format(attributes, "rtpmap"), _by_format(attributes, "fmtp")
    feedback = [each.partition(" ") for each in _all(attributes, "rtcp-fb")]
    for number in formats.split():
        name, *rest = maps.get(number, "").split("/")
        if not (number.isdecimal() and rest and all(each.isdecimal() for each in rest)):
            continue
        yield Codec(
            payload_type=int(number),
            name=name,
            clock_hz=int(rest[0]),
            channels=int(rest[1]) if len(rest) > 1 else 1,
            parameters=parameters.get(number, ""),
            feedback=tuple(said for which, _, said in feedback if which in {number, "*"}),
        )


def _by_format(attributes: _Attributes, name: str) -> dict[str, str]:
    found = (value.partition(" ") for value in _all(attributes, name))
    return {number: said.strip() for number, _, said in found}


def _extensions(attributes: _Attributes) -> Iterator[tuple[int, str]]:
    for said in _all(attributes, "extmap"):
        number, _, uri = said.partition(" ")
        number = number.partition("/")[0]
        if number.isdecimal():
            yield int(number), uri.split()[0] if uri else ""


def _ssrcs(attributes: _Attributes) -> tuple[int, ...]:
    """Give the stream that is sent, and the one that repairs it; of several the first."""
    for group in _all(attributes, "ssrc-group"):
        meaning, *members = group.split()
        if meaning == "FID" and len(members) == 2 and all(each.isdecimal() for each in members):
            return int(members[0]), int(members[1])
    first = next(_all(attributes, "ssrc"), "").split()[:1]
    return (int(first[0]),) if first and first[0].isdecimal() else ()

"""The media packages of a pretend Opencast: what may be in them, and what has become of them."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import quoteattr

from classroom_edge.library.opencast import wire

GROUPS: Final = {"track": "media", "catalog": "metadata", "attachment": "attachments"}
SPACE: Final = wire.PACKAGE.rpartition("}")[0] + "}"
WORKFLOWS: Final = frozenset({"schedule-and-upload", "fast", "ingest"})
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_PERIOD: Final = re.compile(r"start=[^;]+; ?end=[^;]+; ?scheme=W3C-DTF;")
_TERMS: Final = frozenset(
    {"abstract", "accessRights", "contributor", "created", "creator", "description", "extent"}
    | {"identifier", "isPartOf", "language", "license", "publisher", "rightsHolder", "source"}
    | {"spatial", "subject", "temporal", "title", "type"}
)


class Refusal(Exception):  # noqa: N818 - it is an answer
    """A request that is answered with something else than yes."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Kept:
    """An element that this Opencast has given a media package."""

    id: str
    group: str  # "track", "catalog", "attachment"
    flavor: str
    url: str
    sha256: str = ""
    text: str = ""

    def __str__(self) -> str:
        """Spell it."""
        return (
            f"<{self.group} id={quoteattr(self.id)} type={quoteattr(self.flavor)}>"
            f"<url>{self.url}</url></{self.group}>"
        )


@dataclass
class Packages:
    """Those that were begun, by id, with their elements; those that were ingested, how often."""

    url: str = ""
    elements: dict[str, dict[str, Kept]] = field(default_factory=dict)
    ingested: dict[str, list[tuple[Kept, ...]]] = field(default_factory=dict)
    wanted: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def begin(self, id_: str = "") -> str:
        """Give an empty media package. Raises Refusal."""
        id_ = id_ or str(uuid4())
        if not _ID.fullmatch(id_):
            raise Refusal(HTTPStatus.BAD_REQUEST, "not an id")
        self.elements.setdefault(id_, {})
        return self._spelled(id_, ())

    def add(
        self, package: str, group: str, flavor: str, name: str, **more: str
    ) -> tuple[str, Kept]:
        """Give a media package with one element more, and that. Raises Refusal."""
        id_, there = self.read(package)
        if not wire.FLAVOR.fullmatch(flavor):
            raise Refusal(HTTPStatus.BAD_REQUEST, f"not a flavour: {flavor!r}")
        element = str(uuid4())
        url = f"{self.url}/files/mediapackage/{id_}/{element}/{name}"
        kept = Kept(element, group, flavor, url, **more)
        self.elements[id_][element] = kept
        return self._spelled(id_, (*there, kept)), kept

    def read(self, package: str) -> tuple[str, tuple[Kept, ...]]:
        """Read a media package as a client sends it back. Raises Refusal."""
        root = parsed(package)
        id_ = root.get("id", "")
        if root.tag != wire.PACKAGE or id_ not in self.elements:
            raise Refusal(HTTPStatus.BAD_REQUEST, "not a media package of this Opencast")
        there: list[Kept] = []
        for group in root:
            for one in group:
                kept = self.elements[id_].get(one.get("id", ""))
                if kept is None or one.tag != SPACE + kept.group or one.get("type") != kept.flavor:
                    raise Refusal(HTTPStatus.BAD_REQUEST, "an element that nobody has added")
                if group.tag != SPACE + GROUPS[kept.group]:
                    raise Refusal(HTTPStatus.BAD_REQUEST, "an element in another's place")
                there.append(kept)
        return id_, tuple(there)

    def discard(self, package: str) -> None:
        """Forget a media package. Raises Refusal."""
        id_, _ = self.read(package)
        if id_ in self.ingested:
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "it was ingested")
        del self.elements[id_]

    def ingest(
        self, package: str, workflow: str, config: dict[str, str], planned: frozenset[str]
    ) -> str:
        """Begin to process a media package; give its id. Raises Refusal.

        One of a planned event needs no catalog, Opencast has it; its agent may name the event in
        place of the media package's id.
        """
        id_, there = self.read(package)
        id_ = config.get("workflowInstanceId", id_)
        episodes = [one for one in there if one.flavor == wire.EPISODE]
        is_told = len(episodes) == 1 or (not episodes and id_ in planned)
        if not is_told or not any(one.group == "track" for one in there):
            raise Refusal(HTTPStatus.BAD_REQUEST, "not one episode catalog, or no track")
        if workflow not in WORKFLOWS:
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, f"no workflow {workflow!r}")
        if id_ in self.ingested:  # opencast/opencast issue 2276
            self.ingested[id_].append(there)
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "a workflow of it runs")
        self.ingested[id_] = [there]
        self.wanted[id_] = workflow, config
        return id_

    def _spelled(self, id_: str, there: tuple[Kept, ...]) -> str:
        groups = "".join(
            f"<{place}>{''.join(str(one) for one in there if one.group == group)}</{place}>"
            for group, place in GROUPS.items()
        )
        space = SPACE.strip("{}")
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f"<mediapackage xmlns={quoteattr(space)} id={quoteattr(id_)}>{groups}</mediapackage>"
        )


def check_catalog(text: str, flavor: str) -> None:
    """Raise Refusal unless that is a Dublin Core catalog as Opencast reads one."""
    root = parsed(text)
    if root.tag != f"{{{wire.DUBLIN_CORE}}}dublincore":
        raise Refusal(HTTPStatus.BAD_REQUEST, "not a Dublin Core catalog of Opencast's")
    said: dict[str, str] = {}
    for one in root:
        space, _, name = one.tag.strip("{").partition("}")
        if space != wire.TERMS or name not in _TERMS:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"not a term: {one.tag}")
        said[name] = (one.text or "").strip()
    if not said.get("title"):
        raise Refusal(HTTPStatus.BAD_REQUEST, "a catalog without a title")
    if flavor == wire.EPISODE and not _PERIOD.fullmatch(said.get("temporal", "")):
        raise Refusal(HTTPStatus.BAD_REQUEST, "an episode without a period")


def parsed(text: str) -> Element:
    """Read XML strictly. Raises Refusal."""
    if "<!DOCTYPE" in text or len(text) > 1 << 20:
        raise Refusal(HTTPStatus.BAD_REQUEST, "XML that nobody reads")
    try:
        return fromstring(text)  # noqa: S314 - without a document type, and short
    except ParseError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"not XML: {error}") from error

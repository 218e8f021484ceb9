"""XML as cameras write it: read leniently where they are careless, not at all where it is hostile.

A prefix that nobody has declared, as some firmware writes it, is taken for none; a declared
encoding is not believed, for it is often wrong: it is read as UTF-8. A document type, which may
declare entities or fetch files, is refused, and so is what is nested deeper than DEPTH_MAX. How
long it may be is the business of who receives it. No I/O.

Source: Namespaces in XML 1.0, section 6 (scopes of prefixes).
"""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

DEPTH_MAX = 64


class _RefusedError(Exception):
    """It is not read."""


def read(data: bytes) -> Element | None:
    """Give the root element, names as ElementTree has them; None if it is no XML, or hostile."""
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.tree.data
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(data.decode("utf-8", "replace").encode(), True)  # noqa: FBT003 - it is all
    except (expat.ExpatError, _RefusedError):
        return None
    return builder.tree.close()


class _Builder:
    """Builds a tree from expat's events, which know nothing of prefixes."""

    def __init__(self) -> None:
        self.tree = TreeBuilder()
        self._scopes: list[dict[str, str]] = []
        self._open: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEPTH_MAX:
            raise _RefusedError("too deep")
        declared = {
            key.partition(":")[2]: value
            for key, value in attributes.items()
            if key.partition(":")[0] == "xmlns"
        }
        self._scopes.append(declared)
        rest = {
            key.rpartition(":")[2]: value
            for key, value in attributes.items()
            if key.partition(":")[0] != "xmlns"
        }
        tag = self._resolve(name)
        self._open.append(tag)
        self.tree.start(tag, rest)

    def end(self, _: str) -> None:
        self._scopes.pop()
        self.tree.end(self._open.pop())

    def refuse(self, *_: object) -> None:
        raise _RefusedError("it has a document type")

    def _resolve(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        space = next((scope[prefix] for scope in reversed(self._scopes) if prefix in scope), "")
        return f"{{{space}}}{local}" if space else local

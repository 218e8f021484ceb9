"""Every kind of target, by its word in room.toml. Its module is loaded only where it is used.

A new kind is one module with a function `made(spec, about)`, and one line here.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import About, Target

_HERE: Final = "classroom_edge.library.deliver"
KINDS: Final[Mapping[str, str]] = {
    "folder": f"{_HERE}.folder",
    "webdav": f"{_HERE}.webdav",
    "http": f"{_HERE}.form",
    "sftp": f"{_HERE}.sftp",
    "hub": f"{_HERE}.hub",
    "s3": f"{_HERE}.s3",
    "opencast": f"{_HERE}.opencast",
    "rtmp": f"{_HERE}.platform",
}
FILMS_ALONE: Final = frozenset({"rtmp"})  # kinds that take nothing of what is known of a film


def made(spec: TargetSpec, about: About | None = None) -> Target:
    """Make a target for what is told of a parcel; without `about`, for a probe.

    Raises:
        KeyError: there is no such kind.
        DeliveryError: it cannot be made as it is configured.
    """
    make: Callable[[TargetSpec, About | None], Target] = import_module(KINDS[spec.kind]).made
    return make(spec, about)

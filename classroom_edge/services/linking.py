"""The link of a room with other schools, if its room.toml asks for one: as a hub, or as a site."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from classroom_edge.config.models import Config
from classroom_edge.paths import DataFolder
from classroom_edge.room import LinkView
from classroom_edge.services.site import Perform, SiteService
from classroom_edge.sessions import local


class LinkService(Protocol):
    """Either end."""

    @property
    def view(self) -> LinkView:
        """What the room's state shows of it."""

    async def answer(self, request: local.AnyRequest) -> local.Reply:
        """Answer somebody of this room, who speaks for it. Raises StoreError."""

    async def run(self) -> None:
        """Run until cancelled."""


def linking(
    config: Config,
    *,
    folder: DataFolder,
    runtime: Path,
    perform: Perform,
    changed: Callable[[], None],
) -> LinkService | None:
    """Give the service that a room needs, or None; `perform` does an action of a device."""
    if config.hub:
        from classroom_edge.services.hub import HubService  # noqa: PLC0415 - the store is slow

        return HubService(
            room=config.room, config=config.hub, folder=folder, runtime=runtime, changed=changed
        )
    if config.site:
        return SiteService(
            config=config.site, folder=folder, runtime=runtime, perform=perform, changed=changed
        )
    return None

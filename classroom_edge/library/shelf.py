"""What a room has recorded, after the bell: composed here, for the daemon and the web layer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from classroom_edge.config.models import Config
from classroom_edge.library.backup.service import Backups
from classroom_edge.library.cards import Cards
from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.deliver.desk import DeliveryDesk
from classroom_edge.library.deliver.door import DeliveryDoor
from classroom_edge.library.editing import findings
from classroom_edge.library.editing.compose import edit_desk
from classroom_edge.library.editing.desk import EditDesk
from classroom_edge.library.folders import Folders
from classroom_edge.library.keeping.erasing import Erasing
from classroom_edge.library.keeping.forecast import Coming
from classroom_edge.library.keeping.service import Keeping
from classroom_edge.library.keeping.watching import Watching
from classroom_edge.library.opencast.agents import Agents
from classroom_edge.library.preserving import Preserving
from classroom_edge.library.received.arrival import settle
from classroom_edge.library.roots import Roots, received_folder
from classroom_edge.library.sharing.desk import SharingDesk
from classroom_edge.paths import DataFolder, has_ipc
from classroom_edge.services.problems import Finding
from classroom_edge.store import Store, place_of
from classroom_edge.store.kept_open import KeptOpen, Run


@dataclass(kw_only=True)
class Shelf:
    """The parts of the library; each owns its subject, and all share the folders and the store.

    A part has `run` when something is to be done for as long as the room is open; it begins once
    the store is open.
    """

    config: Config
    folder: DataFolder
    recordings: Path  # the folder of all recordings
    changed: Callable[[], None]  # the room's state must be looked at again
    damaged: Callable[[Path], None] = lambda _folder: None  # its manifest is to be made again
    bare: Callable[[Path], None] = lambda _folder: None  # its filmstrip is to be made
    room: Path | None = None  # its room.toml; None = none that could be backed up
    runtime: Path | None = None  # where commands of this machine ask; None = they do not
    is_live: Callable[[], bool] = lambda: False  # a lesson of this room is seen elsewhere now
    at_work: Callable[[], frozenset[str]] = frozenset  # recordings that are made or played now
    lessons: Callable[[], tuple[Coming, ...]] = tuple  # that will be recorded
    is_needed: Callable[[], bool] = lambda: False  # the machine, by a recording
    recorded: Callable[[], str | None] = lambda: None  # what of the day; "" = something else
    store: Store = field(init=False)
    folders: Folders = field(init=False)
    preserving: Preserving = field(init=False)
    catalogue: Catalogue = field(init=False)
    cards: Cards = field(init=False)
    edits: EditDesk = field(init=False)
    deliveries: DeliveryDesk = field(init=False)
    agents: Agents = field(init=False)
    erasing: Erasing = field(init=False)
    keeping: Keeping = field(init=False)
    sharing: SharingDesk = field(init=False)
    backups: Backups = field(init=False)
    watching: Watching = field(default_factory=Watching, init=False)
    database: KeptOpen = field(init=False)

    def __post_init__(self) -> None:
        place = place_of(self.config.store, self.folder)
        self.store = Store(place)
        self.database = KeptOpen(store=self.store, changed=self.changed)
        self.preserving = Preserving(place=place, zone=ZoneInfo(self.config.room.timezone))
        received = received_folder(self.config, self.folder)
        second = self.config.recording.second_folder
        self.folders = Folders(Roots(self.recordings, received, second))
        self.catalogue = Catalogue(
            roots=self.folders.roots,
            store=self.store,
            damaged=self.damaged,
            bare=self.bare,
            changed=self.changed,
        )
        self.cards = Cards(folders=self.folders, catalogue=self.catalogue)
        self.edits = edit_desk(
            self.config,
            self.folder,
            self.folders,
            changed=self.changed,
            told=self.catalogue.touch,
            is_needed_elsewhere=self.is_needed,
        )
        self.deliveries = DeliveryDesk(
            config=self.config,
            store=self.store,
            folders=self.folders,
            place=self.folder.deliveries,
            is_live=self.is_live,
            changed=self.changed,
        )
        self.agents = Agents(
            config=self.config,
            place=self.folder.deliveries,
            recorded=self.recorded,
            is_sending=lambda target: self.deliveries.couriers[target].current is not None,
        )
        self.erasing = Erasing(
            folder=self.folder,
            roots=self.folders.roots.all(),
            store=self.store,
            at_work=self.at_work,
            forget=self.edits.rendering.forget,
        )
        self.keeping = Keeping(
            config=self.config,
            catalogue=self.catalogue,
            erasing=self.erasing,
            rate=self.folders.rate,
            changed=self.changed,
            lessons=self.lessons,
            watched=self._in_use,
        )
        self.sharing = SharingDesk(folders=self.folders, store=self.store)
        self.backups = Backups(
            room=self.room, config=self.config, folder=self.folder, changed=self.changed
        )

    def recover(self) -> None:
        """Take up what an earlier daemon left, before anything of the shelf runs; blocks."""
        self.preserving.recover()
        if (received := self.folders.roots.received) is not None:
            settle(received)

    @property
    def services(self) -> Mapping[str, Run]:
        """What is to run for as long as the room is open, by name."""
        parts: dict[str, Run] = {
            "catalogue": self.catalogue.run,
            "preserving": self.preserving.run,
            "keeping": self.keeping.run,
            "backups": self.backups.run,
            **self.deliveries.services,
            **self.agents.services,
            **self._doors,
        }
        always: dict[str, Run] = {"store": self.database.run, "editing": self.edits.rendering.run}
        return always | {name: self.database.when_usable(run) for name, run in parts.items()}

    @property
    def _doors(self) -> Mapping[str, Run]:
        """Where commands of this machine ask."""
        if self.runtime is None or not has_ipc():
            return {}
        return {"deliveries door": DeliveryDoor(self.deliveries, self.runtime).run}

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong."""
        if self.database.is_away:
            yield Finding("E-LIB-004", "error", values={"place": str(self.store.place)})
        yield from self.preserving.findings()
        yield from self.catalogue.findings()
        yield from self.deliveries.findings()
        yield from findings.of(self.edits.rendering.views)
        yield from self.agents.findings()
        yield from self.backups.findings()

    def _in_use(self) -> frozenset[str]:
        """Give the recordings that somebody watches, or of which a film is made."""
        return self.watching.now() | {one.recording for one in self.edits.rendering.views}

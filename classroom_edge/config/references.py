"""What one part of a room.toml says about another, and about drivers and addresses.

All this is asked of the file as it was read, not of a `Config`, so that a mistake elsewhere
does not keep it from being told. What is of the wrong kind is passed over: it was told before.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from classroom_drivers.actions import capabilities_of
from classroom_drivers.api import UnsupportedError
from classroom_drivers.links.address import SCHEMES as DEVICE_SCHEMES
from classroom_drivers.registry import drivers, load, prepare
from classroom_edge.config.document import Document
from classroom_edge.config.explain import suggestion
from classroom_edge.config.mistakes import Position, Slip
from classroom_edge.config.models import (
    ID,
    LAYOUTS,
    REMOTE,
    SOURCE_SCHEMES,
    WANTS,
    HubConfig,
    NetworkConfig,
)
from classroom_edge.config.scan import Path
from classroom_edge.config.wires import Plug, plug_of
from classroom_edge.profiles import ROUTINE_PICTURES, Profile
from classroom_media.compose.layouts import LAYOUTS as BUILT_IN
from classroom_media.direct.rules import PRACTICE
from classroom_media.packets import small_of
from classroom_media.play.area import Area

HOSTED_SCHEMES: Final = {"rtsp", "rtsps", "http", "https", "tcp"}  # udp may listen anywhere
NAMED: Final = (
    ("device", "id"),
    ("source", "id"),
    ("layout", "name"),
    ("routine", "name"),
    ("push", "id"),
    ("screen", "id"),
    ("targets", "id"),
)
LINK_PORT: Final = HubConfig().port
PANEL_PORT: Final = NetworkConfig().port
NEED_A_PORT: Final = {"udp", "tcp", "srt"}  # of a source

HUB: Final = "hub"  # what a site calls its hub

Table = dict[str, Any]


def check(document: Document) -> list[Slip]:
    """Tell everything that does not fit together."""
    checker = _Checker(document)
    checker.run()
    return checker.slips


class _Checker:
    def __init__(self, document: Document) -> None:
        self.slips: list[Slip] = []
        self._document = document
        self._drivers = drivers()
        self._capabilities: dict[str, tuple[str, ...]] = {}
        self._devices = self._by_id("device")
        self._sources = self._by_id("source")
        self._plugs: list[tuple[Plug, str, int]] = []  # with the device's id and line

    def run(self) -> None:
        for part, key in NAMED:
            self._unique(part, key)
        for table, path in self._tables("device"):
            self._device(table, path)
        for table, path in self._tables("source"):
            self._source(table, path)
        slots = LAYOUTS | self._own_layouts()
        self._layouts(slots)
        self._director(slots)
        self._profile()
        for _, path in self._tables("routine"):
            for want, inner in self._tables(*path, "want"):
                self._want(want, inner)
        self._light()
        for table, path in self._tables("screen"):
            self._screen(table, path)
        self._unattended()
        self._network()
        self._link()

    def _tables(self, *path: str | int) -> Iterator[tuple[Table, Path]]:
        found = self._document.value(path)
        for index, table in enumerate(found if isinstance(found, tuple) else ()):
            if isinstance(table, dict):
                yield table, (*path, index)

    def _by_id(self, part: str) -> dict[str, Table]:
        """Give the tables of a part; of two with one id, the first."""
        found: dict[str, Table] = {}
        for table, _ in self._tables(part):
            found.setdefault(_text(table, "id"), table)
        return found

    def _tell(self, code: str, path: Path, *, is_note: bool = False, **values: object) -> None:
        place = self._document.value_place(path)
        self.slips.append(Slip(code, place, values, is_note=is_note))

    def _unique(self, part: str, key: str) -> None:
        seen: dict[str, Path] = {}
        for table, path in self._tables(part):
            name = _text(table, key)
            if name and name in seen:
                first = self._document.place((*seen[name], key)).line
                self._tell("duplicate-id", (*path, key), name=name, first=first)
            seen.setdefault(name, path)

    # devices

    def _device(self, table: Table, path: Path) -> None:
        driver, url = _text(table, "driver"), _text(table, "url")
        if driver and driver not in self._drivers:
            found = suggestion(driver, self._drivers)
            self._tell("unknown-driver", (*path, "driver"), name=driver, suggestion=found)
            driver = ""
        parts = self._url(url, (*path, "url"), DEVICE_SCHEMES)
        if parts is None or not driver:
            return
        options = table.get("options")
        given = options if isinstance(options, dict) else {}
        try:
            prepare(driver, url, options=given)
        except UnsupportedError as error:
            place = "options" if options else "url"
            self._tell("driver-says", (*path, place), name=driver, reason=str(error))
        else:
            self._plug(plug_of(driver, url, given), table, (*path, "url"))

    def _plug(self, plug: Plug, table: Table, path: Path) -> None:
        """Tell when others are on the wire already and cannot share it, or its name may change."""
        name = _text(table, "id")
        for other, of, line in self._plugs:
            if code := plug.conflict_with(other):
                self._tell(
                    code,
                    path,
                    port=plug.place,
                    name=of,
                    first=line,
                    unit=plug.unit,
                    number=plug.number,
                )
                break
        self._plugs.append((plug, name, self._document.value_place(path).line))
        if better := plug.better_name:
            code = "port-of-socket" if better.is_socket else "port-of-adapter"
            self._tell(code, path, is_note=True, port=plug.place, better=f"serial://{better.path}")

    def _can(self, device: str, capability: str) -> bool:
        """Whether a device's driver has a capability; True where nobody can know."""
        driver = _text(self._devices.get(device, {}), "driver")
        if driver not in self._drivers:
            return True
        if driver not in self._capabilities:
            self._capabilities[driver] = capabilities_of(load(driver))
        return capability in self._capabilities[driver]

    def _is_device(self, name: str, path: Path, capability: str) -> bool:
        """Tell when there is no such device, or it cannot do what is asked of it."""
        if name not in self._devices:
            self._tell(
                "no-such-device", path, name=name, suggestion=suggestion(name, self._devices)
            )
            return False
        if not self._can(name, capability):
            driver = _text(self._devices[name], "driver")
            able = [one for one in self._devices if self._can(one, capability)]
            found = suggestion("", able) if able else suggestion("", ())
            self._tell(
                "device-cannot", path, name=name, driver=driver, capability=capability, able=found
            )
        return True

    # sources

    def _source(self, table: Table, path: Path) -> None:
        parts = self._url(_text(table, "url"), (*path, "url"), SOURCE_SCHEMES)
        if parts is not None:
            self._source_address(parts, (*path, "url"))
        self._small_stream(table, (*path, "small_url"))
        camera = _text(table, "camera")
        if camera:
            self._is_device(camera, (*path, "camera"), "pan-tilt-zoom")
        tracking = table.get("tracking")
        if isinstance(tracking, dict):
            self._tracking(camera, tracking, path)
        self._spare(_text(table, "id"), _text(table, "spare_of"), (*path, "spare_of"))

    def _spare(self, name: str, main: str, path: Path) -> None:
        """Tell when a spare microphone stands in for what cannot have one."""
        if not main:
            return
        if main not in self._sources:
            found = suggestion(main, self._sources)
            self._tell("no-such-source", path, name=main, suggestion=found)
        elif self._sources[main].get("sound") is not True:
            self._tell("source-without-sound", path, name=main)
        elif main == name or _text(self._sources[main], "spare_of"):
            self._tell("spare-of-spare", path, name=main)
        elif self._spares_of(main)[0] != name:
            self._tell("spare-twice", path, name=main)

    def _spares_of(self, main: str) -> list[str]:
        return [id_ for id_, one in self._sources.items() if _text(one, "spare_of") == main]

    def _small_stream(self, table: Table, path: Path) -> None:
        name, url = _text(table, "id"), _text(table, "small_url")
        parts = self._url(url, path, SOURCE_SCHEMES)
        if parts is not None:
            self._source_address(parts, path)
        if url and url == _text(table, "url"):
            self._tell("small-same", path)
        if url and small_of(name) in self._sources:
            self._tell("small-taken", path, name=small_of(name))

    def _tracking(self, camera: str, tracking: Table, path: Path) -> None:
        inner = (*path, "tracking")
        if not camera:
            place = self._document.place(inner)
            self.slips.append(Slip("tracking-without-camera", place, {}))
        elif camera in self._devices:
            if tracking.get("by") == "camera":
                self._is_device(camera, (*inner, "by"), "tracking")
            self._preset(camera, tracking, (*inner, "lost_preset"))

    def _source_address(self, parts: SplitResult, path: Path) -> None:
        if parts.scheme in HOSTED_SCHEMES and not parts.hostname:
            self._tell("url-host", path)
        elif parts.scheme in NEED_A_PORT and parts.port is None:
            self._tell("url-port-missing", path)
        elif parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
            self._tell("url-file", path)
        elif parts.scheme == "v4l2" and not parts.path:
            self._tell("url-camera", path)
        elif parts.scheme == REMOTE:
            self._remote(parts.netloc, path)

    def _remote(self, peer: str, path: Path) -> None:
        """Tell when a room elsewhere cannot be a source of this one."""
        hub, site = (isinstance(self._document.value((end,)), dict) for end in ("hub", "site"))
        room = self._document.value(("room", "id"))
        others = [
            one for one in self._sources.values() if _text(one, "url") == f"{REMOTE}://{peer}"
        ]
        if path[-1] == "small_url":
            self._tell("remote-small", path)
        elif not (hub or site):
            self._tell("remote-alone", path)
        elif not hub and peer != HUB:
            self._tell("remote-not-hub", path)
        elif hub and (not ID.fullmatch(peer) or peer in {HUB, room}):
            self._tell("remote-no-site", path, name=peer)
        elif len(others) > 1 and _text(others[0], "id") != self._id_at(path):
            self._tell("remote-twice", path, name=peer, first=_text(others[0], "id"))

    def _id_at(self, path: Path) -> str:
        table = self._document.value(path[:-1])
        return _text(table, "id") if isinstance(table, dict) else ""

    def _url(self, url: str, path: Path, schemes: tuple[str, ...]) -> SplitResult | None:
        """Take a URL apart; tell when it is none, or none of these."""
        if not url:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            self._tell("url-shape", path)
            return None
        if "://" not in url:
            self._tell("url-scheme-missing", path, example=f"{schemes[0]}://")
        elif parts.scheme not in schemes:
            found = suggestion(parts.scheme, schemes)
            self._tell("url-scheme", path, name=parts.scheme, suggestion=found)
        elif port == 0:
            self._tell("url-shape", path)
        else:
            return parts
        return None

    # programme

    def _layouts(self, slots: dict[str, int]) -> None:
        layouts = self._document.value(("layouts",))
        for name in layouts if isinstance(layouts, dict) else {}:
            if name in slots:
                self._fill(("layouts", name), name, slots[name])
            else:
                self._tell_of_choice(name, self._document.place(("layouts", name)), slots)
        name = self._document.value(("programme", "layout"))
        if isinstance(name, str) and name not in slots:
            place = self._document.value_place(("programme", "layout"))
            self._tell_of_choice(name, place, slots)
        chosen = name if isinstance(name, str) else "single"
        self._fill(("programme", "sources"), chosen, slots.get(chosen, 0))
        needed = len(BUILT_IN[chosen][0].slots) if chosen in BUILT_IN else slots.get(chosen, 0)
        pictures = self._pictures()
        if max(1, pictures) < needed:
            path = ("programme", "layout")
            self._tell("too-few-sources", path, name=chosen, slots=needed, pictures=pictures)

    def _pictures(self) -> int:
        return sum(table.get("picture") is not False for table in self._sources.values())

    def _profile(self) -> None:
        """Tell when a routine room has what only a studio works with."""
        if self._document.value(("room", "profile")) != Profile.ROUTINE:
            return
        if (pictures := self._pictures()) > ROUTINE_PICTURES:
            path = ("room", "profile")
            self._tell("routine-pictures", path, pictures=pictures, most=ROUTINE_PICTURES)
        if self._document.value(("director", "mode")) == "auto":
            self._tell("routine-directs", ("director", "mode"))

    def _director(self, slots: dict[str, int]) -> None:
        """Tell of rules and layouts that there are not."""
        rules = [rule.name for rule in PRACTICE]
        without = self._document.value(("director", "without"))
        for index, name in enumerate(without if isinstance(without, tuple) else ()):
            if isinstance(name, str) and name not in rules:
                place = self._document.value_place(("director", "without", index))
                self._tell_of_choice(name, place, rules)
        layouts = self._document.value(("director", "layouts"))
        for rule, layout in (layouts if isinstance(layouts, dict) else {}).items():
            path = ("director", "layouts", rule)
            if rule not in rules:
                self._tell_of_choice(rule, self._document.place(path), rules)
            if isinstance(layout, str) and layout not in slots:
                self._tell_of_choice(layout, self._document.value_place(path), slots)

    def _own_layouts(self) -> dict[str, int]:
        """Give the school's own layouts with their slots; tell of names that are taken."""
        found: dict[str, int] = {}
        for table, path in self._tables("layout"):
            name, slots = _text(table, "name"), table.get("slot")
            if name in LAYOUTS:
                self._tell("layout-built-in", (*path, "name"), name=name)
            found.setdefault(name, len(slots) if isinstance(slots, tuple) else 0)
        return found

    def _tell_of_choice(self, name: str, place: Position, choices: Iterable[str]) -> None:
        found = suggestion(name, choices)
        self.slips.append(Slip("not-a-choice", place, {"word": name, "suggestion": found}))

    def _fill(self, path: Path, layout: str, slots: int) -> None:
        names = self._document.value(path)
        names = names if isinstance(names, tuple) else ()
        for index, name in enumerate(names):
            if not isinstance(name, str):
                continue
            if name not in self._sources:
                found = suggestion(name, self._sources)
                self._tell("no-such-source", (*path, index), name=name, suggestion=found)
            elif self._sources[name].get("picture") is False:
                self._tell("source-without-picture", (*path, index), name=name)
            elif name in names[:index]:
                self._tell("source-twice", (*path, index), name=name)
        if slots and len(names) > slots:
            self._tell("too-many-sources", path, name=layout, slots=slots)

    # routines and the recording light

    def _want(self, want: Table, path: Path) -> None:
        device = _text(want, "device")
        if not device:
            return
        for what, capability in WANTS.items():
            if what in want and not self._is_device(device, (*path, "device"), capability):
                return
        self._preset(device, want, (*path, "preset"))

    def _preset(self, device: str, table: Table, path: Path) -> None:
        """Tell when a table names a preset, as the last part of `path`, that the device lacks."""
        presets = self._devices.get(device, {}).get("presets", {})
        preset = _text(table, str(path[-1]))
        if preset and isinstance(presets, dict) and preset not in presets:
            found = suggestion(preset, map(str, presets))
            self._tell("no-such-preset", path, name=preset, device=device, suggestion=found)

    def _light(self) -> None:
        relay = self._document.value(("light", "relay"))
        if isinstance(relay, str) and relay:
            self._is_device(relay, ("light", "relay"), "relay")
        tally = self._document.value(("light", "tally"))
        for index, name in enumerate(tally if isinstance(tally, tuple) else ()):
            if isinstance(name, str):
                self._is_device(name, ("light", "tally", index), "tally")

    def _screen(self, table: Table, path: Path) -> None:
        """Tell when a screen has no device to switch it on, or another covers its place."""
        device, display = _text(table, "device"), _text(table, "display")
        if device:
            self._is_device(device, (*path, "device"), "power")
        for other, _ in self._tables("screen"):
            if other is table:
                return
            if display and display == _text(other, "display") and _share_a_place(table, other):
                self._tell("screen-covered", (*path, "display"), name=_text(other, "id"))

    def _unattended(self) -> None:
        """Tell when what switches everything off is no routine of this room."""
        path = ("unattended", "off_routine")
        name = self._document.value(path)
        known = [_text(table, "name") for table, _ in self._tables("routine")]
        if isinstance(name, str) and name not in known:
            self._tell_of_choice(name, self._document.value_place(path), known)

    def _network(self) -> None:
        listen = self._document.value(("network", "listen"))
        try:
            address = ipaddress.ip_address(listen if isinstance(listen, str) else "127.0.0.1")
        except ValueError:
            return
        if not address.is_loopback:
            self._tell("listens-outside", ("network", "listen"), is_note=True, address=str(address))

    def _link(self) -> None:
        hub, site = self._document.value(("hub",)), self._document.value(("site",))
        if isinstance(hub, dict) and isinstance(site, dict):
            self._tell("hub-and-site", ("site",))
        if not isinstance(hub, dict):
            return
        port = hub.get("port", LINK_PORT)
        panel = self._document.value(("network", "port"))
        panel = panel if isinstance(panel, int) else PANEL_PORT
        if isinstance(port, int) and panel in {port, port + 1}:
            where = ("hub", "port") if "port" in hub else ("hub",)
            self._tell("port-of-panel", where, port=panel)


def _share_a_place(screen: Table, other: Table) -> bool:
    """Whether two screens cover each other on their display; a screen without an area fills it."""
    try:
        mine, its = (Area.read(_text(one, "area")) for one in (screen, other))
    except ValueError:
        return not (_text(screen, "area") and _text(other, "area"))
    return mine.meets(its)


def _text(table: Table, key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""

"""The web server of a room, in the daemon's own loop."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from classroom_edge.config import Config
from classroom_edge.library.received.gate import Gate
from classroom_edge.library.received.inbox import Inbox
from classroom_edge.library.received.receiving import Receiving
from classroom_edge.library.roots import received_folder
from classroom_edge.library.shelf import Shelf
from classroom_edge.paths import DataFolder
from classroom_edge.sessions.link.keys import HUB_KEY
from classroom_edge.store import Store, StoreError, place_of
from classroom_edge.store.kept_open import KeptOpen
from classroom_edge.web import (
    assets,
    commands,
    day,
    deliveries,
    edits,
    entrance,
    files,
    keeping,
    library,
    line,
    lite,
    live,
    outlets,
    received,
    recordings,
    sessions,
    shares,
    streams,
    timetable,
    watch,
)
from classroom_edge.web.access import May, may_work
from classroom_edge.web.accounts import Accounts, wall_clock
from classroom_edge.web.certificates import (
    CertificateFolder,
    ensure_certificates,
    fingerprint,
    names_of_this_machine,
    tls_context,
)
from classroom_edge.web.errors import answer_errors
from classroom_edge.web.guard import Guard
from classroom_edge.web.once import Once
from classroom_edge.web.pairing import Pairing
from classroom_edge.web.panels import Panels
from classroom_edge.web.ports import RoomPort
from classroom_edge.web.site import Site

logger = logging.getLogger(__name__)

ROUTERS: Final[Sequence[APIRouter]] = (
    assets.router,
    commands.router,
    day.router,
    timetable.router,
    outlets.router,
    streams.router,
    recordings.router,
    library.router,
    keeping.router,
    shares.router,
    shares.pages,
    deliveries.router,
    edits.router,
    received.router,
    sessions.router,
    line.router,
    live.router,
    entrance.router,
    entrance.pages,
    watch.router,
    lite.router,
    files.router,
)
RENEWAL_S: Final = 3600.0  # how often the certificate is looked at
STOP_S: Final = 1  # what running requests get to end; streams end at once


def create_app(room: RoomPort, config: Config, data: Path) -> FastAPI:
    """Build the web application of a room; its lifespan keeps the store open."""
    folder = DataFolder(data)
    store = Store(place_of(config.store, folder))
    site = Site(
        room=room,
        config=config,
        accounts=Accounts(store=store),
        panels=Panels(store=store, room=config.room.id),
        pairing=Pairing(show=partial(_show_code, room, config)),
        certificates=CertificateFolder(folder.certificates),
        receiving=_receiving(config, folder, store, room.shelf),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        kept = KeptOpen(store=store)
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(kept.run())
            await kept.tried.wait()  # where it is away the panel is there all the same
            yield
            keeping.cancel()

    app = FastAPI(
        title="Classroom Edge",
        version=metadata.version("classroom-edge"),
        description="The state of a classroom, and everything that can be asked of it.",
        lifespan=lifespan,
        openapi_url=None,  # ours asks for permission, and its pages load nothing from afar
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.site = site
    answer_errors(app)
    app.add_middleware(Once)
    app.add_middleware(Guard, names=frozenset({config.network.listen, *config.network.names}))
    for router in ROUTERS:
        insist_on_permissions(router)
        app.include_router(router)
    return app


async def serve(room: RoomPort, config: Config, data: Path) -> None:
    """Serve a room until cancelled: over HTTP on loopback, over HTTPS on any other address.

    Raises:
        OSError: the address is taken, or is none of this machine's.
    """
    network = config.network
    app = create_app(room, config, data)
    site: Site = app.state.site
    options = uvicorn.Config(
        app,
        lifespan="off",  # ours is entered here, where its errors can be seen
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )
    options.load()
    if not site.is_local:
        await asyncio.to_thread(_renew, site)
        options.ssl = tls_context(site.certificates)
    family = socket.AF_INET6 if ":" in network.listen else socket.AF_INET
    with socket.create_server((network.listen, network.port), family=family) as listener:
        async with app.router.lifespan_context(app), asyncio.TaskGroup() as tasks:
            if not site.is_local:
                await _welcome(site)
                tasks.create_task(_keep_renewed(site, options.ssl))
            tasks.create_task(site.pairing.run())
            tasks.create_task(site.restarts.watch(room))
            if site.receiving is not None:
                tasks.create_task(site.receiving.run())
            await _run(_Server(options), listener, site)


def _receiving(config: Config, folder: DataFolder, store: Store, shelf: Shelf) -> Receiving | None:
    """Give what takes recordings in, if this room is a hub."""
    if config.hub is None:
        return None
    local = config.network.is_loopback
    certificate = None if local else CertificateFolder(folder.certificates).server
    gate = Gate(store=store, key_file=folder.link / HUB_KEY, certificate=certificate)
    inbox = Inbox(
        folder=received_folder(config, folder),
        bytes_max=config.hub.received_gb_max * 10**9,
        erased=shelf.erasing.erased,
    )
    return Receiving(gate=gate, inbox=inbox, received=shelf.catalogue.touch)


def _show_code(room: RoomPort, config: Config, code: str) -> None:
    """Show a pairing code in the room; in the log where the room has no screen of ours."""
    room.show_code(code)
    if code and not config.light.display:
        logger.warning("pairing code %s (no [light] display to show it on)", code)


class _Server(uvicorn.Server):
    """Leaves signals to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(server: uvicorn.Server, listener: socket.socket, site: Site) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    logger.info("panel: %s://%s:%s", "http" if site.is_local else "https", shown, port)
    try:
        await server.serve(sockets=[listener])
    finally:  # cancelled: uvicorn itself would only stop at a signal
        site.stopping.set()
        if server.started:
            await server.shutdown(sockets=[listener])


async def _welcome(site: Site) -> None:
    """Tell in the log what the school's IT teacher needs to know first."""
    authority = site.certificates.authority
    logger.info("certificate authority %s, SHA-256 %s", authority, fingerprint(authority))
    with contextlib.suppress(StoreError):  # it is away: nobody can be asked for a password now
        if not await site.accounts.exist():
            logger.warning(
                "nobody can log in: create an account with `classroom-edge user add NAME ROOM.toml`"
            )


async def _keep_renewed(site: Site, context: ssl.SSLContext | None) -> None:
    """Renew the certificate in time, and when the machine gets other addresses."""
    while True:
        await asyncio.sleep(RENEWAL_S)
        if await asyncio.to_thread(_renew, site) and context is not None:
            context.load_cert_chain(site.certificates.server, site.certificates.server_key)


def _renew(site: Site) -> bool:
    network = site.config.network
    names = names_of_this_machine(network.listen, network.names)
    made = ensure_certificates(site.certificates, names, wall_clock())
    if made:
        logger.info("made a certificate for %s", ", ".join(names))
    return made


def insist_on_permissions(router: APIRouter) -> None:
    """Make sure that no route was left open by forgetting.

    Raises:
        RuntimeError: a route asks nobody whether it may.
    """
    for route in router.routes:
        asked = route.dependant.dependencies if isinstance(route, APIRoute) else ()
        if not any(isinstance(one.call, May) or one.call is may_work for one in asked):
            raise RuntimeError(f"{route} has no permission: give it a May(...)")

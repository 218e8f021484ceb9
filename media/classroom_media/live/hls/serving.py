"""An ASGI application on a port, in a thread of its own; nothing else here knows uvicorn.

A port that is taken and a certificate that is not there yet are tried again until it works.
"""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn

AGAIN_S: Final = 2.0
RENEWAL_S: Final = 60.0  # how often the certificate is looked at
IDLE_S: Final = 30  # a viewer's connection may be silent so long
QUEUED: Final = 2048  # viewers who come at once
LEAVE_S: Final = 3.0

Application = Callable[[Any, Any, Any], Awaitable[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """An address; with a certificate it is served over TLS. Port 0 is any that is free."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


class Serving:
    """Serves from `start` to `stop` in `loop`; `problem` tells why it is not served."""

    def __init__(self, application: Application, where: Where) -> None:
        self.loop = asyncio.new_event_loop()
        self.port = 0  # on which it is served now
        self.problem = ""
        self._application = application
        self._where = where
        self._server: uvicorn.Server | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serving", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Leave, whoever is still there."""
        self._over.set()
        if self._server is not None:
            self._server.should_exit = self._server.force_exit = True
        self._thread.join(LEAVE_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        while not self._over.is_set():
            try:
                await self._one_life()
            except OSError as error:  # ssl.SSLError is one
                told = error.strerror or str(error)
                if told != self.problem:
                    logger.warning("not served on port %s: %s", self._where.port, told)
                self.problem = told
                await asyncio.sleep(AGAIN_S)

    async def _one_life(self) -> None:
        options = uvicorn.Config(
            self._application,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=1,
            backlog=QUEUED,
        )
        options.load()
        options.ssl = self._tls()
        with _listener(self._where) as listener:
            self.port, self.problem = listener.getsockname()[1], ""
            self._server = server = uvicorn.Server(options)
            async with asyncio.TaskGroup() as tasks:
                renewing = tasks.create_task(self._keep_renewed(options.ssl))
                await server.serve(sockets=[listener])
                renewing.cancel()
        self.port = 0

    def _tls(self) -> ssl.SSLContext | None:
        if self._where.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._where.certificate, self._where.key)
        return context

    async def _keep_renewed(self, context: ssl.SSLContext | None) -> None:
        """Use a new certificate for those who come after it."""
        if context is None or self._where.certificate is None:
            return
        known = self._where.certificate.stat().st_mtime
        while True:
            await asyncio.sleep(RENEWAL_S)
            with suppress(OSError):  # it is just being written
                if (now := self._where.certificate.stat().st_mtime) != known:
                    context.load_cert_chain(self._where.certificate, self._where.key)
                    known = now


def _listener(where: Where) -> socket.socket:
    if where.host == "::":
        both = socket.has_dualstack_ipv6()
        return socket.create_server(
            (where.host, where.port), family=socket.AF_INET6, dualstack_ipv6=both
        )
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    return socket.create_server((where.host, where.port), family=family)

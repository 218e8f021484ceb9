"""A pretend Opencast over HTTP: one thread for each request, files in a folder."""

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from classroom_edge.library.opencast import wire
from classroom_edge.library.opencast.calendar import Event
from classroom_edge.library.opencast.pretend import forms
from classroom_edge.library.opencast.pretend.gate import Gate
from classroom_edge.library.opencast.pretend.packages import Packages, Refusal, check_catalog
from classroom_edge.library.opencast.pretend.planned import spelled, tag_of

SERVICES: Final = {
    wire.INGEST: "/ingest",
    wire.ADMIN: "/capture-admin",
    wire.SCHEDULER: "/recordings",
    wire.WORKFLOW: "/workflow",
}
AGENT_STATES: Final = frozenset({"idle", "capturing", "uploading", "unknown", "offline"})
RECORDING_STATES: Final = frozenset(
    {"capturing", "capture_finished", "capture_error"}
    | {"uploading", "upload_finished", "upload_error"}
)


@dataclass
class Pretence:
    """What it knows; whoever looks at it holds `lock`."""

    folder: Path
    gate: Gate
    packages: Packages = field(default_factory=Packages)
    events: list[Event] = field(default_factory=list)
    agents: dict[str, list[str]] = field(default_factory=dict)  # states, in order
    recordings: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        """Answer, or refuse in words that are kept."""
        self.close_connection = True
        path = unquote(urlsplit(self.path).path)
        pretence = self.server.pretence
        with pretence.lock:
            why = pretence.gate.why_not(dict(self.headers), self.command, self.path)
        if why:
            self._who_is_it(why)
            return
        try:
            self._routed(path)
        except Refusal as refusal:
            self._refused(refusal.status, str(refusal))
        except forms.FormError as error:
            self._refused(HTTPStatus.BAD_REQUEST, str(error))
        except (forms.CutError, ConnectionError, TimeoutError):
            return
        with pretence.lock:
            pretence.asked.append(f"{self.command} {path}")

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - http.server's

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _who_is_it(self, why: str) -> None:
        """Ask for a login: by digest, or by the page for people."""
        if "Authorization" in self.headers:
            self._note(why)
        if self.headers.get("X-Requested-Auth") != "Digest":
            self._say(HTTPStatus.FOUND, b"", Location="/login.html")
            return
        with self.server.pretence.lock:
            challenge = self.server.pretence.gate.challenge()
        self._say(HTTPStatus.UNAUTHORIZED, b"", **{"WWW-Authenticate": challenge})

    def _routed(self, path: str) -> None:
        routes: tuple[tuple[str, str, Callable[[str], None]], ...] = (
            ("GET", "/info/me.json", self._me),
            ("GET", "/services/available.json", self._services),
            ("GET", "/recordings/calendars", self._calendar),
            ("POST", "/capture-admin/agents/", self._agent),
            ("POST", "/capture-admin/recordings/", self._recording),
            ("GET", "/ingest/createMediaPackage", self._begin),
            ("PUT", "/ingest/createMediaPackageWithID/", self._begin),
            ("POST", "/ingest/discardMediaPackage", self._discard),
            ("POST", "/ingest/addDCCatalog", self._catalog),
            ("POST", "/ingest/addTrack", self._track),
            ("POST", "/ingest/addAttachment", self._attachment),
            ("POST", "/ingest/ingest", self._ingest),
            ("GET", "/workflow/mediaPackage/", self._instances),
            ("GET", "/files/mediapackage/", self._file),
            ("HEAD", "/files/mediapackage/", self._file),
        )
        for method, begin, answer in routes:
            exact = not begin.endswith("/")
            if self.command == method and (path == begin if exact else path.startswith(begin)):
                answer(path.removeprefix(begin))
                return
        raise Refusal(HTTPStatus.NOT_FOUND, "no such endpoint")

    def _me(self, _rest: str) -> None:
        self._say(HTTPStatus.OK, json.dumps({"user": self.server.pretence.gate.username}).encode())

    def _services(self, _rest: str) -> None:
        kind = self._query("serviceType")
        path = SERVICES.get(kind)
        service = {"type": kind, "host": self.server.url, "path": path}
        offered = {"service": service | {"online": True, "active": True}} if path else ""
        self._say(HTTPStatus.OK, json.dumps({"services": offered}).encode())

    def _calendar(self, _rest: str) -> None:
        agent, cutoff = self._query("agentid"), self._query("cutoff")
        if not agent or (cutoff and not cutoff.isdigit()):
            raise Refusal(HTTPStatus.BAD_REQUEST, "no agentid, or a cutoff that is no number")
        with self.server.pretence.lock:
            events = self.server.pretence.events
            until_s = int(cutoff) / 1000 if cutoff else float("inf")
            text = spelled([one for one in events if one.starts_at.timestamp() < until_s], agent)
        if self.headers.get("If-None-Match") == tag_of(text):
            self._say(HTTPStatus.NOT_MODIFIED, b"", ETag=tag_of(text))
        else:
            self._say(HTTPStatus.OK, text, ETag=tag_of(text))

    def _agent(self, rest: str) -> None:
        name, _, what = rest.partition("/")
        fields = self._form().fields
        if what not in {"", "configuration"}:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such endpoint")
        if not what and fields.get("state") not in AGENT_STATES:
            raise Refusal(HTTPStatus.BAD_REQUEST, "not a state of an agent")
        with self.server.pretence.lock:
            states = self.server.pretence.agents.setdefault(name, [])
            states.append(fields.get("state", what))
        self._say(HTTPStatus.OK, f"{name} set to {states[-1]}".encode())

    def _recording(self, uid: str) -> None:
        state = self._form().fields.get("state", "")
        if state not in RECORDING_STATES:
            raise Refusal(HTTPStatus.BAD_REQUEST, "not a state of a recording")
        with self.server.pretence.lock:
            if uid not in {event.uid for event in self.server.pretence.events}:
                raise Refusal(HTTPStatus.NOT_FOUND, "no such recording")
            self.server.pretence.recordings.setdefault(uid, []).append(state)
        self._say(HTTPStatus.OK, f"{uid} set to {state}".encode())

    def _begin(self, id_: str) -> None:
        with self.server.pretence.lock:
            package = self.server.pretence.packages.begin(id_)
        self._say(HTTPStatus.OK, package.encode())

    def _discard(self, _rest: str) -> None:
        fields = self._form().fields
        with self.server.pretence.lock:
            self.server.pretence.packages.discard(fields.get("mediaPackage", ""))
        self._say(HTTPStatus.OK, b"")

    def _catalog(self, _rest: str) -> None:
        fields = self._form().fields
        flavor, text = fields.get("flavor", wire.EPISODE), fields.get("dublinCore", "")
        check_catalog(text, flavor)
        with self.server.pretence.lock:
            package, _ = self.server.pretence.packages.add(
                fields.get("mediaPackage", ""), "catalog", flavor, "dublincore.xml", text=text
            )
        self._say(HTTPStatus.OK, package.encode())

    def _track(self, _rest: str) -> None:
        self._taken("track")

    def _attachment(self, _rest: str) -> None:
        self._taken("attachment")

    def _taken(self, group: str) -> None:
        """Take a file; it counts once all of it came."""
        coming = self.server.pretence.folder / f"coming-{threading.get_ident()}"
        with coming.open("wb") as file:
            form = self._form(file.write)
        if form.file is None or not {"flavor", "mediaPackage"} <= form.before_file:
            raise Refusal(HTTPStatus.BAD_REQUEST, "flavour and media package come before the file")
        if not form.file.name or form.file.name != Path(form.file.name).name:
            raise Refusal(HTTPStatus.BAD_REQUEST, "not the name of a file")
        with self.server.pretence.lock:
            package, kept = self.server.pretence.packages.add(
                form.fields["mediaPackage"],
                group,
                form.fields["flavor"],
                form.file.name,
                sha256=form.file.sha256,
            )
        coming.replace(self.server.pretence.folder / kept.id)
        self._say(HTTPStatus.OK, package.encode())

    def _ingest(self, _rest: str) -> None:
        fields = dict(self._form().fields)
        package = fields.pop("mediaPackage", "")
        workflow = fields.pop("workflowDefinitionId", "")
        with self.server.pretence.lock:
            planned = frozenset(event.uid for event in self.server.pretence.events)
            id_ = self.server.pretence.packages.ingest(package, workflow, fields, planned)
        self._say(HTTPStatus.OK, f'<workflow id="1" mediapackage="{id_}"/>'.encode())

    def _instances(self, rest: str) -> None:
        id_, _, what = rest.partition("/")
        if what != "instances.json":
            raise Refusal(HTTPStatus.NOT_FOUND, "no such endpoint")
        with self.server.pretence.lock:
            runs = self.server.pretence.packages.ingested.get(id_, [])
        self._say(HTTPStatus.OK, json.dumps([{"state": "RUNNING"} for _ in runs]).encode())

    def _file(self, rest: str) -> None:
        id_, _, element = rest.partition("/")
        element = element.partition("/")[0]
        with self.server.pretence.lock:
            kept = self.server.pretence.packages.elements.get(id_, {}).get(element)
        if kept is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such file")
        path = self.server.pretence.folder / kept.id
        with path.open("rb") as file:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            if self.command != "HEAD":
                shutil.copyfileobj(file, self.wfile)

    def _form(self, keep: Callable[[bytes], object] = lambda _data: None) -> forms.Form:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "no Content-Length")
        kind = self.headers.get("Content-Type", "")
        return forms.read(self.rfile, int(length), kind, keep)

    def _query(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [""])[0]

    def _refused(self, status: int, why: str) -> None:
        self._note(why)
        self._say(status, why.encode())

    def _note(self, why: str) -> None:
        with self.server.pretence.lock:
            self.server.pretence.refused.append(f"{self.command} {self.path}: {why}")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Listens."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], pretence: Pretence) -> None:
        super().__init__(address, Handler)
        self.pretence = pretence
        host, port = self.server_address[:2]
        self.url = f"http://{host!s}:{port}"
        pretence.packages.url = self.url

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone before it was answered."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def served(pretence: Pretence, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve until the block ends. Raises OSError: the port is taken."""
    pretence.folder.mkdir(parents=True, exist_ok=True)
    with Server((host, port), pretence) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

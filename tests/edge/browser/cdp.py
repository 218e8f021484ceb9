"""Drives browsers too old for Playwright: a little of Chrome's own DevTools protocol.

Source: https://chromedevtools.github.io/devtools-protocol/tot/
"""

import json
import re
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.waiting import eventually

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--single-process",
    "--no-zygote",
    "--disable-gpu",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--window-size=1280,800",
    "--remote-debugging-port=0",
)
ANSWER_S = 30.0  # a busy machine
UP_S = 3.0  # what is said before the first page is up may never be answered


@dataclass
class OldPage:
    """One page of an old browser."""

    socket: ClientConnection
    complaints: list[str] = field(default_factory=list)  # exceptions and errors on the console
    _number: int = 0

    def is_up(self) -> bool:
        """Tell whether the page answers yet."""
        try:
            self.ask("Runtime.enable", patience_s=UP_S)
        except TimeoutError:
            return False
        return True

    def ask(
        self, method: str, *, patience_s: float = ANSWER_S, **parameters: Any
    ) -> dict[str, Any]:
        """Call a method of the protocol; note what the page complains of meanwhile."""
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=patience_s))
            self._listen(message)
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                result: dict[str, Any] = message["result"]
                return result

    def evaluate(self, expression: str) -> Any:
        """Give the value of a JavaScript expression."""
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def click(self, selector: str) -> None:
        """Press the middle of an element with the mouse."""
        box = self.box(selector)
        where = {"x": box[0] + box[2] / 2, "y": box[1] + box[3] / 2}
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def drag(self, selector: str, right: float) -> None:
        """Draw an element to the right with the mouse."""
        box = self.box(selector)
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        ask = self.ask
        ask("Input.dispatchMouseEvent", type="mousePressed", button="left", clickCount=1, x=x, y=y)
        for part in range(1, 9):
            ask("Input.dispatchMouseEvent", type="mouseMoved", button="left", buttons=1,
                x=x + right * part / 8, y=y)  # fmt: skip
        ask("Input.dispatchMouseEvent", type="mouseReleased", button="left", clickCount=1,
            x=x + right, y=y)  # fmt: skip

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Give left, top, width and height of an element."""
        sides = self.evaluate(
            f"(() => {{ const r = document.querySelector({selector!r}).getBoundingClientRect();"
            " return [r.left, r.top, r.width, r.height]; })()"
        )
        return sides[0], sides[1], sides[2], sides[3]

    def text(self, selector: str) -> str:
        """Give the text of an element, empty if there is none."""
        found: str = self.evaluate(
            f"(document.querySelector({selector!r}) || {{textContent: ''}}).textContent"
        )
        return found

    def _listen(self, message: dict[str, Any]) -> None:
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(message["params"]["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if message["params"]["type"] in {"error", "warning"}:
                self.complaints.append(json.dumps(message["params"]["args"]))
            case "Log.entryAdded" if message["params"]["entry"]["level"] == "error":
                self.complaints.append(message["params"]["entry"]["text"])


@contextmanager
def old_page(browser: Path, url: str) -> Iterator[OldPage]:
    """Start the browser on a page; it is gone when the block ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(browser), *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        log = Path(profile) / "stderr"
        with log.open("wb") as errors, subprocess.Popen(command, stderr=errors) as process:
            try:
                with _attached(_address(log)) as page:
                    page.ask("Log.enable")
                    page.ask("Page.enable")
                    page.ask("Page.navigate", url=url)
                    yield page
            finally:
                process.kill()


@contextmanager
def _attached(address: str) -> Iterator[OldPage]:
    """Attach to the page, again and again until it answers."""
    while True:
        with connect(address, max_size=None, ping_interval=None) as socket:
            page = OldPage(socket)
            if page.is_up():
                yield page
                return


def _address(log: Path) -> str:
    """Give where the first page listens."""
    said = re.compile(r"DevTools listening on ws://([^/]+)/")
    found = eventually(lambda: said.search(log.read_text(errors="replace")))
    assert found is not None
    host = found[1]
    pages = eventually(lambda: _pages(host))
    address: str = pages[0]["webSocketDebuggerUrl"]
    return address


def _pages(host: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://{host}/json/list", timeout=ANSWER_S) as answer:
        return [target for target in json.load(answer) if target["type"] == "page"]

"""A thousand sites on one hub: how soon they are there, and back after the hub was killed.

    python benchmarks/thousand_sites.py [--sites 1000] [--quick] [--json]

Hub, herd and twenty steady sites are processes and links of our own, on loopback, each site with
a key and a socket of its own. Twenty sites ask the hub for something twenty times a second while
the herd registers, while nothing happens, and while the herd comes back after the hub's process
was killed (SIGKILL) and started again. Then the herd stands still (SIGSTOP) for two seconds while
the hub gives orders that are good for one, and fifty letters from before the kill are brought to
the hub after it: what of all this is carried out is counted, and must be nothing.

`registered_ratio`, `back_ratio` and `p99_ratio` compare with the promises: 2 s, 5 s, 50 ms.
"""

import argparse
import asyncio
import json
import logging
import re
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psutil
import zmq
import zmq.asyncio

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classroom_edge.sessions import commands as c
from classroom_edge.sessions.link import address, wire
from classroom_edge.sessions.link.answers import SilentError
from classroom_edge.sessions.link.effects import Asked, AtHub, AtSite, Linked, Site
from classroom_edge.sessions.link.hub import Hub, Registry
from classroom_edge.sessions.link.hub_end import NotLinkedError
from classroom_edge.sessions.link.keys import HubRecord, KeyPair
from classroom_edge.sessions.link.site import SiteLink
from classroom_edge.sessions.link.sockets import site_socket
from classroom_edge.sessions.state import NS
from tests.ports import free_port

REGISTERED_S, BACK_S, P99_MS = 2.0, 5.0, 50.0
STEADY = 20
QUEUING = 50
EVERY_S = 0.05
STANDS_STILL_S = 2.0
ORDER_S = 1.0
QUIET_S = 5.0
STALE = "stale"
ORDER = c.MoveCamera(room="room", camera="wide", move="left")
DROPPED = re.compile(r"link: Ask of \S+ (?:hub )?is (stale|expired), dropped")


@dataclass
class School:
    """What all processes know: keys, and who has which."""

    port: int
    hub: tuple[str, str]
    steady: dict[str, tuple[str, str]]
    herd: dict[str, tuple[str, str]]
    queuing: dict[str, tuple[str, str]]

    @classmethod
    def made(cls, sites: int) -> "School":
        """Make keys for everybody."""
        port = free_port()
        steady, herd, queuing = (
            {f"{name}-{number}": _keys() for number in range(count)}
            for name, count in (("steady", STEADY), ("herd", sites), ("queuing", QUEUING))
        )
        return cls(port, _keys(), steady, herd, queuing)

    @classmethod
    def of(cls, path: Path) -> "School":
        """Read what another process has made."""
        return cls(**json.loads(path.read_text()))

    def link(
        self,
        name: str,
        heard: Callable[[AtSite], None],
        context: zmq.asyncio.Context,
    ) -> SiteLink:
        """Give the link of a site."""
        where = str(address.Address("127.0.0.1", self.port))
        return SiteLink(
            keys=KeyPair(*(self.steady | self.herd)[name]),
            hub=HubRecord(address=where, key=self.hub[0], site=name),
            heard=heard,
            random=Random(name),  # noqa: S311 - the same run again
            context=context,
        )


def _keys() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


class Drops(logging.Handler):
    """Counts what the link drops, by why."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.counted: Counter[str] = Counter()
        logging.getLogger("classroom_edge.sessions.link").addHandler(self)
        logging.getLogger("classroom_edge.sessions.link").setLevel(logging.INFO)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        if found := DROPPED.fullmatch(record.getMessage()):
            self.counted[found[1]] += 1


@asynccontextmanager
async def _stdin() -> AsyncIterator[asyncio.StreamReader]:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        yield reader
    finally:
        transport.close()


def _say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


async def be_hub(school: School) -> None:
    """Answer everybody; on "order" give an order to the herd, on "stats" tell what was done."""
    drops, done = Drops(), Counter[str]()
    everybody = school.steady | school.herd | school.queuing
    sites = {keys[0]: Site(name, name) for name, keys in everybody.items()}

    async def nobody(_secret: str, _key: str) -> tuple[str, str]:
        return "", "wrong-code"

    def heard(what: AtHub) -> None:
        if isinstance(what, Asked):
            done[what.ask.session] += 1
            with suppress(NotLinkedError):
                hub.answer(what.site, what.ask.id)

    hub = Hub(
        keys=KeyPair(*school.hub),
        host="127.0.0.1",
        port=school.port,
        registry=Registry(site_of=sites.get, is_open=lambda: False, redeem=nobody),
        heard=heard,
    )

    async def order(name: str) -> None:
        with suppress(NotLinkedError, SilentError):
            await hub.ask(name, "order", ORDER, within_s=ORDER_S)

    async with asyncio.TaskGroup() as tasks, _stdin() as commands:
        running = tasks.create_task(hub.run())
        while word := (await commands.readline()).decode().strip():
            if word == "order":
                for name in school.herd:
                    tasks.create_task(order(name))
            _say(done=done, dropped=drops.counted)
        running.cancel()


async def be_herd(school: School) -> None:
    """Link every site of the herd; tell when all are there, after "again" once more."""
    drops, there, orders = Drops(), set[str](), Counter[str]()
    context = zmq.asyncio.Context()
    context.set(zmq.MAX_SOCKETS, 2 * len(school.herd) + 100)

    def heard(name: str, what: AtSite) -> None:
        match what:
            case Linked():
                there.add(name)
                if len(there) == len(school.herd):
                    _say(all_there_at=time.monotonic())
            case Asked():
                orders["orders"] += 1

    links = [school.link(name, partial(heard, name), context) for name in school.herd]
    async with asyncio.TaskGroup() as tasks, _stdin() as commands:
        _say(ready_at=time.monotonic())
        await commands.readline()
        running = [tasks.create_task(link.run()) for link in links]
        while word := (await commands.readline()).decode().strip():
            if word == "again":
                there.clear()  # counted anew from here: who is not linked again is not there
            _say(done=orders, dropped=drops.counted)
        for task in running:
            task.cancel()
    context.destroy(linger=0)


class Child:
    """A process of the benchmark that is spoken to by lines."""

    def __init__(self, role: str, file: Path) -> None:
        self._command = [sys.executable, __file__, "--role", role, "--school", str(file)]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe
        )

    @property
    def process(self) -> psutil.Process:
        """The process."""
        assert self._process is not None  # noqa: S101 - it was started
        return psutil.Process(self._process.pid)

    async def say(self, word: str) -> None:
        """Say a word to it."""
        assert self._process is not None  # noqa: S101 - it was started
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(f"{word}\n".encode())
        await self._process.stdin.drain()

    async def told(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Give the next value of that name that it tells."""
        async with asyncio.timeout(60):
            while name not in (line := await self._line()):
                pass
        return line[name]

    async def stats(self, word: str = "stats") -> tuple[Counter[str], Counter[str]]:
        """Give what it has carried out, and what it has dropped."""
        await self.say(word)
        async with asyncio.timeout(60):
            while True:
                if "done" in (line := await self._line()):
                    return Counter(line["done"]), Counter(line["dropped"])

    async def _line(self) -> dict[str, Any]:
        assert self._process is not None  # noqa: S101 - it was started
        assert self._process.stdout is not None  # noqa: S101
        found: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return found

    async def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@dataclass
class Steady:
    """Twenty sites that ask all the time, and how long they wait for their answers."""

    school: School
    session: str = ""
    waits_ms: dict[str, list[float]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    all_there: asyncio.Event = field(default_factory=asyncio.Event)
    _there: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Run until cancelled."""
        context = zmq.asyncio.Context()
        async with asyncio.TaskGroup() as tasks:
            for name in self.school.steady:
                link = self.school.link(name, partial(self._heard, name), context)
                tasks.create_task(link.run())
                tasks.create_task(self._ask(link))

    def _heard(self, name: str, what: AtSite) -> None:
        if isinstance(what, Linked):
            self._there.add(name)
        if len(self._there) == STEADY:
            self.all_there.set()

    async def _ask(self, link: SiteLink) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            session, began_s = self.session, time.monotonic()
            try:
                await link.ask(session, c.RaiseHand())
            except NotLinkedError:
                continue
            except SilentError:
                self.failed[session] += 1
                continue
            waits = self.waits_ms.setdefault(session, [])
            waits.append(1000 * (time.monotonic() - began_s))

    def p99_ms(self, session: str) -> float:
        """Give the wait that one in a hundred exceeded."""
        return statistics.quantiles(self.waits_ms[session], n=100)[98]


class Queuing:
    """Sites whose sockets keep what they say while the hub is away, as libzmq does unasked."""

    def __init__(self, school: School) -> None:
        self._context = zmq.asyncio.Context()
        self._letters: list[tuple[zmq.asyncio.Socket, bytes]] = []
        self._school = school

    async def greet(self) -> None:
        """Link them all, and write what they will ask for."""
        where = address.Address("127.0.0.1", self._school.port).endpoint
        for name, keys in self._school.queuing.items():
            dealer = site_socket(
                self._context,
                KeyPair(*keys),
                self._school.hub[0],
                Random(name),  # noqa: S311
            )
            dealer.set(zmq.IMMEDIATE, 0)
            dealer.connect(where)
            hello = wire.Hello(nonce=1, site=name, asked_ns=0)
            await dealer.send(wire.encode(wire.LetterToHub(body=hello)))
            welcome = wire.decode_to_site(await dealer.recv())
            assert isinstance(welcome.body, wire.Welcome)  # noqa: S101 - what was measured before
            letter = wire.LetterToHub(
                epoch=welcome.epoch,
                number=1,
                deadline_ns=welcome.body.said_ns + 600 * NS,
                body=wire.Ask(id=1, session=STALE, command=c.RaiseHand()),
            )
            self._letters.append((dealer, wire.encode(letter)))

    async def ask(self) -> None:
        """Have them say it, to nobody."""
        for dealer, letter in self._letters:
            await dealer.send(letter)

    def close(self) -> None:
        """Close them."""
        self._context.destroy(linger=0)


@dataclass(kw_only=True)
class Measured:
    """The figures."""

    sites: int
    registered_s: float
    back_s: float
    p99_registering_ms: float
    p99_quiet_ms: float
    p99_returning_ms: float
    answers_returning: int
    asks_lost_returning: int  # sent to the hub that was killed, or to the new one as to the old
    hub_cpu: float  # of a core, with everybody there and nothing but beats and steady asking
    hub_memory_mb: float
    orders_late_done: int
    orders_late_dropped: int
    letters_stale_done: int
    letters_stale_dropped: int
    registered_ratio: float
    back_ratio: float
    p99_ratio: float
    storm_ratio: float  # of the worse p99 to the one while nothing happens, on this same machine


async def measure(sites: int) -> Measured:
    """Run it all."""
    school = School.made(sites)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "school.json"
        file.write_text(json.dumps(asdict(school)))
        hub, herd, steady = Child("hub", file), Child("herd", file), Steady(school)
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            for child in (hub, herd):
                await child.start()
                stack.push_async_callback(child.kill)
            asking = tasks.create_task(steady.run())
            try:
                return await _course(school, hub, herd, steady)
            finally:
                asking.cancel()


async def _course(school: School, hub: Child, herd: Child, steady: Steady) -> Measured:
    await herd.told("ready_at")
    async with asyncio.timeout(20):
        await steady.all_there.wait()
    steady.session, began_s = "registering", time.monotonic()
    await herd.say("go")
    registered_s = await herd.told("all_there_at") - began_s
    steady.session = "quiet"
    process = hub.process
    cpu_s = sum(process.cpu_times()[:2])
    await asyncio.sleep(QUIET_S)
    hub_cpu = (sum(process.cpu_times()[:2]) - cpu_s) / QUIET_S
    memory = process.memory_info().rss
    queuing = Queuing(school)
    await queuing.greet()
    await herd.stats("again")
    steady.session, began_s = "returning", time.monotonic()
    await hub.kill()
    await queuing.ask()
    await hub.start()
    back_s = await herd.told("all_there_at") - began_s
    steady.session = "after"
    late_done, late_dropped = await _late_orders(hub, herd)
    done, dropped = await hub.stats()
    queuing.close()
    worst_ms = max(steady.p99_ms(one) for one in ("registering", "returning"))
    return Measured(
        sites=len(school.herd),
        registered_s=registered_s,
        back_s=back_s,
        p99_registering_ms=steady.p99_ms("registering"),
        p99_quiet_ms=steady.p99_ms("quiet"),
        p99_returning_ms=steady.p99_ms("returning"),
        answers_returning=len(steady.waits_ms["returning"]),
        asks_lost_returning=steady.failed["quiet"] + steady.failed["returning"],
        hub_cpu=hub_cpu,
        hub_memory_mb=memory / 1e6,
        orders_late_done=late_done,
        orders_late_dropped=late_dropped,
        letters_stale_done=done[STALE],
        letters_stale_dropped=dropped[STALE],
        registered_ratio=registered_s / REGISTERED_S,
        back_ratio=back_s / BACK_S,
        p99_ratio=worst_ms / P99_MS,
        storm_ratio=worst_ms / steady.p99_ms("quiet"),
    )


async def _late_orders(hub: Child, herd: Child) -> tuple[int, int]:
    """Have the herd stand still while orders come; count those it carries out, and drops."""
    herd.process.send_signal(signal.SIGSTOP)
    await hub.stats("order")
    await asyncio.sleep(STANDS_STILL_S)
    herd.process.send_signal(signal.SIGCONT)
    await asyncio.sleep(QUIET_S / 2)
    done, dropped = await herd.stats()
    return done["orders"], dropped["expired"]


def main() -> int:
    """Measure and print; give the exit status: 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="a hundred sites")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--role", choices=["hub", "herd"], help=argparse.SUPPRESS)
    parser.add_argument("--school", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        asyncio.run({"hub": be_hub, "herd": be_herd}[given.role](School.of(given.school)))
        return 0
    found = asyncio.run(measure(100 if given.quick else given.sites))
    for name, value in asdict(found).items():
        sys.stdout.write(f"{name:24} {value:10.3f}\n")
    if given.json:
        print(json.dumps(asdict(found)))
    kept = found.registered_ratio <= 1 and found.back_ratio <= 1 and found.p99_ratio <= 1
    return int(not kept or found.orders_late_done > 0 or found.letters_stale_done > 0)


if __name__ == "__main__":
    sys.exit(main())

"""A longer campaign against the codecs: no bytes may raise, pile up, or hide the next message.

    python benchmarks/fuzz_codecs.py [--inputs 1000000] [--codec NAME ...] [--seed S] [--json]
    python benchmarks/fuzz_codecs.py --coverage [--inputs 100000]     (pip install -e ".[fuzz]")

An input is one chunk of bytes: noise, or a piece of the codec's valid stream, cut, doubled, with
bytes changed. It is fed to a decoder that lives on from input to input. After every few the
decoder may hold no more than its bound, and what ends a message and then the valid stream must
give all its messages. `--coverage` lets libFuzzer (through atheris) choose the inputs by the
branches that they reach; its crashing inputs are left in the working directory. The decoders and
their streams are the rows of tests/drivers/streams.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.drivers.streams import Decoder, Stream, collect, kept

SETTLED_EVERY = 32  # inputs from one check of what is held, and of recovery, to the next
FRESH_EVERY = 4096  # inputs that one decoder lives through


@dataclass(frozen=True, slots=True)
class Result:
    """How a codec bore its inputs."""

    codec: str
    inputs: int
    seconds: float
    failure: str = ""


def main() -> int:
    """Run the campaign; 1 when a codec fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--codec", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    given = parser.parse_args()
    if given.coverage and len(given.codec) == 1:
        explore(given.codec[0], given.inputs, given.seed)
    known = sorted(collect())
    if unknown := set(given.codec) - set(known):
        parser.error(f"no codec {', '.join(unknown)}; there are: {', '.join(known)}")
    names = given.codec or known
    job = explored if given.coverage else fuzz
    with ProcessPoolExecutor(given.processes) as pool:
        results = []
        for result in pool.map(job, names, [given.inputs] * len(names), [given.seed] * len(names)):
            results.append(result)
            if not given.json:
                told = result.failure or "held"
                print(f"{result.codec:34} {result.inputs:>11,} {result.seconds:7.0f} s  {told}")
                sys.stdout.flush()
    if given.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    return int(any(result.failure for result in results))


def fuzz(name: str, inputs: int, seed: int) -> Result:
    """Feed mutated streams to one codec."""
    stream, chance = collect()[name], random.Random(f"{seed} {name}")  # noqa: S311 - repeatable
    began_s = time.perf_counter()
    decoder, past = stream.decoder(), b""
    for done, data in enumerate(islice(chunks(stream.data, chance), inputs), 1):
        past = past[-400:] + data
        try:
            check(stream, decoder, data, settle=done % SETTLED_EVERY == 0)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            text = f"{type(error).__name__}: {error}; after {past.hex()}"
            return Result(name, done, time.perf_counter() - began_s, text)
        if done % FRESH_EVERY == 0:
            decoder, past = stream.decoder(), b""
    return Result(name, inputs, time.perf_counter() - began_s)


def check(stream: Stream, decoder: Decoder, data: bytes, *, settle: bool) -> None:
    """Feed one input; raise AssertionError when a promise is broken."""
    decoder.feed(data)
    if not settle:
        return
    held = kept(decoder)
    if held > stream.longest:
        raise AssertionError(f"keeps {held} bytes, at most {stream.longest} were promised")
    if stream.end is not None:
        whole = messages_of(stream)
        found = list(decoder.feed(stream.end + stream.data))
        if found[-len(whole) :] != whole:
            raise AssertionError("what came after the noise was not found")


@cache
def messages_of(stream: Stream) -> list[object]:
    """Give all that stands in a valid stream."""
    return list(stream.decoder().feed(stream.data))


def chunks(valid: bytes, chance: random.Random) -> Iterator[bytes]:
    """Give noise and spoilt pieces of a valid stream, for ever."""
    while True:
        kind = chance.random()
        if kind < 0.2:
            yield chance.randbytes(chance.randrange(1, 40))
            continue
        start = chance.randrange(len(valid))
        piece = bytearray(valid[start : start + chance.randrange(1, 48)])
        if kind < 0.7:
            for _ in range(chance.randrange(1, 4)):
                piece[chance.randrange(len(piece))] = chance.randrange(256)
        elif kind < 0.8:
            piece += bytes(piece)
        yield bytes(piece)


def explored(name: str, inputs: int, seed: int) -> Result:
    """Let libFuzzer look at one codec, in a process of its own, for it ends with the process."""
    began_s = time.perf_counter()
    command = [sys.executable, __file__, "--coverage", "--codec", name, f"--inputs={inputs}"]
    ended = subprocess.run(
        [*command, f"--seed={seed}"], capture_output=True, text=True, check=False
    )
    failure = "" if ended.returncode == 0 else ended.stderr[-2000:]
    return Result(name, inputs, time.perf_counter() - began_s, failure)


def explore(name: str, inputs: int, seed: int) -> None:
    """Run libFuzzer on one codec; it ends the process."""
    import atheris  # noqa: PLC0415 - only this way of running needs it

    with atheris.instrument_imports(include=["classroom_drivers.codecs"]):
        stream = collect()[name]

    def one(data: bytes) -> None:
        decoder = stream.decoder()
        for place in range(0, len(data), 24):
            check(stream, decoder, data[place : place + 24], settle=False)
        check(stream, decoder, b"", settle=True)

    options = [f"-runs={inputs}", f"-seed={seed}", "-max_len=96", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())

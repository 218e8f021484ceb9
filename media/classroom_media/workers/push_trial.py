"""Tries an address: sends a test picture and a tone there for some seconds, then ends.

    python -m classroom_media.workers.push_trial < TrialSpec > Trial

Its own process, so that whatever a platform does harms nothing else.
"""

import sys
import time
from collections.abc import Iterator
from typing import Final

import msgspec

from classroom_media.api import Kind
from classroom_media.live.push.address import AddressError, read
from classroom_media.live.push.errors import PushError
from classroom_media.live.push.lines import Line, open_line
from classroom_media.packets import Coded
from classroom_media.sources.opening import open_source
from classroom_media.workers.specs import Endpoints, SourceSpec, Trial, TrialSpec

PICTURE: Final = "pattern://?size=640x360&fps=25&tone=1000"
NOWHERE: Final = Endpoints(commands="", packets="")


def tried(spec: TrialSpec) -> Trial:
    """Try an address; tell what came of it."""
    begun_s = time.monotonic()
    try:
        line = open_line(read(spec.address))
    except (AddressError, PushError) as error:
        return Trial(code=error.code, said=getattr(error, "said", ""))
    connected_ms = round((time.monotonic() - begun_s) * 1000)
    trial = Trial(connected_ms=connected_ms)
    try:
        for sent_s in _sent(line, spec.seconds):
            trial = Trial(connected_ms=connected_ms, sent_s=sent_s, sent_bytes=line.sent)
    except PushError as error:
        return msgspec.structs.replace(trial, code=error.code, said=error.said)
    finally:
        line.close()
    return trial


def _sent(line: Line, seconds: float) -> Iterator[float]:
    """Send, and give now and then for how long."""
    begun_s = time.monotonic()
    for packet in _packets():
        kind = Kind.SOUND if packet.stream.endswith("-sound") else Kind.PICTURE
        line.send(kind, packet)
        sent_s = time.monotonic() - begun_s
        yield round(sent_s, 1)
        if sent_s >= seconds:
            return


def _packets() -> Iterator[Coded]:
    spec = SourceSpec(id="test", name="Test", url=PICTURE, endpoints=NOWHERE, sound=True)
    return open_source(spec)


def main() -> int:
    """Try what standard input says; give the exit status."""
    spec = msgspec.json.decode(sys.stdin.buffer.readline(), type=TrialSpec)
    trial = tried(spec)
    sys.stdout.buffer.write(msgspec.json.encode(trial) + b"\n")
    return int(bool(trial.code))


if __name__ == "__main__":
    sys.exit(main())

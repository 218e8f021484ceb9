"""Opens one source for a moment, in a process of its own: native code may hang or crash.

    python -m classroom_edge.commands.try_source < one line of JSON, a `SourceSpec`

Prints one line of JSON: the streams that came, and the problem that kept others from coming.
"""

import json
import sys
import time
from contextlib import closing
from typing import Final

import msgspec

from classroom_media.api import Kind, MediaError, StreamFormat
from classroom_media.sources.opening import open_source
from classroom_media.workers.specs import SourceSpec

PATIENCE_S: Final = 5.0  # for the second stream, once the first is there


def main() -> int:
    """Do what the module says; the exit status is 0 even when the source is not there."""
    spec = msgspec.json.decode(sys.stdin.buffer.readline(), type=SourceSpec)
    streams, problem = try_source(spec)
    sys.stdout.write(json.dumps({"streams": streams, "problem": problem}) + "\n")
    return 0


def try_source(spec: SourceSpec, *, patience_s: float = PATIENCE_S) -> tuple[list[str], str]:
    """Give a line for each stream that a source sends, and what is wrong, if anything is."""
    wanted = {Kind.PICTURE} if spec.picture else set()
    wanted |= {Kind.SOUND} if spec.sound else set()
    seen: dict[Kind, str] = {}
    deadline_s = float("inf")
    try:
        with closing(open_source(spec)) as packets:
            for packet in packets:
                if packet.format:
                    seen.setdefault(packet.format.kind, _described(packet.format))
                    deadline_s = min(deadline_s, time.monotonic() + patience_s)
                if wanted <= seen.keys() or time.monotonic() > deadline_s:
                    break
    except MediaError as error:
        return list(seen.values()), str(error)
    missing = ", ".join(sorted(wanted - seen.keys()))
    return list(seen.values()), f"no {missing}" if missing else ""


def _described(form: StreamFormat) -> str:
    if form.kind is Kind.SOUND:
        return f"{form.codec} {form.sample_rate_hz} Hz, {form.channels} ch"
    return f"{form.codec} {form.width}x{form.height}, {form.fps:g} fps"


if __name__ == "__main__":
    sys.exit(main())

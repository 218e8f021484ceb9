"""A source that comes by SRT, from Debian's ffmpeg: it calls us, or we call it."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path

import pytest

from classroom_media.api import SourceError
from classroom_media.sources.opening import open_source
from classroom_media.workers.specs import Endpoints, SourceSpec
from tests.media.live.hls.lessons import packaged, reel, sent
from tests.ports import free_port
from tests.waiting import eventually

pytestmark = pytest.mark.needs("libsrt", "ffmpeg")


@contextmanager
def sender(folder: Path, url: str) -> Iterator[None]:
    """Send a lesson there again and again, in real time."""
    film = folder / "lesson.mp4"
    film.write_bytes(b"".join(piece.data for piece in packaged(sent(reel()))))
    command = ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", str(film)]
    to = [*command, "-c", "copy", "-f", "mpegts", url]
    with subprocess.Popen(to, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def source(url: str) -> SourceSpec:
    nowhere = Endpoints(commands="", packets="")
    return SourceSpec(id="studio", name="Studio", url=url, sound=True, endpoints=nowhere)


def received(spec: SourceSpec, least: int) -> set[str]:
    """Give the streams of the first packets; no packets while nobody sends."""
    with suppress(SourceError), closing(open_source(spec)) as packets:
        return {packet.stream for packet in islice(packets, least)}
    return set()


@pytest.mark.parametrize("secret", ["", "&passphrase=correct horse"])
@pytest.mark.parametrize("calls", [True, False])
def test_a_contribution_over_srt_is_a_source_like_any_other(
    tmp_path: Path, secret: str, *, calls: bool
) -> None:
    port = free_port()
    theirs, ours = ("caller", "listener") if calls else ("listener", "caller")
    spec = source(f"srt://127.0.0.1:{port}?mode={ours}{secret}")
    with sender(tmp_path, f"srt://127.0.0.1:{port}?mode={theirs}{secret}"):
        streams = eventually(lambda: received(spec, 60), within_s=20)
    assert streams == {"studio", "studio-sound"}


def test_where_nobody_sends_it_is_told_in_time() -> None:
    port = free_port()
    with pytest.raises(SourceError, match=rf"srt://127.0.0.1:{port}: "):
        next(open_source(source(f"srt://127.0.0.1:{port}?passphrase=correct horse")))

"""`classroom-edge emulate opencast`: what a stranger tries deliveries with."""

import subprocess
import sys

from classroom_edge.library.deliver import opencast
from classroom_edge.library.deliver.spec import TargetSpec


def test_the_pretend_opencast_is_there_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "classroom_edge", "emulate", "opencast"]
    options = ["--listen", "http://127.0.0.1:0", "--password", "secret"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        word, url, *_ = process.stdout.readline().split()
        assert word == "ready"
        spec = TargetSpec(
            id="oc", kind="opencast", url=url, username="agent", password="secret", place="/n/d"
        )
        assert opencast.made(spec, None).probe().removed
        process.terminate()
        said = process.stdout.read()
    assert "PUT /ingest/createMediaPackageWithID/probe-" in said
    assert "REFUSED" not in said
    assert process.returncode == 0

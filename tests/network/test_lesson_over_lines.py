"""A lesson over real sockets between namespaces: short samples of the matrix in `benchmarks/`."""

import json
import subprocess
import sys

import pytest

from classroom_media.emulate.link import Line
from classroom_media.emulate.networks import HUB_4, Schools

pytestmark = [pytest.mark.needs("emulated-schools"), pytest.mark.alone]

MODULE = "classroom_media.emulate.lesson_by_sockets"
MS = 1_000_000
SECONDS = 3.0


def test_sound_and_pictures_come_through_over_a_line_that_loses_much(
    schools: Schools,
) -> None:
    hub = schools.hub()
    line = Line(delay_ns=20 * MS, loss=0.15, rate_bps=2_000_000)
    site = schools.site("north", up=line, down=line)
    words = (HUB_4, "7702", str(SECONDS))
    with subprocess.Popen(
        hub.command(sys.executable, "-m", MODULE, "hub", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as teaching:
        assert teaching.stderr is not None
        assert teaching.stderr.readline() == "ready\n"
        shown = json.loads(site.run(sys.executable, "-m", MODULE, "site", *words))
        taught = json.loads(teaching.communicate()[0])
    sent = {at_ns for at_ns in taught["sent"] if at_ns > taught["sent"][0] + 1_000 * MS}
    heard = {each["taken_ns"] for each in shown["sounds"]}
    assert (
        len(sent & heard) / len(sent) >= 0.96
    )  # 99 % over a minute; without copies it would be 90 %
    assert len(shown["pictures"]) > 15 * SECONDS

"""`link test` over lines of which we know what they are: what it finds, and its verdict."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classroom_media.emulate.link import Line
from classroom_media.emulate.networks import HUB_4, HUB_6, UDP, Place, Schools

pytestmark = pytest.mark.needs("emulated-schools")

PART = str(Path(__file__).with_name("line_test.py"))
TOP = str(Path(__file__).parents[2])
MS = 1_000_000
GOOD = Line(delay_ns=20 * MS)
WAY = {"full": 0, "picture": 1, "small": 2, "sound": 3, "no": 4}


@contextmanager
def a_hub(hub: Place, folder: Path) -> Iterator[None]:
    command = hub.command(sys.executable, PART, "hub", str(folder), "-")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=TOP) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            yield
        finally:
            running.terminate()


def found_by(site: Place, folder: Path, host: str) -> tuple[dict[str, Any], dict[str, Any]]:
    said = json.loads(site.run(sys.executable, PART, "site", str(folder), host, within_s=60))
    return said["found"], said["verdict"]


def test_a_good_line_carries_everything_and_ipv6_alone_will_do(
    schools: Schools, tmp_path: Path
) -> None:
    hub = schools.hub()
    site = schools.site("north", up=GOOD, down=GOOD, family=6)
    with a_hub(hub, tmp_path):
        found, verdict = found_by(site, tmp_path, HUB_6)
    assert found["ipv6"]
    assert (found["udp"], found["nat"], found["mtu"]) == (True, "none", 1500)
    assert 40 <= found["round_trip_ms"] < 80
    assert (found["loss_up"], found["loss_down"]) == (0, 0)
    assert set(verdict["grades"].values()) == {"full"}
    assert verdict["advice"] == ["well"]


def test_a_thin_lossy_line_behind_nat_carries_a_small_picture_and_says_what_to_do(
    schools: Schools, tmp_path: Path
) -> None:
    hub = schools.hub()
    thin = Line(delay_ns=20 * MS, rate_bps=400_000, loss=0.1)
    site = schools.site("north", up=thin, down=replace(thin, rate_bps=1_000_000))
    site.narrow(1400)
    with a_hub(hub, tmp_path):
        found, verdict = found_by(site, tmp_path, HUB_4)
    assert found["nat"] in {"port-kept", "port-changed"}
    assert found["mtu"] == 1400
    assert 300_000 < found["up_bps"] < 480_000
    assert 750_000 < found["down_bps"] < 1_200_000
    assert 0.02 < found["loss_up"] < 0.2
    assert verdict["grades"] == {
        "two-way": "small",
        "listening": "picture",
        "broadcast": "small",
        "stored": "full",
    }
    assert verdict["advice"] == ["lossy", "thin-up"]


def test_where_udp_is_blocked_nothing_is_live_but_the_rest_is_judged(
    schools: Schools, tmp_path: Path
) -> None:
    hub = schools.hub()
    site = schools.site("north", up=GOOD, down=GOOD)
    site.block(UDP)
    with a_hub(hub, tmp_path):
        found, verdict = found_by(site, tmp_path, HUB_4)
        assert not found["udp"]
        assert found["up_bps"] > 650_000
        assert (verdict["grades"]["two-way"], verdict["grades"]["stored"]) == ("no", "full")
        assert WAY[verdict["grades"]["broadcast"]] <= WAY["picture"]
        assert verdict["advice"][0] == "udp-blocked"
        again, verdict = found_by(site, tmp_path, HUB_4)
        assert (again["reason"], verdict["advice"]) == ("busy", ["busy"])

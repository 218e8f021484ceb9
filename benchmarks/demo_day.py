"""A school day of the demo, seen in a browser: what its panel shows while the day passes fast.

Starts ``demo --date --speed`` on a free port, opens its panel in Chromium and watches: the head
tells the school's time, lessons are counted down, the routine of each runs before its bell, each is
recorded and its recording ends, the evening puts everything off. A holiday is watched as well: it
shows why there is no lesson, and nothing is recorded.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page, sync_playwright

from classroom_edge import parts

SCHOOL_DAY, HOLIDAY = date(2027, 3, 1), date(2027, 4, 4)
UP_WITHIN_S = 60.0
EVENING = "18:10"  # by then everything is off
QUICK_UNTIL = "09:10"  # after the first lesson
LOOK_S = 0.5


def main() -> int:
    """Watch a day, then a holiday; tell what was seen and what was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true", help="the first lesson only")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    until = QUICK_UNTIL if given.quick else EVENING
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=parts.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        with demo(SCHOOL_DAY, given.speed) as url:
            seen = watch(browser.new_page(locale="zh-CN"), url, until)
        with demo(HOLIDAY, given.speed) as url:
            rest = watch(browser.new_page(locale="zh-CN"), url, "08:25")
        browser.close()
    faults = [*_day_faults(seen, whole=not given.quick), *_holiday_faults(rest)]
    result = {"speed": given.speed, **seen, "holiday": rest["heading"], "faults": faults}
    told = "\n".join(f"{name:12} {value}" for name, value in result.items())
    print(json.dumps(result, ensure_ascii=False, indent=2) if given.json else told)
    return 1 if faults else 0


@contextmanager
def demo(day: date, speed: float) -> Iterator[str]:
    """Run the demo through a day; give the address of its panel."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="day-") as top:
        runtime = Path(top) / "run"
        runtime.mkdir(mode=0o700)
        command = [sys.executable, "-m", "classroom_edge", "demo", "--port", str(port)]
        command += ["--data", f"{top}/data", "--date", str(day), "--speed", str(speed)]
        environ = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "CLASSROOM_EDGE_LANG": "zh-CN"}
        with subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(url)
                yield url
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


def _wait(url: str) -> None:
    end_s = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < end_s:
        try:
            if httpx2.get(f"{url}/api/v1/room").json()["day"]:
                return
        except (httpx2.HTTPError, ValueError):
            pass
        time.sleep(LOOK_S)
    raise TimeoutError(url)


def watch(page: Page, url: str, until: str) -> dict[str, Any]:
    """Look at the panel until the school's clock shows `until`; note what is seen."""
    page.goto(url)
    page.locator(".day-now").click()
    seen: dict[str, Any] = {
        "clock_off_s": 0.0,
        "strips": [],
        "lamps": 0,
        "routines": [],
        "heading": "",
    }
    is_lit = False
    while True:
        shown = page.locator(".head .time strong").inner_text()
        room = page.evaluate("() => fetch('/api/v1/room').then((answer) => answer.json())")
        seen["clock_off_s"] = max(seen["clock_off_s"], _off_s(shown, room["day"]["time"]))
        strip = re.sub(r"[\d:]+", "", page.locator(".day-strip strong").inner_text()).strip()
        seen["strips"] += [strip] if strip not in seen["strips"] else []
        seen["heading"] = page.locator(".day-heading").inner_text()
        seen["lamps"] += page.locator(".lamp.lit").count() > 0 and not is_lit
        is_lit = page.locator(".lamp.lit").count() > 0
        running = [one["name"] for one in room["routines"] if one["state"] == "running"]
        seen["routines"] += [one for one in running if one not in seen["routines"]]
        if shown >= until:
            break
        page.wait_for_timeout(LOOK_S * 1000)
    seen["jobs"] = _jobs(room["day"])
    seen["recordings"] = _recorded(room["day"])
    page.close()
    return seen


def _off_s(shown: str, told: dict[str, Any]) -> float:
    """Give by how much the head is beside the school's time, to the minute."""
    began, at = (datetime.fromisoformat(told[name]) for name in ("real", "shown"))
    passed_s = (datetime.now(began.tzinfo) - began).total_seconds() * told["speed"]
    school = at + timedelta(seconds=passed_s)
    hour, minute = map(int, shown.split(":"))
    off_s: float = abs((school.hour - hour) * 3600 + (school.minute - minute) * 60) / told["speed"]
    return off_s


def _jobs(day: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    chores = [(one["kind"], one["state"]) for one in day["chores"]]
    jobs = [(one["kind"], one["state"]) for lesson in day["lessons"] for one in lesson["jobs"]]
    for kind, state in (*jobs, *chores):
        found[f"{kind} {state}"] = found.get(f"{kind} {state}", 0) + 1
    return found


def _recorded(day: dict[str, Any]) -> int:
    jobs = [one for lesson in day["lessons"] for one in lesson["jobs"]]
    return sum(one["kind"] == "record" and one["state"] == "done" for one in jobs)


def _day_faults(seen: dict[str, Any], *, whole: bool) -> Iterator[str]:
    if seen["clock_off_s"] > 2.0:
        yield f"the head is {seen['clock_off_s']:.1f} s beside the school's time"
    if "class-start" not in seen["routines"]:
        yield "no routine was seen running"
    if not seen["recordings"] or not seen["lamps"]:
        yield "no recording was seen"
    missed = {name: n for name, n in seen["jobs"].items() if name.endswith(("missed", "failed"))}
    if missed:
        yield f"not done: {missed}"
    if whole and not seen["jobs"].get("night done"):
        yield "the evening put nothing off"


def _holiday_faults(rest: dict[str, Any]) -> Iterator[str]:
    if "清明节" not in rest["heading"]:
        yield f"the holiday is not told: {rest['heading']}"
    if rest["lamps"] or rest["recordings"]:
        yield "something was recorded on a holiday"


if __name__ == "__main__":
    sys.exit(main())

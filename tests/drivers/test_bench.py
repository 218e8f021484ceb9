"""The bench: what bench.toml may say, and that hil_tests mean something without one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hil_tests.bench import FILE, VARIABLE, Entry, entries

TOP = Path(__file__).parents[2]
TWO = """
[[device]]
name = "projector"
driver = "pjlink"
url = "tcp://192.168.1.20"
password_env = "BENCH_PASSWORD"
allow = ["power", "input-select"]
mains = { device = "lamp", channel = 2 }

[[device]]
name = "lamp"
driver = "kmtronic"
url = "serial:///dev/ttyUSB1"
"""


def bench(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Entry, ...]:
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    return entries()


def test_only_what_is_allowed_may_be_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    projector, lamp = bench(TWO, tmp_path, monkeypatch)
    allowed = ("power", "input-select", "health", "identity")
    assert all(projector.may(capability) for capability in allowed)
    assert not projector.may("mute")
    assert not lamp.may("relay")
    assert projector.mains is not None
    assert (projector.mains.device, projector.mains.channel) == ("lamp", 2)


def test_the_password_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_PASSWORD", "JBMIA")
    projector, lamp = bench(TWO, tmp_path, monkeypatch)
    assert (projector.password, lamp.password) == ("JBMIA", "")
    assert "JBMIA" not in repr(projector)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('driver = "pjlink"', 'driver = "pjlnk"', "no driver 'pjlnk'"),
        ('url = "tcp', 'uri = "tcp', "unknown: uri"),
        ('"input-select"', '"inputs"', "unknown: inputs"),
        ('device = "lamp"', 'device = "lamb"', "no device 'lamb'"),
        ("channel = 2", "chanel = 2", "unknown: chanel"),
        ('name = "lamp"', 'name = "projector"', "two devices"),
    ],
)
def test_a_mistake_in_it_is_told(
    old: str, new: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=told):
        bench(TWO.replace(old, new, 1), tmp_path, monkeypatch)


def test_the_example_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(FILE.with_name("bench.example.toml")))
    assert [entry.name for entry in entries()] == ["projector", "camera", "board", "lamp"]


def test_without_a_bench_it_says_so_and_works_emulated_devices() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "hil_tests", "-p", "no:cacheprovider"],
        cwd=TOP, env=os.environ | {VARIABLE: "emulated"},
        capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "bench: none" in done.stdout
    assert "failed" not in done.stdout

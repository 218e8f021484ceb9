"""``classroom-edge user add``, as it is typed or piped, beside a daemon that may be running."""

import subprocess
import sys
from pathlib import Path

import pytest

from classroom_edge.store import Store
from classroom_edge.web.accounts import Accounts, LoginError

ROOM = '[room]\nid = "room-301"\nname = "三年级(2)班"\n'


def add(folder: Path, name: str, password: str) -> subprocess.CompletedProcess[str]:
    (folder / "room.toml").write_text(ROOM, encoding="utf-8")
    command = ["--lang", "en", "user", "add", name, str(folder / "room.toml")]
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from classroom_edge.cli import main; main()",
            *command,
            "--data",
            str(folder / "data"),
        ],
        input=password + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_an_account_is_created_beside_an_open_database(tmp_path: Path) -> None:
    async with Store(tmp_path / "data" / "classroom-edge.db") as store:
        done = add(tmp_path, "li", "Teach-me-2")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert await Accounts(store=store).login("li", "Teach-me-2")
        with pytest.raises(LoginError):
            await Accounts(store=store).login("li", "Teach-me-3")
        again = add(tmp_path, "li", "Teach-me-3")
    assert again.returncode == 1
    assert "already" in again.stderr


def test_a_weak_password_is_wrong_use_and_is_not_repeated(tmp_path: Path) -> None:
    done = add(tmp_path, "li", "secret")
    assert done.returncode == 2
    assert "8 to 256" in done.stderr
    assert "secret" not in done.stderr
    assert not (tmp_path / "data").exists()

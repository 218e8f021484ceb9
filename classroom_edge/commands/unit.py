"""``classroom-edge unit``: the systemd unit that runs a room from the start of its machine on.

systemd is the keeper then: it starts the daemon before there is any network, again when it dies,
and also when it lives but makes no progress: the daemon's pulse feeds the watchdog. Workers outlive
a daemon that died (KillMode), go on recording, and are found again; an ordered stop ends them.

Source: systemd.service(5), systemd.kill(5), systemd.unit(5).
"""

import getpass
import sys
from pathlib import Path
from typing import Final

from classroom_edge.config import load
from classroom_edge.paths import default_data_folder

GOOD: Final = 0
UNIT: Final = """\
# sudo tee /etc/systemd/system/{name}.service, then: sudo systemctl enable --now {name}
[Unit]
Description=Classroom Edge: {room}
After=local-fs.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
User={user}
RuntimeDirectory={name}
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
Environment=XDG_RUNTIME_DIR=%t/{name}
ExecStart={python} -m classroom_edge.app {file} --data {data}
WatchdogSec=30
TimeoutStartSec=60
TimeoutStopSec=30
KillMode=process
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def unit(room: Path, data: Path | None) -> int:
    """Print the unit of a room on standard output.

    Raises:
        ConfigError: the room.toml cannot be used.
    """
    config = load(room)
    sys.stdout.write(
        UNIT.format(
            name=f"classroom-edge-{config.room.id}",
            room=config.room.name.replace("%", "%%"),
            user=getpass.getuser(),
            python=sys.executable,
            file=_quoted(room),
            data=_quoted(data or default_data_folder(config.room.id)),
        )
    )
    return GOOD


def _quoted(path: Path) -> str:
    """Spell a path as one word of a command line of systemd."""
    text = str(path.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("%", "%%").replace("$", "$$") + '"'

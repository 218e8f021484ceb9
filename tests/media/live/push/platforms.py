"""A platform of others: nginx with its RTMP module, which keeps what it is sent."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import eventually

RTMP = """
load_module modules/ngx_rtmp_module.so; daemon off; master_process off; {user}
pid {folder}/pid; error_log {folder}/errors; events {{}}
rtmp {{ server {{ listen 127.0.0.1:{port};
  application live {{ live on; record all; record_path {folder}; record_suffix .flv;
    deny play all; }}
  application shut {{ live on; deny publish all; }}
}} }}
"""


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def platform(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run nginx as a platform that keeps what it is sent as FLV files."""
    user = "user root;" if os.getuid() == 0 else ""
    text = RTMP.format(folder=folder, port=port, user=user)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    (folder / "modules").unlink(missing_ok=True)
    (folder / "modules").symlink_to("/usr/lib/nginx/modules")
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            eventually(lambda: listens(port))
            yield process
        finally:
            process.kill()

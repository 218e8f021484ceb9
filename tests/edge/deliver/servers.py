"""Servers that others wrote, to deliver to: Debian's nginx with WebDAV."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import eventually

USER, PASSWORD = "room", "a password: 密码"


@dataclass(frozen=True)
class Dav:
    """An nginx that keeps what it is sent below ``/dav/``; `folder` is where."""

    port: int
    folder: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/dav"

    def asked(self, method: str) -> list[tuple[str, int, str]]:
        """Give path, status and destination of every request of a method, in order."""
        rows = [line.split("\t") for line in self.log.read_text("utf-8").splitlines()]
        return [(path, int(status), to) for verb, path, status, to in rows if verb == method]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def nginx_dav(
    folder: Path, *, certificate: Path | None = None, login: bool = False
) -> Iterator[Dav]:
    """Run it; `certificate`: PEM with chain and key; `login`: only for USER with PASSWORD."""
    port = free_port()
    dav = Dav(port, folder / "files", folder / "access.log")
    (dav.folder / "dav").mkdir(parents=True)
    tls = f"ssl_certificate {certificate}; ssl_certificate_key {certificate};"
    (folder / "nginx.conf").write_text(
        f"""daemon off; {"user root;" if os.getuid() == 0 else ""}
        worker_processes 1; pid {folder}/pid; error_log {folder}/errors.log;
        events {{}}
        http {{
          log_format plain "$request_method\\t$uri\\t$status\\t$http_destination";
          access_log {dav.log} plain;
          {_temporary(folder)}
          server {{
            listen 127.0.0.1:{port}{" ssl" if certificate else ""};
            {tls if certificate else ""}
            client_max_body_size 0;
            location /dav/ {{
              root {dav.folder};
              dav_methods PUT DELETE MKCOL COPY MOVE;
              {_login(folder) if login else ""}
            }}
          }}
        }}""",
        encoding="utf-8",
    )
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            eventually((folder / "pid").exists)
            yield dav
        finally:
            process.terminate()


def _temporary(folder: Path) -> str:
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"{name}_temp_path {folder}/{name};" for name in names)


def _login(folder: Path) -> str:
    hashed = subprocess.run(
        ["openssl", "passwd", "-apr1", "-stdin"],
        input=PASSWORD.encode(),
        capture_output=True,
        check=True,
    )
    (folder / "users").write_text(f"{USER}:{hashed.stdout.decode()}", encoding="utf-8")
    return f'auth_basic "recordings"; auth_basic_user_file {folder}/users;'

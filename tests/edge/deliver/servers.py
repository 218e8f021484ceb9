"""Servers that others wrote, to deliver to: Debian's nginx with WebDAV, and its sshd."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
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


@dataclass(frozen=True)
class Ssh:
    """An sshd that serves SFTP to this user by a key; `folder` is where files go."""

    port: int
    folder: Path
    key: Path  # of the user
    host_key: str

    def target(self, port: int = 0) -> str:
        """Give what room.toml says of it, behind a line at a port."""
        url = f"sftp://127.0.0.1:{port or self.port}{self.folder}"
        return (
            f'kind = "sftp"\nurl = "{url}"\nusername = "{getpass.getuser()}"\n'
            f'host_key = "{self.host_key}"\noptions = {{ key = "{self.key}" }}\n'
        )


@contextmanager
def sshd(folder: Path) -> Iterator[Ssh]:
    """Run it as an ordinary process."""
    port = free_port()
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    (folder / "files").mkdir()
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists, as root
    (folder / "sshd.conf").write_text(
        f"""Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
MaxStartups 100
Subsystem sftp internal-sftp
""",
        encoding="utf-8",
    )
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin") or "sshd"
    command = [program, "-D", "-e", "-f", str(folder / "sshd.conf")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stderr=log) as process,
    ):
        try:
            eventually((folder / "pid").exists)
            host_key = " ".join((folder / "host.pub").read_text("utf-8").split()[:2])
            yield Ssh(port, folder / "files", folder / "user", host_key)
        finally:
            process.terminate()

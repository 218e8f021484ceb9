"""The configuration of a Janus for classes alone: one plugin, HTTP on loopback, two secrets.

What is not needed is not loaded: Debian's package has eleven plugins and six transports.

Source: Janus documentation, "Deploying Janus"; the samples of Debian's package 1.1.2.
"""

import json
from pathlib import Path
from typing import Final

from classroom_media.live.engine.janus_link import Server

PLUGIN: Final = "libjanus_videoroom.so"
TRANSPORT: Final = "libjanus_http.so"
LIBRARIES: Final = Path("/usr/lib")
_LOOPBACK: Final = "127.0.0.1"


class SetupError(Exception):
    """Janus is not installed."""


def write(folder: Path, server: Server, *, port: int, admin_port: int) -> Path:
    """Write all that `janus -F <folder>` needs; gives that folder.

    Raises:
        SetupError: Debian's package janus is not installed.
    """
    for name, library in (("plugins", PLUGIN), ("transports", TRANSPORT)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        link = folder / name / library
        link.unlink(missing_ok=True)
        link.symlink_to(_library(library))
    for name in ("none", "conf"):
        (folder / name).mkdir(exist_ok=True)
    conf = folder / "conf"
    (conf / "janus.jcfg").write_text(_core(folder, server), encoding="utf-8")
    (conf / "janus.transport.http.jcfg").write_text(_http(port, admin_port), encoding="utf-8")
    (conf / "janus.plugin.videoroom.jcfg").write_text("general: { }\n", encoding="utf-8")
    return conf


def _library(name: str) -> Path:
    found = next(LIBRARIES.glob(f"*/janus/*/{name}"), None)
    if found is None:
        raise SetupError(f"{name} is not there: apt-get install janus")
    return found


def _core(folder: Path, server: Server) -> str:
    folders = {
        "plugins_folder": folder / "plugins",
        "transports_folder": folder / "transports",
        "events_folder": folder / "none",
        "loggers_folder": folder / "none",
        "api_secret": server.secret,
        "admin_secret": server.admin_secret,
    }
    lines = [f"\t{name} = {json.dumps(str(value))}" for name, value in folders.items()]
    return "\n".join(["general: {", *lines, "\tdebug_level = 3", "}", "nat: {"]) + (
        "\n\tignore_mdns = true\n}\n"
    )


def _http(port: int, admin_port: int) -> str:
    return f"""general: {{
\tjson = "compact"
\tbase_path = "/janus"
\thttp = true
\tport = {port}
\tip = "{_LOOPBACK}"
}}
admin: {{
\tadmin_base_path = "/admin"
\tadmin_http = true
\tadmin_port = {admin_port}
\tadmin_ip = "{_LOOPBACK}"
}}
"""

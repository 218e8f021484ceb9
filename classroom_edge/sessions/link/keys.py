"""Keys of a link: who somebody is. A secret one is in a file for its owner's eyes only.

Source: CurveZMQ, https://rfc.zeromq.org/spec/26/; Z85, https://rfc.zeromq.org/spec/32/
"""

import hashlib
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import zmq

KEY_LENGTH: Final = 40  # characters of a key in Z85

HUB_KEY: Final = "hub.key"
SITE_KEY: Final = "site.key"
HUB_RECORD: Final = "hub.json"


class KeyFileError(Exception):
    """A key cannot be read or kept; the text says why."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A public key, which is an identity, and the secret one that proves it. Both in Z85."""

    public: str
    secret: str = field(repr=False)


class HubRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a site that is enrolled knows of its hub, and what the hub calls it."""

    address: str  # "host:port"
    key: str
    site: str


def fingerprint(public: str) -> bytes:
    """Give the hash by which a public key is known again."""
    return hashlib.sha256(public.encode("ascii")).digest()


def load_or_make(path: Path) -> KeyPair:
    """Give the keys of that file; make them when it is not there.

    Raises:
        KeyFileError: it cannot be read or written, is damaged, or others may read it.
    """
    try:
        if not path.exists():
            _keep(path, zmq.curve_keypair()[1])
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(f"{path}: others may read it; chmod 600, or enrol anew")
        secret = path.read_bytes().strip()
        return KeyPair(zmq.curve_public(secret).decode(), secret.decode())
    except (OSError, ValueError, zmq.ZMQError) as error:
        raise KeyFileError(f"{path}: {error}") from error


def hub_of(folder: Path) -> HubRecord | None:
    """Give the hub at which the room of that folder is enrolled, or None. Raises KeyFileError."""
    try:
        return msgspec.json.decode((folder / HUB_RECORD).read_bytes(), type=HubRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise KeyFileError(f"{folder / HUB_RECORD}: {error}") from error


def remember_hub(folder: Path, hub: HubRecord) -> None:
    """Keep at which hub the room is enrolled. Raises KeyFileError."""
    try:
        _keep(folder / HUB_RECORD, msgspec.json.encode(hub))
    except OSError as error:
        raise KeyFileError(f"{folder / HUB_RECORD}: {error}") from error


def _keep(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, whole or not at all, and through a power cut."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

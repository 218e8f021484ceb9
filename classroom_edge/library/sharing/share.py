"""A link to a recording: who may do what with it, until when. Values, and ``shares.json``.

The token is 256 random bits behind the recording's id; of them only the hash is kept. So the folder
alone tells which links are good, and a stolen ``shares.json`` opens nothing.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from classroom_edge.library.indexing import ID
from classroom_media.api import RecordError
from classroom_media.record.durable import replace_durably

SHARES_FILE: Final = "shares.json"
MARK: Final = "~"  # between the recording's id and the secret
TOKEN_MAX: Final = 100  # characters


class Role(StrEnum):
    """What somebody with the link may do."""

    WATCH = "watch"
    DOWNLOAD = "download"


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One link."""

    id: str
    hash: str  # SHA-256 of the secret, hexadecimal
    role: Role
    by: str
    at: datetime  # aware
    expires_at: datetime
    edit: str = ""  # "" = the recording itself
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it may be used."""
        return self.revoked_at is None and now < self.expires_at


_decoder: Final = msgspec.json.Decoder(tuple[Share, ...])


def new_token(recording: str) -> str:
    """Make the token of a new link."""
    return f"{recording}{MARK}{secrets.token_urlsafe(32)}"


def hash_of(token: str) -> str:
    """Hash a token as `Share.hash` has it. It is random: SHA-256 without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def recording_of(token: str) -> str:
    """Give the recording that a token is for; "" = it is no token."""
    recording, mark, _ = token.partition(MARK)
    is_one = mark and len(token) <= TOKEN_MAX and token.isascii() and ID.fullmatch(recording)
    return recording if is_one else ""


def found(shares: tuple[Share, ...], token: str) -> Share | None:
    """Find the link of a token, in a time that tells nothing of how much of it was right."""
    hashed = hash_of(token)
    same = [one for one in shares if hmac.compare_digest(one.hash, hashed)]
    return same[0] if same else None


def read_shares(folder: Path) -> tuple[Share, ...]:
    """Read the links to a recording. What cannot be understood opens nothing.

    Raises:
        RecordError: the disk fails, or the file is damaged.
    """
    path = folder / SHARES_FILE
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: {error}") from error


def write_shares(folder: Path, shares: tuple[Share, ...]) -> None:
    """Replace the links to a recording at once and durably. Raises RecordError."""
    path = folder / SHARES_FILE
    try:
        replace_durably(path, msgspec.json.format(msgspec.json.encode(shares), indent=1) + b"\n")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from error

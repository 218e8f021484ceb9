"""Sealing a backup with a passphrase, piece by piece, so that neither order nor end can be changed.

    head (a line) | salt, 16 bytes | pieces: length, 4 bytes; ciphertext with its tag

The key is scrypt's of the passphrase; each piece has its number and whether it is the last one in
its nonce. Without a passphrase the bytes stand as they are, with their SHA-256 behind them.

Source: RFC 7914 (scrypt); RFC 5116, section 5.1 (AES-GCM); Hoang et al., "Online Authenticated
Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015 (STREAM).
"""

import hashlib
import secrets
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLAIN: Final = b"classroom-edge backup 1, open\n"
SEALED: Final = b"classroom-edge backup 1, sealed\n"
SALT_BYTES: Final = 16
PIECE_BYTES: Final = 1 << 20
TAG_BYTES: Final = 16
DIGEST_BYTES: Final = 32
MEMORY_MAX: Final = 64 << 20  # of scrypt, bytes


class BackupError(Exception):
    """A backup that cannot be used: "format", "damaged", "passphrase-wanted", "passphrase-wrong"...

    `code` is a key of our words; `text` is what was found.
    """

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code
        self.text = text


def seal(source: BinaryIO, out: BinaryIO, passphrase: str) -> None:
    """Copy `source` to `out`, sealed if there is a passphrase. Raises OSError."""
    if not passphrase:
        data = source.read()
        out.write(PLAIN + data + hashlib.sha256(data).digest())
        return
    salt = secrets.token_bytes(SALT_BYTES)
    out.write(SEALED + salt)
    cipher, number = AESGCM(_key(passphrase, salt)), 0
    data = source.read(PIECE_BYTES)
    while True:
        upcoming = source.read(PIECE_BYTES)
        piece = cipher.encrypt(_nonce(number, last=not upcoming), data, SEALED)
        out.write(len(piece).to_bytes(4, "big") + piece)
        if not upcoming:
            return
        data, number = upcoming, number + 1


def unseal(source: BinaryIO, out: BinaryIO, passphrase: str) -> None:
    """Copy what was sealed to `out`. Raises BackupError, OSError."""
    head = source.readline(max(len(PLAIN), len(SEALED)))
    if head == PLAIN:
        content = source.read()
        data, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
        if hashlib.sha256(data).digest() != digest:
            raise BackupError("damaged")
        out.write(data)
    elif head == SEALED:
        _unseal(source, out, passphrase)
    else:
        raise BackupError("format")


def _unseal(source: BinaryIO, out: BinaryIO, passphrase: str) -> None:
    if not passphrase:
        raise BackupError("passphrase-wanted")
    cipher, number = AESGCM(_key(passphrase, source.read(SALT_BYTES))), 0
    piece = _piece(source)
    while True:
        upcoming = _piece(source)
        try:
            out.write(cipher.decrypt(_nonce(number, last=not upcoming), piece, SEALED))
        except InvalidTag as error:
            raise BackupError("damaged" if number else "passphrase-wrong") from error
        if not upcoming:
            return
        piece, number = upcoming, number + 1


def _piece(source: BinaryIO) -> bytes:
    """Give the next piece; nothing at the end."""
    length = int.from_bytes(source.read(4), "big")
    if length > PIECE_BYTES + TAG_BYTES:
        raise BackupError("damaged")
    return source.read(length)


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=1 << 15, r=8, p=1, maxmem=MEMORY_MAX, dklen=32
    )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

"""The server of a lesson is trusted by its public key, where no authority has signed for it.

GnuTLS, by which libvlc speaks TLS, looks up a certificate of nobody known in a file of its user's
home. A process that plays gets such a home of its own, with one line in it.

Source: GnuTLS manual, 5.11.2 (trust on first use); lib/verify-tofu.c, for the form of the line.
"""

import os
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

FILE: Final = Path(".gnutls") / "known_hosts"


class Trust:
    """Trusts one key at a time; `close` gives the home back."""

    def __init__(self) -> None:
        self._home: tempfile.TemporaryDirectory[str] | None = None

    def only(self, url: str, key: str) -> None:
        """Trust the server of an address by its key: the SubjectPublicKeyInfo, DER in base64."""
        host = urlsplit(url).hostname
        if not key or host is None:
            return
        if self._home is None:
            self._home = tempfile.TemporaryDirectory(prefix="classroom-player-")
            os.environ.setdefault("XDG_CONFIG_HOME", str(Path.home() / ".config"))  # of the sound
            os.environ["HOME"] = self._home.name
        file = Path(self._home.name) / FILE
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"|g0|{host}|https|0|{key}\n", encoding="ascii")

    def close(self) -> None:
        """Leave nothing behind."""
        if self._home is not None:
            self._home.cleanup()

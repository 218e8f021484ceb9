"""What a demuxer takes for a file: an MPEG transport stream that comes by SRT."""

import io

from classroom_media.api import SourceError
from classroom_media.live.push.address import AddressError, read
from classroom_media.live.srt.connection import Connection
from classroom_media.live.srt.library import SrtError


class SrtFile(io.RawIOBase):
    """Reads what the other side sends; `srt://:9000?mode=listener` waits for it to call.

    Raises:
        SourceError: nobody answers, or nothing came for too long; the text holds no password.
    """

    def __init__(self, url: str, *, silence_s: float) -> None:
        super().__init__()
        try:
            address = read(url)
        except AddressError as error:
            raise SourceError(f"what is wrong with its address is the {error.code}") from error
        self._rest = b""
        try:
            self._connection = Connection(address, silence_s=silence_s)
            self._connection.open()
        except SrtError as error:
            raise SourceError(error.text.lower()) from error

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Give what has come, at most `size` bytes; empty at the end."""
        try:
            data = self._rest or self._connection.receive()
        except SrtError as error:
            raise SourceError("it is silent") from error
        if size < 0:
            size = len(data)
        self._rest = data[size:]
        return data[:size]

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
        super().close()

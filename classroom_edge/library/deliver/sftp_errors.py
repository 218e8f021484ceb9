"""What goes wrong with SFTP, as errors of deliveries.

Source: asyncssh, "Exceptions"; draft-ietf-secsh-filexfer-13, section 9.1 (status codes).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncssh

from classroom_edge.library.deliver.target import (
    DeliveryError,
    MisconfiguredError,
    TransientError,
)

_KNOWN: Final[tuple[tuple[type[Exception], type[DeliveryError], str], ...]] = (
    (asyncssh.HostKeyNotVerifiable, MisconfiguredError, "host-key"),
    (asyncssh.PermissionDenied, MisconfiguredError, "login-wrong"),
    (asyncssh.KeyImportError, MisconfiguredError, "key-odd"),
    (asyncssh.SFTPNoSuchFile, MisconfiguredError, "no-such-path"),
    (asyncssh.SFTPNoSuchPath, MisconfiguredError, "no-such-path"),
    (asyncssh.SFTPPermissionDenied, MisconfiguredError, "forbidden"),
    (asyncssh.SFTPNoSpaceOnFilesystem, TransientError, "full-there"),
    (asyncssh.SFTPQuotaExceeded, TransientError, "full-there"),
    (asyncssh.SFTPConnectionLost, TransientError, "line-broke"),
    (asyncssh.SFTPError, TransientError, "server-error"),
    (asyncssh.DisconnectError, TransientError, "line-broke"),
    (TimeoutError, TransientError, "no-answer"),
    (ConnectionRefusedError, TransientError, "unreachable"),
    (asyncssh.Error, TransientError, "line-broke"),
    (OSError, TransientError, "unreachable"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the library raises into errors of deliveries."""
    try:
        yield
    except (asyncssh.Error, asyncssh.KeyImportError, OSError) as error:
        for kind, ours, code in _KNOWN:
            if isinstance(error, kind):
                raise ours(code, str(error)[:200]) from error
        raise

"""Network devices whose packets a program reads and writes. Linux, root.

Source: Linux kernel, Documentation/networking/tuntap.rst.
"""

import fcntl
import os
import struct
from typing import Final

_SET_IFF: Final = 0x400454CA
_TUN_WITHOUT_HEADER: Final = 0x1001  # IFF_TUN | IFF_NO_PI


def open_tun(name: str) -> int:
    """Make a device of that name; give the descriptor at which its IP packets are read and written.

    It lives as long as the descriptor, also in a network namespace into which it is moved.

    Raises:
        OSError: this is not Linux, not root, or the name is taken.
    """
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(
            descriptor, _SET_IFF, struct.pack("16sH22x", name.encode(), _TUN_WITHOUT_HEADER)
        )
    except OSError:
        os.close(descriptor)
        raise
    return descriptor

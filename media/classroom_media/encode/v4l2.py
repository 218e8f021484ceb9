"""What a V4L2 node says that it can do: a camera films, a memory-to-memory device may encode.

Source: Linux, Documentation/userspace-api/media/v4l, "ioctl VIDIOC_QUERYCAP" (struct
v4l2_capability: 16 + 32 + 32 bytes of names, then version, capabilities, device_caps, 3 reserved).
"""

import os
import struct
import sys
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

CAPABILITY: Final = struct.Struct("=80x3I12x")  # version, capabilities, device_caps
QUERYCAP: Final = 2 << 30 | CAPABILITY.size << 16 | ord("V") << 8  # _IOR('V', 0, v4l2_capability)
DEVICE_CAPS: Final = 0x8000_0000  # device_caps tells of this node, capabilities of the whole device
M2M: Final = 0x0000_8000 | 0x0000_4000  # V4L2_CAP_VIDEO_M2M, V4L2_CAP_VIDEO_M2M_MPLANE


def asked(node: Path) -> bytes:
    """Ask a node for its struct v4l2_capability.

    Raises:
        OSError: it may not be opened, or is no V4L2 device.
    """
    if sys.platform == "win32":
        raise OSError(f"{node}: there is no V4L2 on Windows")
    descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    try:
        return fcntl.ioctl(descriptor, QUERYCAP, bytes(CAPABILITY.size))
    finally:
        os.close(descriptor)


def is_memory_to_memory(answer: bytes) -> bool:
    """Tell whether a struct v4l2_capability is that of a node that takes and gives pictures."""
    _version, of_all, of_this = CAPABILITY.unpack(answer)
    return bool((of_this if of_all & DEVICE_CAPS else of_all) & M2M)

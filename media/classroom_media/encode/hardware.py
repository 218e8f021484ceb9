"""What hardware encoders need of a machine before it is worth trying them.

Where it is not there nothing was tried, which is something else than an encoder that was tried
and failed: whoever looks after the machine is told which of the two it is.

Source: Linux, Documentation/gpu/drm-uapi (render nodes); PCI vendor identifiers (pcisig.com).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from classroom_media.encode.v4l2 import asked, is_memory_to_memory

INTEL, AMD = "0x8086", "0x1002"
GRAPHICS: Final = "sys/class/drm/renderD*/device/vendor"


def lacking(encoder: str, root: Path = Path("/"), ask: Callable[[Path], bytes] = asked) -> str:
    """Name what `encoder` would need and this machine has not, in the system's own terms.

    "" where it is there, where it is not known how to look (Windows), and for software. `ask`
    gives the struct v4l2_capability of a node, or raises OSError.
    """
    if not sys.platform.startswith("linux"):
        return ""
    match encoder:
        case "h264_qsv":
            return _graphics(root, INTEL, "Intel")
        case "h264_nvenc":
            return "" if (root / "dev/nvidiactl").exists() else "/dev/nvidiactl (NVIDIA)"
        case "h264_amf":
            return _graphics(root, AMD, "AMD")
        case "h264_v4l2m2m":
            return _coder(sorted(root.glob("dev/video*")), ask)
    return ""


def _graphics(root: Path, vendor: str, name: str) -> str:
    vendors = {path.read_text(encoding="ascii").strip() for path in root.glob(GRAPHICS)}
    return "" if vendor in vendors else f"/dev/dri/renderD* ({name}, {vendor})"


def _coder(nodes: list[Path], ask: Callable[[Path], bytes]) -> str:
    """Look for a node that is no camera; those that would not say what they are, are named."""
    silent = []
    for node in nodes:
        try:
            if is_memory_to_memory(ask(node)):
                return ""
        except OSError as error:
            silent.append(f"{node}: {error.strerror}")
    return f"/dev/video* ({', '.join(('V4L2 M2M', *silent))})"

"""What hardware encoders need of a machine before it is worth trying them.

Where it is not there nothing was tried, which is something else than an encoder that was tried
and failed: whoever looks after the machine is told which of the two it is.

Source: Linux, Documentation/gpu/drm-uapi (render nodes); PCI vendor identifiers (pcisig.com).
"""

import sys
from pathlib import Path
from typing import Final

INTEL, AMD = "0x8086", "0x1002"
GRAPHICS: Final = "sys/class/drm/renderD*/device/vendor"


def lacking(encoder: str, root: Path = Path("/")) -> str:
    """Name what `encoder` would need and this machine has not, in the system's own terms.

    "" where it is there, where it is not known how to look (Windows), and for software.
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
            return "" if any(root.glob("dev/video*")) else "/dev/video*"
    return ""


def _graphics(root: Path, vendor: str, name: str) -> str:
    vendors = {path.read_text(encoding="ascii").strip() for path in root.glob(GRAPHICS)}
    return "" if vendor in vendors else f"/dev/dri/renderD* ({name}, {vendor})"

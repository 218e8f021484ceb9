"""Where the ALSA library inside PyAV's wheel finds what the machine knows of its sound cards.

It was built to live elsewhere and looks there, so that it knows no device at all, not even
"default" or "hw:0". Every Linux keeps its configuration in one place. Plug-ins of the machine's
own ALSA library (PipeWire's, PulseAudio's) are not for this one: they crash it, and stay out.
"""

import os
from pathlib import Path
from typing import Final

FOLDER: Final = Path("/usr/share/alsa")
SAID: Final = ("ALSA_CONFIG_DIR", "ALSA_CONFIG_PATH")  # by whoever knows better


def find_configuration() -> None:
    """Lead the library to the machine's configuration; once is enough, more do no harm."""
    if not any(name in os.environ for name in SAID) and (FOLDER / "alsa.conf").exists():
        os.environ["ALSA_CONFIG_DIR"] = str(FOLDER)

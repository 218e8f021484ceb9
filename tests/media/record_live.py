"""A process to be killed: records a picture and sound as time goes by."""

import os
import sys
import time
from pathlib import Path

from classroom_media.api import NS
from tests.media.record_scene import FPS, FRAME_NS, START_NS, Room, in_order, pictures, sound

SECONDS = 12


def main(arguments: list[str]) -> None:
    """Record into a folder: packets from picture number `first` on, paced as live."""
    folder, first = Path(arguments[0]), int(arguments[1])
    fed = os.open(folder / "fed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    first_ns = START_NS + first * FRAME_NS
    film = in_order(pictures(SECONDS * FPS), sound(SECONDS))
    room = Room(folder, track="programme", streams=("cam", "cam-sound"))
    begin = room.begin_again if first else room.begin
    begin(START_NS)
    begun_ns = time.monotonic_ns()
    for packet in film:
        if packet.dts_ns >= first_ns:
            due_ns = begun_ns + packet.dts_ns - first_ns
            time.sleep(max(due_ns - time.monotonic_ns(), 0) / NS)
            room.feed([packet])
            if packet.stream == "cam":
                os.write(fed, b".")
    sys.exit("nobody killed it")

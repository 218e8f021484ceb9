"""Our emulated devices, worked by controllers that others wrote."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from visca_over_ip import Camera

from classroom_drivers.emulators.visca import ViscaEmulator
from tests.waiting import eventually


@contextmanager
def camera_at(port: int) -> Iterator[ViscaEmulator]:
    """Run a camera on 127.0.0.2, for this controller wants the port on its own address."""
    camera = ViscaEmulator(sony=True)
    ended = Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wire.bind(("127.0.0.2", port))
        wire.settimeout(0.005)

        def answer() -> None:
            sessions = {}
            while not ended.is_set():
                data, sender = b"", None
                with suppress(TimeoutError):
                    data, sender = wire.recvfrom(64)
                if sender and sender not in sessions:
                    sessions[sender] = camera.session(time.monotonic())
                for peer, session in sessions.items():
                    heard = data if peer == sender else b""
                    for said in session.receive(heard, time.monotonic()):
                        wire.sendto(said, peer)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield camera
        finally:
            ended.set()
            thread.join()


def test_visca_over_ip_works_our_camera() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.2", 0))
        port = free.getsockname()[1]
    with camera_at(port) as emulator:
        camera = Camera("127.0.0.2", port)
        try:
            camera.pantilt(pan_speed=10, tilt_speed=5)
            assert emulator.axes["pan"].speed > 0
            assert emulator.axes["tilt"].speed < 0  # it sends 02, which Sony documents as down
            camera.pantilt(pan_speed=24, tilt_speed=20, pan_position=-720, tilt_position=144)
            eventually(lambda: camera.get_pantilt_position() == (-720, 144))
            camera.zoom_to(0.5)
            eventually(lambda: camera.get_zoom_position() == 0x2000)
            camera.save_preset(3)
            assert emulator.presets[3] == {"pan": -720, "tilt": 144, "zoom": 0x2000}
        finally:
            camera.close_connection()

"""Cameras with VISCA."""

from classroom_drivers.emulators.visca import ViscaChain, ViscaEmulator
from tests.drivers.rigs import BYTE_S_AT_9600, Rig


def hasten(device: ViscaEmulator | ViscaChain) -> None:
    for camera in device.cameras if isinstance(device, ViscaChain) else [device]:
        camera.boot_s = 0.2


HASTY = {"warm_up_s": 1.0}


def _rig(name: str, emulated: str, *over: str, byte_s: float = 0.0, **options: object) -> Rig:
    query = "framing=sony" if options.get("framing") == "sony" else ""
    return Rig(
        name=name,
        driver="visca",
        model=emulated,
        over=over,
        byte_s=byte_s,
        options=options,
        query=query,
        hasten=hasten,
        hasty=HASTY,
    )


RIGS = (
    _rig("visca", "bare", "tcp", "udp"),
    _rig("visca-serial", "bare", "serial", byte_s=BYTE_S_AT_9600),
    _rig("visca-sony", "sony", "udp", framing="sony"),
    _rig("visca-chain", "chain", "serial", byte_s=BYTE_S_AT_9600, address=2),
    _rig("visca-fr7", "fr7", "udp", model="sony-fr7", framing="sony"),
    _rig("visca-lumens", "lumens", "tcp", model="lumens-vc-tr40"),
    _rig("visca-ptzoptics", "ptzoptics-g3", "tcp", model="ptzoptics-g3", firmware="soc-9.1.35"),
    _rig("visca-1-beyond", "1-beyond", "tcp", model="crestron-1-beyond"),
)

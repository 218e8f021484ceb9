"""Network cameras with ONVIF."""

from tests.drivers.rigs import Rig

RANGES = {"pan_range_deg": "-170..170", "tilt_range_deg": "-30..90"}
RIGS = (
    Rig(name="onvif", driver="onvif", model="camera", over=("tcp", "tls"), password="secret"),
    Rig(name="onvif-open", driver="onvif", model="camera"),
    Rig(
        name="onvif-token",
        driver="onvif",
        model="token",
        over=("tcp",),
        password="secret",
        options=RANGES,
    ),
    Rig(name="onvif-plain", driver="onvif", model="plain", over=("tcp",)),
)

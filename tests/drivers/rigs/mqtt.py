"""Things behind an MQTT broker, of every convention; one broker has a password."""

from classroom_drivers.emulators.mqtt import MODELS, MqttEmulator
from tests.drivers.rigs import Rig


def _hasten(broker: MqttEmulator) -> None:
    broker.thing.curtain.percent_per_s = 100.0


RIGS = (
    *(
        Rig(
            name=f"mqtt-{model}",
            driver="mqtt",
            model=model,
            over=("tcp",),
            options=make().needs,
            hasten=_hasten,
        )
        for model, make in MODELS.items()
    ),
    Rig(
        name="mqtt-password",
        driver="mqtt",
        model="zigbee2mqtt-switch",
        over=("tls",),
        password="p4ssw0rd",
        options={**MODELS["zigbee2mqtt-switch"]().needs, "username": "classroom"},
    ),
)

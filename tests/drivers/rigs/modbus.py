"""Modbus: boards and sensors by their model, and what is described in options."""

from tests.drivers.rigs import BYTE_S_AT_9600, Rig

SENSORS = ("xy-md02", "sdm120", "sdm230", "sdm72d", "pzem-016", "mb-350u-c", "sen0644")
BOARDS = ("waveshare-relay-8", "waveshare-relay-32", "waveshare-io-8", "r4d8a08")

RIGS = (
    *(
        Rig(
            name=f"modbus-{model}",
            driver="modbus",
            model=model,
            over=("serial",),
            options={"model": model},
            byte_s=BYTE_S_AT_9600,
        )
        for model in (*BOARDS, *SENSORS)
    ),
    Rig(
        name="modbus-tcp",
        driver="modbus",
        model="waveshare-relay-16",
        over=("tcp",),
        options={"model": "waveshare-relay-16"},
    ),
    Rig(
        name="modbus-rtu-over-tcp",
        driver="modbus",
        model="dimmer",
        over=("tcp",),
        options={"levels": "holding:0-3 max=255", "identity": True, "framing": "rtu"},
    ),
    Rig(
        name="modbus-curtain",
        driver="modbus",
        model="curtain-motor",
        over=("serial", "tcp"),
        options={"covers": "command=holding:0 open=1 close=2 stop=3 position=holding:1"},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="modbus-curtain-by-contacts",
        driver="modbus",
        model="waveshare-relay-8",
        options={"relays": "0-3", "covers": "open=4 close=5 travel=3, open=6 close=7 travel=3"},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="modbus-bus",
        driver="modbus",
        model="bus",
        over=("serial", "tcp"),
        options={"model": "sdm120", "unit": 3},
        byte_s=BYTE_S_AT_9600,
    ),
    Rig(
        name="modbus-clash",
        driver="modbus",
        model="clash",
        over=("tcp",),
        options={"relays": "0-7"},
    ),
)

"""Modbus boards and sensors whose registers are published, by the name that people know them by.

Addresses count from 0, as on the wire. What is not here is described in the options.
"""

from types import MappingProxyType

from classroom_drivers.devices.about import Quirk

WAVESHARE = "Waveshare wiki, Modbus RTU Relay / IO 8CH, sections of functions 01, 02, 05 and 03"
EASTRON = "input registers in floats of two, high word first: "


def _quirk(model: str, why: str, source: str, **options: str) -> Quirk:
    return Quirk(model=model, why=why, source=source, options=MappingProxyType(dict(options)))


QUIRKS = (
    *(
        _quirk(
            f"waveshare-relay-{count}",
            f"{count} coils from 0; version in holding 0x8000, in hundredths",
            WAVESHARE,
            relays=f"0-{count - 1}",
            version="holding:0x8000/100",
        )
        for count in (8, 16, 32)
    ),
    _quirk(
        "waveshare-io-8",
        "8 outputs as coils, 8 inputs as discrete inputs; version in holding 0x8000",
        WAVESHARE,
        relays="0-7",
        sensors=", ".join(f"contact-{number + 1}=discrete:{number}" for number in range(8)),
        version="holding:0x8000/100",
    ),
    _quirk(
        "r4d8a08",
        "8 relays as holding 1 to 8, which take 0x0100 and 0x0200 and tell 1 and 0",
        "eletechsup R4D8A08 command sheet, as quoted by public drivers of it and of R421A08",
        relays="holding:1-8 on=0x0100 off=0x0200",
    ),
    _quirk(
        "xy-md02",
        "temperature and humidity in tenths, input 1 and 2 (SHT20)",
        "XY-MD02 manual, as quoted at domoticx.com/modbus-temp-hum-sensor-xy-md02",
        sensors="temperature-c=input:1/10 signed, humidity-percent=input:2/10",
    ),
    *(
        _quirk(
            model,
            EASTRON + "voltage 0, current 6, power 12, total energy 342" + speed,
            source,
            sensors="voltage-v=input:0 float, current-a=input:6 float, power-w=input:12 float, "
            "energy-kwh=input:342 float",
        )
        for model, speed, source in (
            (
                "sdm120",
                "; leaves the factory with 2400 baud",
                "as SDM230; speed: SolarNetwork wiki, SDM XXX meters",
            ),
            ("sdm230", "", "lamaplc.com, Eastron SDM230; aggsoft.com, eastron-sdm230"),
        )
    ),
    _quirk(
        "sdm72d",
        EASTRON + "power of all phases 52, total energy 342",
        "Eastron SDM72D-M User Manual V1.5, p14",
        sensors="power-w=input:52 float, energy-kwh=input:342 float",
    ),
    _quirk(
        "pzem-016",
        "voltage in tenths; current, power and energy in two registers, the low word first",
        "PZEM-004T V3.0 User Manual, section 2.3 (PZEM-014/016 are the same)",
        sensors="voltage-v=input:0/10, current-a=input:1/1000 long swapped, "
        "power-w=input:3/10 long swapped, energy-kwh=input:5/1000 long swapped",
    ),
    _quirk(
        "mb-350u-c",
        "carbon dioxide, temperature in tenths, humidity: holding 0x50 to 0x52",
        "ELT Sensor MB-350U-C manual, p10 (section 2.1)",
        sensors="co2-ppm=holding:0x50, temperature-c=holding:0x51/10 signed, "
        "humidity-percent=holding:0x52",
    ),
    _quirk(
        "sen0644",
        "illuminance in thousandths of a lux, holding 2 and 3, high word first",
        "DFRobot wiki, SEN0644, register table",
        sensors="light-lux=holding:2/1000 long",
    ),
)

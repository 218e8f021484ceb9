"""Cameras with VISCA, as their manuals and their users describe them: names and odd habits."""

from collections.abc import Mapping
from types import MappingProxyType

from classroom_drivers.devices.about import About, Quirk

MAKERS: Mapping[int, str] = MappingProxyType({0x0001: "Sony", 0x0020: "Sony"})
NAMES: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (0x0001, 0x0501): "BRC-H700",  # BRC-Z700 Command List, p6
        (0x0001, 0x0505): "BRC-Z700",  # the same
        (0x0001, 0x0507): "BRC-Z330",  # BRC-Z330 Command List, p6
        (0x0001, 0x050C): "EVI-D80",  # EVI-D80/D90 Technical Manual, p33
        (0x0001, 0x050D): "EVI-D90",  # the same
        (0x0001, 0x0516): "SRG-300SE/301SE",  # SRG-300SE Technical Manual, p20
        (0x0001, 0x051E): "ILME-FR7",  # ILME-FR7 VISCA/CGI specification, CAM_VersionInq
        (0x0020, 0x0402): "EVI-D30/D31",  # EVI-D70 Technical Manual, p34
        (0x0020, 0x040E): "EVI-D70",  # the same
        (0x0020, 0x0434): "FCB-EX480C",  # FCB-EX480C Technical Manual, p42
        (0x0020, 0x044B): "FCB-H11",  # FCB-H11 Technical Manual, p21
        (0x0020, 0x045C): "FCB-EH4300",  # FCB-EH4300, "VISCA Protocol"
        (0x0020, 0x0467): "FCB-EV7500",  # FCB-EV7500 Technical Manual, p30
    }
)


def names_of(maker: int, model: int) -> tuple[str, str]:
    """Give the names of maker and model, or their numbers."""
    return MAKERS.get(maker, f"{maker:04x}"), NAMES.get((maker, model), f"{model:04x}")


def _quirk(model: str, why: str, source: str, firmware: str = "", **options: object) -> Quirk:
    return Quirk(model=model, why=why, source=source, firmware=firmware, options=_plain(options))


def _plain(options: Mapping[str, object]) -> Mapping[str, str | int | float | bool]:
    kinds = str | int | float | bool
    return MappingProxyType({k: v for k, v in options.items() if isinstance(v, kinds)})


QUIRKS = (
    _quirk(
        "sony-evi-d70",
        "13.3 units a degree; six presets",
        "Sony, EVI-D70 Technical Manual, p3 and p42",
        units_per_deg=2267 / 170,
        presets="1-6",
        first_preset=1,
    ),
    _quirk(
        "sony-evi-d80",
        "45.3 units a degree; six presets; focus from 1000 (far) to C000 (near)",
        "Sony, EVI-D80/D90 Technical Manual, p31 and p41",
        units_per_deg=7707 / 170,
        presets="1-6",
        first_preset=1,
    ),
    _quirk(
        "sony-brc-h700",
        "pan has five digits and counts to the left; one speed for both axes",
        "Sony, BRC-H700 Command List, p12",
        units_per_deg=35416 / 170,
        mirrored=True,
        one_speed=True,
    ),
    _quirk(
        "sony-brc-300",
        "pan has five digits; speed 00 is refused. Scale and direction as those of its sister, "
        "the BRC-H700: nobody has checked that",
        "Sony, BRC-300 Command List, p14; obs-ptz issue 40",
        units_per_deg=35416 / 170,
        mirrored=True,
        one_speed=True,
        presets="1-6",
        first_preset=1,
    ),
    _quirk(
        "sony-brc-x400",
        "wants 200 ms between a drive, a cancel and the next drive; presets count from 1",
        "Sony, BRC-X400 Command List, p6; SRG-X400 Command List, p21",
        move_gap_s=0.2,
        presets="1-100",
        first_preset=1,
    ),
    _quirk(
        "sony-fr7",
        "wants 200 ms between a drive, a cancel and the next drive; five digits, 236 units a "
        "degree; the tally lamp goes out by itself after 15 s; presets count from 1",
        "Sony, ILME-FR7 VISCA/CGI specification, Pan/Tilt, Preset and Tally",
        framing="sony",
        move_gap_s=0.2,
        units_per_deg=40103 / 170,
        focus_far=0x0000,
        focus_near=0xFFFF,
        presets="1-100",
        first_preset=1,
        tally_again_s=10.0,
    ),
    _quirk(
        "sony-fcb",
        "can hold its picture still",
        "Sony, FCB-ER8530, CAM_Freeze and CAM_FreezeModeInq",
        freeze=True,
    ),
    _quirk(
        "ptzoptics-g2",
        "presets 90 to 99 and 255 are functions of the camera",
        "Companion's module for PTZOptics, src/camera/presets.ts, on PTZOptics' own article",
        presets="0-89,100-254",
    ),
    _quirk(
        "ptzoptics-g3",
        "follows people; presets as the G2; puts several commands into one socket",
        "PTZOptics G3 VISCA over IP Commands, 2023-10-27; Companion's module, src/visca/port.ts",
        presets="0-89,100-254",
        tracking="ptzoptics",
    ),
    _quirk(
        "ptzoptics-g3",
        "answers as camera 2 whatever its address",
        "Companion's module for PTZOptics, issue 57",
        firmware="soc-9.1.35",
        chain=False,
    ),
    _quirk(
        "lumens-vc-tr40",
        "follows people; holds its picture still; presets from 128 on have other commands. "
        "Which end of its focus is far is not said: nobody has checked that",
        "Lumens, VC-TR40 RS-232 command set (RS171) 1.3",
        tracking="lumens",
        freeze=True,
        presets="0-255",
        preset_pages=True,
        focus_far=0x0000,
        focus_near=0x131A,
    ),
    _quirk(
        "crestron-1-beyond",
        "presets 80 and 81 begin and end tracking, 0 and 1 are its references; TCP port 5500",
        "Crestron, 1 Beyond IV-CAMHK-12 Product Manual 9311C, p64",
        tracking="presets",
        freeze=True,
        presets="2-79,82-127",
    ),
    _quirk(
        "avonic-cm70",
        "presets 0 to 127; TCP and UDP port 1259",
        "Avonic, CM70-IP manual, p67; support.avonic.com, VISCA",
        presets="0-127",
    ),
)

ABOUT = About(
    title="PTZ cameras with VISCA: serial, raw over TCP and UDP, in Sony's envelopes",
    reached_by=(
        "serial:///dev/ttyUSB0?baud=9600",
        "tcp://host",
        "udp://host",
        "udp://host:52381?framing=sony",
    ),
    sources=(
        "Sony, EVI-D70 Technical Manual, p31-51",
        "Sony, EVI-D100 Technical Manual, p23",
        "Sony, BRC-Z330 Command List, p5-8 (addresses, sockets, cancelling, network change)",
        "Sony, SRG-300H Technical Manual, p31-32 (sequence numbers)",
        "PTZOptics, VISCA over IP Commands, 2023-10-27",
    ),
    quirks=QUIRKS,
)

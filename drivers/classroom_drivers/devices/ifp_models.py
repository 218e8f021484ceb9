"""Models of interactive panels: which family of frames each speaks, and what else is its own.

Only models with a public manual or table are here. Boards differ within a brand: the
integrator's code sheet wins. The baud rate and the port belong to the URL, and are given as hints.
"""

from classroom_drivers.devices.about import Quirk

MODELS = (
    Quirk(
        model="benq-rm03",
        why="RM6503, RM7503, RM8603: 115200 baud, TCP 4660 while it is on",
        source="BenQ, RM6503/RM7503/RM8603 RS232 & LAN Protocol Installation Guide (2022)",
        options={"family": "benq"},
    ),
    Quirk(
        model="benq-rp04",
        why="RP6504, RP7504, RP8604: 9600 baud, TCP 4660 while it is on",
        source="BenQ, RP6504/RP7504/RP8604 RS232 & LAN Protocol, Communication setting",
        options={"family": "benq"},
    ),
    Quirk(
        model="benq-st01",
        why="ST4301K, ST5501K: 9600 baud, numbers 01 to 98",
        source="BenQ, ST5501K_ST4301K RS232/LAN Control Protocol Installation Guide, p. 4 to 8",
        options={
            "family": "benq",
            "inputs": "vga, hdmi-1, hdmi-2, dp",
        },
    ),
    Quirk(
        model="boxlight-clevertouch-plus",
        why="9600 baud",
        source='Clevertouch, "RS232 code for Clevertouch Plus"',
        options={"family": "aabbcc"},
    ),
    Quirk(
        model="clevertouch-plus",
        why="9600 baud",
        source='Clevertouch, "RS232 code for Clevertouch Plus"',
        options={"family": "aabbcc"},
    ),
    Quirk(
        model="clevertouch-pro",
        why="9600 baud; switching on is never answered",
        source="Clevertouch, support article 23384984694674, RS232 and IP commands",
        options={"family": "maxhub"},
    ),
    Quirk(
        model="clevertouch-pro-lan",
        why="TCP 4664; only the backlight can be switched",
        source="Clevertouch, support article 23384984694674; byuoitav/clevertouch-control",
        options={"family": "maxhub-lan", "warm_up_s": 0.0},
    ),
    Quirk(
        model="hisense-e",
        why="115200 baud; commands are repeated; UART Wake On must be set in its menu",
        source="Hisense, External RS232 Control Guide, E Series",
        options={"family": "hisense-e"},
    ),
    Quirk(
        model="hitevision-90184",
        why="115200 baud; no question is in its manual, those here are of its sister boards",
        source="HiteVision, manual of 90184, p. 47",
        options={"family": "hitevision"},
    ),
    Quirk(
        model="iiyama-prolite",
        why="TCP 5000 or 9600 baud; frames A6",
        source="PyPI pyamasicp 0.1.10, client.py and commands.py",
        options={"family": "sicp-a6"},
    ),
    Quirk(
        model="iiyama-te68",
        why="TE7568MIS and its kin: 9600 baud, fewer inputs",
        source="iiyama, TExx68 RS232 protocol v1.0.2",
        options={
            "family": "aabbcc",
            "inputs": "av, vga-1, hdmi-1, hdmi-2, hdmi-3, android, dp",
        },
    ),
    Quirk(
        model="maxhub-v6",
        why="CFxxFA: 9600 baud, or TCP 4664 without power; switching on is never answered",
        source="MAXHUB, IFP V6 RS-232 & LAN Protocol Specification 0725",
        options={
            "family": "maxhub",
            "inputs": "hdmi-1, ops, type-c-1, type-c-2",
        },
    ),
    Quirk(
        model="newline",
        why="19200 baud; nothing tells the power, so that silence is standby",
        source="com.newline.serialport, what its panels' own service reads and writes",
        options={"family": "newline"},
    ),
    Quirk(
        model="novotouch",
        why="9600 baud",
        source="support.launchnovo.com, RS-232 specification",
        options={"family": "aabbcc"},
    ),
    Quirk(
        model="philips-bdl",
        why="9600 baud or TCP 5000; 40 s to switch on, 8 s to switch off (43BDL3550Q, 55BDL4550D)",
        source="Philips, SICP V2.03; a public driver's note for the times",
        options={"family": "sicp", "warm_up_s": 40.0, "cool_down_s": 8.0},
    ),
    Quirk(
        model="philips-75bdl3151t",
        why="115200 baud",
        source="Westan, BDL SICP commonly used protocol V1.89 onwards",
        options={"family": "sicp", "warm_up_s": 40.0},
    ),
    Quirk(
        model="planar-vm",
        why="9600 baud or TCP 5000; frames A6",
        source="Planar, VM Series RS232 manual 020-1359-03A, sections 4 and 5",
        options={"family": "sicp-a6"},
    ),
    Quirk(
        model="viewsonic-cdx5562",
        why="9600 baud; 500 ms between messages",
        source="ViewSonic, CDX5562 installation guide, p. 16",
        options={"family": "viewsonic", "gap_s": 0.5},
    ),
    Quirk(
        model="viewsonic-ifp50",
        why="IFP5550 to IFP7550: 9600 baud, TCP 5000",
        source="ViewSonic, user guide of IFP7550, p. 83; LFD RS232 & LAN protocol",
        options={"family": "viewsonic"},
    ),
)

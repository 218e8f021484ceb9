"""Q-SYS cores."""

from tests.drivers.rigs import Rig

RIGS = (
    Rig(
        name="qsys",
        driver="qsys",
        model="core",
        over=("tcp",),
        password="1234",
        options={
            "levels": "Teacher=MicGain, Music=Bgm",
            "volume": "MainGain",
            "mute": "MainMute",
        },
    ),
)

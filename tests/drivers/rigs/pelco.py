"""Cameras with Pelco-D and Pelco-P, most of them mute."""

from tests.drivers.rigs import Rig

BYTE_S_AT_2400 = 10 / 2400

RIGS = (
    Rig(
        name="pelco",
        driver="pelco",
        model="d",
        over=("serial", "tcp"),
        byte_s=BYTE_S_AT_2400,
        answers=False,
    ),
    Rig(
        name="pelco-p",
        driver="pelco",
        model="p",
        over=("udp", "serial"),
        options={"model": "aver-md330u"},
        answers=False,
    ),
    Rig(
        name="pelco-answering",
        driver="pelco",
        model="answering",
        over=("serial", "tcp"),
        byte_s=BYTE_S_AT_2400,
        options={"answers": True},
    ),
    Rig(
        name="pelco-p-answering",
        driver="pelco",
        model="answering-p",
        over=("udp",),
        options={"protocol": "p", "answers": True},
    ),
)

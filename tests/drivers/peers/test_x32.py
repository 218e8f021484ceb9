"""Our messages and our emulated mixers, read and worked by what others wrote."""

import asyncio

import pytest
import xair_api
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from classroom_drivers.codecs import osc
from classroom_drivers.emulated import make
from classroom_drivers.emulators.server import serve
from classroom_drivers.emulators.x32 import MixerEmulator
from classroom_drivers.links.address import parse

texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
numbers = st.integers(-(2**31) + 1, 2**31 - 1)  # python-osc gives the least one eight bytes
values = st.one_of(numbers, st.floats(width=32, allow_nan=False), texts, st.booleans())


@given(st.lists(values, max_size=6))
def test_python_osc_and_we_spell_alike(given_values: list[osc.Argument]) -> None:
    builder = OscMessageBuilder("/ch/01/mix/fader")
    for one in given_values:
        builder.add_arg(one)
    theirs = builder.build().dgram
    ours = osc.Message("/ch/01/mix/fader", tuple(given_values))
    assert osc.encode(ours) == theirs
    assert OscMessage(osc.encode(ours)).params == given_values
    assert osc.MessageDecoder().feed(theirs) == [ours]


@pytest.mark.parametrize(("model", "kind"), [("x32", "X32"), ("xr18", "XR18")])
async def test_xair_api_works_our_mixer(model: str, kind: str) -> None:
    mixer = make("x32", model=model)
    assert isinstance(mixer, MixerEmulator)

    def work(port: int) -> None:
        with xair_api.connect(kind, ip="127.0.0.1", port=port, delay=0.1) as client:
            assert client.info_response[2] == mixer.model
            main = client.mainst if kind == "X32" else client.lr
            assert main.mix.on is True
            main.mix.on = False
            client.strip[2].config.name = "Teacher"
            assert client.strip[2].config.name == "Teacher"
            client.strip[2].mix.fader = -10.0  # dB
            assert client.strip[2].mix.fader == pytest.approx(-10.0, abs=0.1)
        client.server.server_close()  # which it forgets

    async with serve(mixer, "udp://127.0.0.1:0") as served, asyncio.timeout(20):
        await asyncio.to_thread(work, parse(served.url).port)
    assert mixer.values[f"{mixer.main}/on"] == 0
    assert mixer.values["/ch/03/mix/fader"] == pytest.approx(0.5, abs=0.001)

"""Shure microphones and processors."""

from tests.drivers.rigs import Rig

RIGS = tuple(
    Rig(name=f"shure-{model}", driver="shure", model=model, over=("tcp",), options={"model": model})
    for model in ("mxa910", "p300")
)

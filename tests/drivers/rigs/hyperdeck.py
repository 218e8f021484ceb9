"""HyperDeck recorders."""

from tests.drivers.rigs import Rig

RIGS = (Rig(name="hyperdeck", driver="hyperdeck", model="studio", over=("tcp",)),)

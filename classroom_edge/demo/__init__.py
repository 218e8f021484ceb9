"""The simulated room: emulated devices and cameras on loopback."""

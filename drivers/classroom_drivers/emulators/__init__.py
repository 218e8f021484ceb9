"""The same protocols from the device's side, faults included."""

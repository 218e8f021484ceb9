"""Wire protocols, one a file: bytes to values and back, no I/O, no clock."""

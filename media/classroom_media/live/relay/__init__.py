"""What a room sends to its peers and has from them, while a session is on.

One peer or fifty: the programme is encoded and packetised once, and what one peer's link does
changes nothing for the others.
"""

"""RTP without input or output: bytes and time go in, bytes come out. No socket, no clock.

Time is an argument (``now_ns``, CLOCK_MONOTONIC of whoever calls); payloads are bytes, so no
codec is needed either. The same code runs over any transport, and on a virtual clock.
"""

"""Cutting films without waiting: only the pictures at a cut are encoded, the rest is copied.

`ranges` says what is kept, `film` reads where a file's samples lie, `cut` plans, `pictures` makes
what is new at the cuts, `sound` follows, `write` puts a film together. The original is never
touched.
"""

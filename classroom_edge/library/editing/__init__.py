"""Editing after the bell: an edit is a small file beside a recording, which itself stays whole.

`edit` says what is to be made, `history` how people came to it, `acts` what they do to it; all of
these are values and pure rules. `files` keeps them, `takes` and `orders` say what the editor's
process is to do, `rendering` runs it, and `desk` is where people ask.
"""

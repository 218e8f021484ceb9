"""The director that decides by rules: what is seen and heard, which picture follows, and why.

`signs` names what can be noticed, `rules` what follows from it, `engine` decides, without any
input or output. `motion`, `screen`, `writing`, `voice` and `floor` notice, on small pictures and
short blocks of sound; nobody is recognised. `dry_run` directs a recording after the fact.
"""

"""The three classrooms: sessions of rooms that are joined live, and the link between them.

What a session is and what may happen in it is pure: commands and the time go in, events or a
refusal come out (`rules`, `due`), and events make the next state (`story`). `link` carries it
between a hub and its sites. Instants are hub time: nanoseconds since 1970 as the hub counts them,
which never step back while it runs.
"""

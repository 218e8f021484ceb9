"""Accounts, sessions, paired panels, the audit of logins, and an index of what was recorded.

One SQLite file in the data folder, or a PostgreSQL server. Recordings themselves are not in here:
each has its manifest beside its files, from which its line of the index is made.
"""

from classroom_edge.store.database import Store as Store
from classroom_edge.store.database import StoreError as StoreError
from classroom_edge.store.place import Place as Place
from classroom_edge.store.place import Server as Server
from classroom_edge.store.place import place_of as place_of

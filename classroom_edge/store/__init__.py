"""Accounts, sessions, paired panels and the audit of logins: one SQLite file in the data folder.

Recordings are not in here: each has its manifest beside its files.
"""

from classroom_edge.store.database import Store as Store
from classroom_edge.store.database import StoreError as StoreError

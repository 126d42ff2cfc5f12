"""What our SQLite files have in common."""

from __future__ import annotations

import sqlite3
import time

_PAUSE_S = 0.05


def use_write_ahead_log(database: sqlite3.Connection, patience_s: float) -> None:
    """Have readers and a writer not wait for each other, from now on.

    SQLite's own patience does not hold for this change of a file, so that of two
    processes that make it at once one would be told that the file is locked.

    Raises:
        sqlite3.OperationalError: it is still locked after so long.
    """
    until_s = time.monotonic() + patience_s
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or time.monotonic() > until_s:
                raise
            time.sleep(_PAUSE_S)

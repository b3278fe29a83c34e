"""The database: one engine, encrypted columns, migrations. It knows no table of its own.

Rooms that keep something declare tables on :class:`Base`; nobody below them knows what those hold.
"""

from storage.database import Base, Database, Moment, Sealed, now

__all__ = ["Base", "Database", "Moment", "Sealed", "now"]

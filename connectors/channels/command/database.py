"""The app's database, for commands that look into it or write to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from connectors.channels.settings import Settings
from storage import Database, Sealed
from storage.migrate import migrate


@contextlib.contextmanager
def opened(settings: Settings | None = None) -> Iterator[Database]:
    """The database that the settings name, with its newest tables, closed again at the end.

    Raises:
        SettingsError: where the settings can't be used.
    """
    settings = settings or Settings.load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    Sealed.use(settings.encryption_key.get_secret_value())
    migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.close()

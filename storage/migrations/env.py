"""Runs the migrations. The tables' owners are not imported: each migration says what it does in full."""

from alembic import context
from sqlalchemy import create_engine

config = context.config

engine = create_engine(config.get_main_option("sqlalchemy.url") or "")
with engine.connect() as connection:
    # SQLite can't alter a table in place; batch mode copies it.
    context.configure(connection=connection, render_as_batch=connection.dialect.name == "sqlite")
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()

"""`greenway migrate`: the schema, brought up to date."""

import typer

from app.core.settings import load_settings
from app.db.migrate import upgrade


def migrate() -> None:
    """Bring the schema of the database in DATABASE_URL up to date."""
    upgrade(load_settings().require_database_url())
    typer.echo("The schema is up to date.")

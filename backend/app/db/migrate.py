"""Brings the schema up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.core.errors import Unavailable
from app.core.settings import sqlalchemy_url
from app.db.connecting import CannotConnect

_PACKAGE = Path(__file__).parent.parent
MIGRATIONS = next(
    (folder for folder in (_PACKAGE / "migrations", _PACKAGE.parent / "migrations") if folder.is_dir()),
    _PACKAGE.parent / "migrations",
)
"""In an installed package beside the modules, in a checkout beside `app`."""


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(url).replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Apply all migrations that are missing. Blocks; several processes may call it at once.

    Raises:
        Unavailable: the database cannot be reached.
    """
    try:
        command.upgrade(alembic_config(url), "head")
    except CannotConnect as error:
        raise Unavailable(f"The database cannot be reached ({error}); start it, or check DATABASE_URL.") from error

"""The one row of what has been chosen in the app about models."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import model_settings
from app.domain.model_settings import ModelSettings, SavedKey, SavedModelSettings

_THE_ROW = 1


class ModelSettingsRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def saved(self, *, for_update: bool = False) -> SavedModelSettings:
        query = select(model_settings.c.revision, model_settings.c.settings, model_settings.c["keys"])
        if for_update:  # before there is a row to lock
            await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext("greenway model settings"))))
        row = (await self._session.execute(query)).mappings().one_or_none()
        if row is None:
            return SavedModelSettings()
        return SavedModelSettings(
            revision=row["revision"],
            settings=ModelSettings.model_validate(row["settings"]),
            keys={account: SavedKey.model_validate(key) for account, key in row["keys"].items()},
        )

    async def save(self, settings: ModelSettings, keys: Mapping[str, SavedKey]) -> int:
        """Replace all; a key that is not among `keys` is deleted. Gives the new revision."""
        values = {
            "settings": settings.model_dump(mode="json", exclude_none=True),
            "keys": {account: key.model_dump() for account, key in keys.items()},
            "changed_at": func.now(),
        }
        statement = upsert(model_settings).values(id=_THE_ROW, revision=1, **values)
        return int(
            (
                await self._session.execute(
                    statement.on_conflict_do_update(
                        index_elements=["id"], set_={**values, "revision": model_settings.c.revision + 1}
                    ).returning(model_settings.c.revision)
                )
            ).scalar_one()
        )

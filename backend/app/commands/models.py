"""Chooses models, and keeps keys."""

from collections.abc import Mapping

import structlog
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.checking import PARTS, check_author
from app.agents.in_force import in_force, is_from_environment, with_model
from app.agents.models.addresses import is_http_address
from app.agents.models.names import check_key
from app.agents.models.providers import ACCOUNTS
from app.core.errors import ConfigurationError, Conflict, InvalidInput
from app.core.secret_box import SecretBox, Undecryptable
from app.core.settings import Settings
from app.db.repositories.model_settings_repo import ModelSettingsRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.model_settings import ModelSettings, SavedKey, SavedModelSettings

log = structlog.get_logger()


class ModelCommands:
    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._settings = settings

    async def choose(
        self, chosen: ModelSettings, keys: Mapping[str, SecretStr | None], *, revision: int | None = None
    ) -> None:
        """Replace what is chosen. A key is replaced, or deleted with None; the others stay. With a `revision`, only if
        nothing has been changed since.

        Raises:
            InvalidInput: a model, an address or a key cannot be used, or the key for a new address is missing.
            Conflict: the environment decides, keys cannot be kept, or somebody else has changed something meanwhile.
        """
        self._check_accounts(chosen, keys)
        self._check_models(chosen)
        sealed = self._sealed(keys)

        async def work(session: AsyncSession) -> None:
            models = ModelSettingsRepository(session)
            saved = await models.saved(for_update=True)
            if revision is not None and revision != saved.revision:
                raise Conflict("The models have been changed meanwhile; read them again.")
            kept = {account: key for account, key in saved.keys.items() if account not in keys}
            for account in kept:
                if chosen.addresses.get(account) != saved.settings.addresses.get(account):
                    message = f"The key of {account} was saved for another address; enter the key again."
                    raise InvalidInput(message, fields=[{"field": f"keys.{account}", "message": message}])
            await models.save(chosen, {**self._renewed(kept), **sealed})

        await safe_session_with_retry(self._sessions, work)
        log.info("models_chosen", model=chosen.model, fallback=chosen.fallback)

    async def forget(self) -> None:
        """Delete what is chosen, with all keys."""

        async def work(session: AsyncSession) -> None:
            models = ModelSettingsRepository(session)
            if await models.saved(for_update=True) != SavedModelSettings():
                await models.save(ModelSettings(), {})

        await safe_session_with_retry(self._sessions, work)
        log.info("models_forgotten")

    def _check_accounts(self, chosen: ModelSettings, keys: Mapping[str, SecretStr | None]) -> None:
        named = [*((account, "addresses") for account in chosen.addresses), *((account, "keys") for account in keys)]
        for account, field in named:
            if account not in ACCOUNTS:
                raise _invalid(f"{field}.{account}", f"must be of one of {', '.join(ACCOUNTS)}")
            if is_from_environment(self._settings, account):
                raise Conflict(f"The environment sets how {account} is reached; change it there.")
        for account, address in chosen.addresses.items():
            if not is_http_address(address):
                raise _invalid(f"addresses.{account}", "must start with http:// or https://")

    def _check_models(self, chosen: ModelSettings) -> None:
        if chosen.model is not None and self._settings.is_given("model"):
            raise Conflict(f"{self._settings.name_of('model')} is set in the environment; change it there.")
        if unknown := sorted(chosen.models_for.keys() - set(PARTS)):
            raise _invalid(f"models_for.{unknown[0]}", f"is not one of {', '.join(PARTS)}")
        for_parts = {f"models_for.{part}": name for part, name in chosen.models_for.items()}
        for field, name in {"model": chosen.model, "fallback": chosen.fallback, **for_parts}.items():
            if name is not None:
                try:
                    alone = ModelSettings(model=name, addresses=chosen.addresses)
                    check_author(with_model(in_force(self._settings, alone), name), writes=False)
                except ConfigurationError as error:
                    raise InvalidInput(error.message, fields=[{"field": field, "message": error.message}]) from error

    def _sealed(self, keys: Mapping[str, SecretStr | None]) -> dict[str, SavedKey]:
        given = {account: key.get_secret_value().strip() for account, key in keys.items() if key is not None}
        if not given:
            return {}
        for account, key in given.items():
            try:
                check_key(key, "the key")
            except ConfigurationError as error:
                raise _invalid(f"keys.{account}", error.message) from None
        try:
            box = SecretBox.of(self._settings)
        except ConfigurationError as error:
            raise InvalidInput(error.message, fields=[{"field": "keys", "message": error.message}]) from error
        return {account: SavedKey(token=box.encrypt(key), last_four=_last_four(key)) for account, key in given.items()}

    def _renewed(self, keys: Mapping[str, SavedKey]) -> dict[str, SavedKey]:
        """Under the newest SECRET_KEY, as far as this process can."""
        try:
            box = SecretBox.of(self._settings)
        except ConfigurationError:
            return dict(keys)
        renewed = dict(keys)
        for account, key in keys.items():
            try:
                renewed[account] = key.model_copy(update={"token": box.renewed(key.token)})
            except Undecryptable:
                continue
        return renewed


SHOWN = 4
"""Last characters of a key that are shown, of one that is long enough for that to give nothing away."""


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput(f"`{field}` {message}.", fields=[{"field": field, "message": message}])


def _last_four(key: str) -> str:
    return key[-SHOWN:] if len(key) >= 4 * SHOWN else ""

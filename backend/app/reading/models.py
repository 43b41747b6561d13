"""Which models are in force, as the API needs to know it: without keys, which it never opens."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.agents.in_force import in_force, is_from_environment
from app.agents.models.providers import ACCOUNTS, PROVIDERS, Provider, ProviderInfo
from app.core.errors import ConfigurationError
from app.core.secret_box import SecretBox
from app.core.settings import Settings
from app.db.repositories.model_settings_repo import ModelSettingsRepository
from app.db.repositories.spending_repo import SpendingRepository
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import Sessions, safe_session_with_retry
from app.domain.model_settings import SavedModelSettings
from app.reading.model_views import CostLimits, KeyView, ModelView, ProviderView, WorkerView


class ModelReader:
    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions = sessions
        self._settings = settings

    async def settings_in_force(self) -> Settings:
        """The settings with what was saved in the app; keys are left out."""

        async def work(session: AsyncSession) -> SavedModelSettings:
            return await ModelSettingsRepository(session).saved()

        saved = await safe_session_with_retry(self._sessions, work, single_statement=True)
        return in_force(self._settings, saved.settings)

    async def author(self) -> str:
        """Who writes new content."""
        return (await self.settings_in_force()).model

    async def show(self) -> ModelView:
        """What is chosen, where that was set, and whether it works."""

        async def work(session: AsyncSession) -> tuple[SavedModelSettings, float, list[tuple[str, str | None]]]:
            return (
                await ModelSettingsRepository(session).saved(),
                await SpendingRepository(session).this_month(),
                await WorkerRepository(session).problems(),
            )

        saved, spent, workers = await safe_session_with_retry(self._sessions, work, snapshot=True)
        base, settings = self._settings, in_force(self._settings, saved.settings)
        return ModelView(
            revision=saved.revision,
            saved=saved.settings,
            model=settings.model,
            source="environment" if base.is_given("model") else "settings" if saved.settings.model else "default",
            setting=base.name_of("model"),
            editable=not base.is_given("model"),
            fallback=settings.fallback_model,
            models_for=settings.models_for,
            addresses={
                account: address
                for account in ACCOUNTS
                if (address := getattr(settings, f"{account}_base_url")) is not None
            },
            keys=[*self._keys(saved)],
            limits=CostLimits(
                max_cost_usd=settings.max_cost_usd or None,
                max_cost_usd_per_month=settings.max_cost_usd_per_month or None,
                spent_this_month_usd=spent,
            ),
            keys_refused=self._why_no_keys(),
            workers=[WorkerView(name=name, problem=problem) for name, problem in workers],
        )

    def providers(self) -> list[ProviderView]:
        """The providers that can be chosen, each once."""
        by_account: dict[str, tuple[Provider, ProviderInfo]] = {}
        for provider, info in PROVIDERS.items():
            by_account.setdefault(info.account, (provider, info))
        return [
            ProviderView(
                provider=provider,
                account=account,
                label=info.label,
                needs_key=info.needs_key,
                needs_address=info.is_address_needed,
                keys_at=info.keys_at,
                from_environment=account in ACCOUNTS and is_from_environment(self._settings, account),
            )
            for account, (provider, info) in by_account.items()
        ]

    def _keys(self, saved: SavedModelSettings) -> list[KeyView]:
        return [
            KeyView(
                account=account,
                last_four=None if is_from_environment(self._settings, account) else saved.keys[account].last_four,
                source="environment" if is_from_environment(self._settings, account) else "settings",
            )
            for account in ACCOUNTS
            if account in saved.keys or self._settings.is_given(f"{account}_api_key")
        ]

    def _why_no_keys(self) -> str | None:
        try:
            SecretBox.of(self._settings)
        except ConfigurationError as error:
            return error.message
        return None

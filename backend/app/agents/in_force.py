"""Lays what was saved in the app under the settings of the environment, which win."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import SecretStr

from app.agents.models.names import parse_model_name
from app.agents.models.providers import ACCOUNTS, PROVIDERS
from app.core.author_settings import BUILTIN
from app.core.errors import ConfigurationError
from app.core.secret_box import SecretBox, Undecryptable
from app.core.settings import SAVED_IN_APP, Settings
from app.domain.model_settings import ModelSettings, SavedModelSettings

_CHOSEN = {
    "model": "model",
    "fallback": "fallback_model",
    "models_for": "models_by_part",
    "max_cost_usd": "max_cost_usd",
    "max_cost_usd_per_month": "max_cost_usd_per_month",
}
"""What can be chosen, and the setting that it is."""


def is_from_environment(settings: Settings, account: str) -> bool:
    """Whether the environment decides how an account is reached. It does so as a whole: a key of the environment is
    never sent to an address that was saved in the app, nor a saved key to an address of the environment."""
    return settings.is_given(f"{account}_base_url") or settings.is_given(f"{account}_api_key")


def in_force(settings: Settings, saved: ModelSettings, keys: Mapping[str, str] | None = None) -> Settings:
    """The settings that count. Without `keys`, by account, a model can be described and not asked."""
    found: dict[str, Any] = {}
    for chosen, field in _CHOSEN.items():
        value = getattr(saved, chosen)
        if value and not settings.is_given(field):
            found[field] = value
    for account in ACCOUNTS:
        if is_from_environment(settings, account):
            continue
        if address := saved.addresses.get(account):
            found[f"{account}_base_url"] = address
        if key := (keys or {}).get(account):
            found[f"{account}_api_key"] = SecretStr(key)
    return settings.with_values(found, SAVED_IN_APP)


def models_of(settings: Settings) -> dict[str, str]:
    """All models that may be asked, with the field of `Settings` that names each."""
    named = [
        (settings.fallback_model, "fallback_model"),
        *((name, "models_by_part") for name in settings.models_for.values()),
        (settings.model, "model"),
    ]
    return {name: field for name, field in named if name is not None}


def with_model(settings: Settings, name: str) -> Settings:
    """The settings under which one of the models is asked; sentences say where that one was set."""
    given_as = settings.name_of(models_of(settings).get(name, "model"))
    return settings.with_values({"model": name, "models_by_part": None, "fallback_model": None}, given_as)


def accounts_of(settings: Settings) -> set[str]:
    """Whose keys the models need.

    Raises:
        ConfigurationError: a model has no usable name.
    """
    models = (name for name in models_of(settings) if name != BUILTIN)
    return {PROVIDERS[parse_model_name(name).provider].account for name in models}


def opened_keys(settings: Settings, saved: SavedModelSettings, accounts: Collection[str]) -> dict[str, str]:
    """The saved keys of some accounts, as far as the environment does not decide how these are reached.

    Raises:
        ConfigurationError: one cannot be decrypted here.
    """
    wanted = {
        account: saved.keys[account]
        for account in sorted(accounts)
        if account in saved.keys and not is_from_environment(settings, account)
    }
    if not wanted:
        return {}
    box = SecretBox.of(settings)
    try:
        return {account: box.decrypt(key.token) for account, key in wanted.items()}
    except Undecryptable:
        raise ConfigurationError(
            "A saved key cannot be decrypted with the SECRET_KEY of this process; give it the one that the key was"
            " saved under, or save the key again."
        ) from None

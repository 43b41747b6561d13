"""A `.env` that somebody else wrote: it sets settings, and never decides where a secret of the environment goes."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.agents.models.choice import choose
from app.cli.endpoint import Endpoint
from app.core.errors import ConfigurationError, MixedSources
from app.core.settings import Settings, environment_for_children, load_settings, names_of
from app.core.sources import ON_THE_WAY, PROVIDERS_OWN, SENT_TO

PAIRS = [(name, address) for names, address in SENT_TO.items() for name in names if address]
HOLD_THEIR_OWN = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS"}
"""Addresses that hold their secrets, and a secret that is never sent."""
ELSEWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def _an_environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without settings; and what they put there goes with the test."""
    names = {name for field in Settings.model_fields.values() for name in names_of(field)}
    kept = {*names, *ON_THE_WAY, "NO_PROXY", "LD_PRELOAD", *(name for names in SENT_TO for name in names)}
    for name in {name for spelling in kept for name in (spelling, spelling.lower())}:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def dotenv(**values: str) -> None:
    Path(".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def value_for(name: str) -> str:
    if name == "DATABASE_URL":
        return "postgresql://127.0.0.1:9/d"
    return ELSEWHERE if name.endswith(("_URL", "_ENDPOINT")) else "a-secret"


def test_every_secret_of_the_settings_is_known_to_the_rule() -> None:
    secrets = {names_of(field) for field in Settings.model_fields.values() if field.annotation == SecretStr | None}
    assert {names for names in secrets if names[0] not in HOLD_THEIR_OWN} <= SENT_TO.keys()
    named = {name for field in Settings.model_fields.values() for name in names_of(field)}
    assert {address for address in SENT_TO.values() if address} <= named


@pytest.mark.parametrize(("secret", "address"), PAIRS)
@pytest.mark.parametrize("secret_in_environment", [True, False])
def test_a_secret_and_an_address_of_two_sources_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, secret: str, address: str, secret_in_environment: bool
) -> None:
    outside, inside = (secret, address) if secret_in_environment else (address, secret)
    monkeypatch.setenv(outside, value_for(outside))
    dotenv(**{inside: value_for(inside)})
    with pytest.raises(MixedSources) as caught:
        load_settings()
    assert caught.value.code == "mixed_sources"
    assert f"{outside} is set in the environment" in caught.value.message or outside in caught.value.message
    assert secret in caught.value.message
    assert address in caught.value.message
    assert "a-secret" not in caught.value.message
    assert ELSEWHERE not in caught.value.message


@pytest.mark.parametrize(("secret", "address"), PAIRS)
@pytest.mark.parametrize("in_environment", [True, False])
def test_both_from_one_source_are_fine(
    monkeypatch: pytest.MonkeyPatch, secret: str, address: str, in_environment: bool
) -> None:
    values = {name: value_for(name) for name in (secret, address)}
    if in_environment:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
    else:
        dotenv(**values)
    load_settings()


@pytest.mark.parametrize("name", ["openai_base_url", "OpenAI_Base_URL"])
def test_a_name_in_another_case_is_the_same_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-secret")
    dotenv(**{name: ELSEWHERE})
    with pytest.raises(MixedSources):
        load_settings()


@pytest.mark.parametrize("address", PROVIDERS_OWN)
def test_the_providers_own_address_may_be_written_out(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    secret = next(names[0] for names, sent_to in SENT_TO.items() if sent_to == address)
    monkeypatch.setenv(secret, "a-secret")
    dotenv(**{address: f"{PROVIDERS_OWN[address]}/"})
    load_settings()
    host = PROVIDERS_OWN[address].removeprefix("https://")
    for another in (f"http://{host}", f"https://{host}@127.0.0.1", f"https://127.0.0.1\\@{host}", f"{host}.example"):
        dotenv(**{address: another})
        with pytest.raises(MixedSources):
            load_settings()


@pytest.mark.parametrize("way", [*ON_THE_WAY, "https_proxy"])
def test_dotenv_lays_no_way_for_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    dotenv(**{way: "http://127.0.0.1:9"})
    monkeypatch.setenv("TAVILY_API_KEY", "a-secret")
    with pytest.raises(MixedSources, match=f"TAVILY_API_KEY is set in the environment, but {way.upper()} in .env"):
        load_settings()
    assert way not in os.environ


def test_a_proxy_of_the_environment_serves_a_key_of_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    dotenv(GREENWAY_MODEL="openai:m", OPENAI_API_KEY="a-secret", https_proxy="http://127.0.0.1:8")
    assert choose(load_settings()).api_key == "a-secret"
    assert "https_proxy" not in os.environ, "the environment comes first, however it is spelt"


def test_a_reference_to_a_secret_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    dotenv(GREENWAY_URL="http://127.0.0.1:9/${AWS_SECRET_ACCESS_KEY}")
    assert "a-secret" not in Endpoint.of(load_settings()).url


def test_children_get_settings_from_dotenv_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv(LD_PRELOAD="./ours.so", SSLKEYLOGFILE="keys", PYTHONPATH=".", GREENWAY_MODEL="openai:m", LOG_LEVEL="DEBUG")
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    before = dict(os.environ)
    given = environment_for_children()
    assert given == {name: value for name, value in before.items() if value} | {"GREENWAY_MODEL": "openai:m"}


def test_children_take_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several names of a setting, the one of the environment counts in them, too."""
    monkeypatch.setenv("GEMINI_API_KEY", "outside")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    dotenv(GOOGLE_API_KEY="inside", OPENAI_API_KEY="inside", OPENAI_BASE_URL=ELSEWHERE)
    ours = load_settings()
    environment = environment_for_children()
    with pytest.MonkeyPatch.context() as child:
        for name in os.environ:
            child.delenv(name)
        for name, value in environment.items():
            child.setenv(name, value)
        assert load_settings() == ours


def test_the_settings_are_refused_and_not_half_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENWAY_TOKEN", "a-secret")
    dotenv(GREENWAY_URL=ELSEWHERE, NO_PROXY="*")
    with pytest.raises(ConfigurationError):
        load_settings()
    assert "NO_PROXY" not in os.environ

"""What was saved in the app lies under the environment, and a secret goes only where it belongs."""

import pytest

from app.agents.in_force import in_force, models_of, opened_keys, with_model
from app.core.errors import ConfigurationError
from app.core.secret_box import SecretBox, Undecryptable
from app.core.settings import Settings
from app.domain.model_settings import ModelSettings, SavedKey, SavedModelSettings

SECRET = "a secret of more than thirty-two characters"
OLDER = "an older secret, also more than thirty-two long"


def settings(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_what_the_environment_leaves_open_is_as_it_was_saved() -> None:
    saved = ModelSettings(
        model="deepseek:deepseek-chat",
        fallback="ollama:qwen3",
        models_for={"quiz": "groq:fast"},
        addresses={"deepseek": "https://gateway.example/v1"},
        max_cost_usd=2,
    )
    found = in_force(settings(), saved, {"deepseek": "k"})
    assert (found.model, found.fallback_model, found.model_for("quiz")) == (saved.model, saved.fallback, "groq:fast")
    assert found.deepseek_base_url == "https://gateway.example/v1" and found.max_cost_usd == 2
    assert found.deepseek_api_key is not None and found.deepseek_api_key.get_secret_value() == "k"
    assert found.name_of("model") == "Settings > Model"


def test_the_environment_wins_setting_by_setting() -> None:
    given = settings(GREENWAY_MODEL="openai:gpt-5", GREENWAY_MAX_COST_USD=1)
    found = in_force(given, ModelSettings(model="groq:x", fallback="ollama:qwen3", max_cost_usd=9))
    assert (found.model, found.fallback_model, found.max_cost_usd) == ("openai:gpt-5", "ollama:qwen3", 1)
    assert found.name_of("model") == "GREENWAY_MODEL"


@pytest.mark.parametrize(
    "given", [{"OPENAI_API_KEY": "of the environment"}, {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}]
)
def test_a_secret_and_an_address_are_never_of_two_places(given: dict[str, object]) -> None:
    saved = ModelSettings(model="openai:gpt-5", addresses={"openai": "http://evil.example/v1"})
    found, before = in_force(settings(**given), saved, {"openai": "saved"}), settings(**given)
    assert (found.openai_api_key, found.openai_base_url) == (before.openai_api_key, before.openai_base_url)


def test_a_model_alone_is_named_after_the_place_where_it_was_set() -> None:
    given = settings(GREENWAY_MODEL="openai:a", GREENWAY_FALLBACK_MODEL="groq:b", GREENWAY_MODELS_FOR="quiz=xai:c")
    assert list(models_of(given)) == ["groq:b", "xai:c", "openai:a"]
    alone = with_model(given, "xai:c")
    assert (alone.model, alone.models_for, alone.fallback_model) == ("xai:c", {}, None)
    assert alone.name_of("model") == "GREENWAY_MODELS_FOR"


def test_keys_are_opened_only_where_they_are_needed_and_can_be() -> None:
    token = SecretBox(SECRET).encrypt("sk-1")
    saved = SavedModelSettings(keys={"groq": SavedKey(token=token, last_four="")})
    assert opened_keys(settings(SECRET_KEY=SECRET), saved, {"groq", "openai"}) == {"groq": "sk-1"}
    assert opened_keys(settings(), saved, {"openai"}) == {}, "no secret is needed"
    assert opened_keys(settings(GROQ_API_KEY="own"), saved, {"groq"}) == {}
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        opened_keys(settings(), saved, {"groq"})
    with pytest.raises(ConfigurationError, match="cannot be decrypted"):
        opened_keys(settings(SECRET_KEY=OLDER), saved, {"groq"})
    assert opened_keys(settings(SECRET_KEY=OLDER, SECRET_KEY_FALLBACKS=f"x{SECRET}, {SECRET}"), saved, {"groq"})


def test_a_key_is_renewed_under_the_newest_secret() -> None:
    old = SecretBox(OLDER).encrypt("sk-1")
    renewed = SecretBox(SECRET, OLDER).renewed(old)
    assert SecretBox(SECRET).decrypt(renewed) == "sk-1"
    with pytest.raises(Undecryptable):
        SecretBox(SECRET).decrypt(old)
    with pytest.raises(Undecryptable):
        SecretBox(SECRET).decrypt(renewed[:-4] + "AAA=")


def test_a_short_secret_keeps_nothing() -> None:
    with pytest.raises(ConfigurationError, match="32"):
        SecretBox.of(settings(SECRET_KEY="short"))


@pytest.mark.parametrize("text", ["quiz", "quiz=", "=openai:a", "quiz=a:b,,x"])
def test_pairs_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="part=provider:model"):
        settings(GREENWAY_MODELS_FOR=text)

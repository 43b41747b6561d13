"""What GREENWAY_MODEL and the providers' settings may say, and the sentence for what they may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app.agents.models.addresses import is_local_address, is_openai_itself, ollama_address, openai_address
from app.agents.models.choice import choose
from app.agents.models.names import ModelName, check_model, is_installed, parse_model_name
from app.core.errors import ConfigurationError
from app.core.settings import Settings

PROVIDER_VARIABLES = [
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "GOOGLE_API_KEY"),
    *("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"),
    *("OLLAMA_BASE_URL", "OLLAMA_API_BASE", "OLLAMA_HOST"),
]


@pytest.fixture(autouse=True)
def _no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROVIDER_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.Q4.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00")
    return path


def settings(model: str, **others: object) -> Settings:
    return Settings.model_validate({"GREENWAY_MODEL": model, **others})


def complaint(model: str, **others: object) -> str:
    with pytest.raises(ConfigurationError) as raised:
        check_model(settings(model, **others))
    return raised.value.message


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("openai:gpt-5", ModelName("openai", "gpt-5")),
        (" OpenAI : gpt-5 ", ModelName("openai", "gpt-5")),
        ("openai-chat:gpt-5", ModelName("openai-chat", "gpt-5")),
        ("openai-responses:gpt-5", ModelName("openai-responses", "gpt-5")),
        ("anthropic:claude-sonnet-5", ModelName("anthropic", "claude-sonnet-5")),
        ("google:gemini-3.8-flash", ModelName("google", "gemini-3.8-flash")),
        ("google-gla:gemini-3.8-flash", ModelName("google", "gemini-3.8-flash")),
        ("gemini:gemini-3.8-flash", ModelName("google", "gemini-3.8-flash")),
        ("openrouter:vendor/model:free", ModelName("openrouter", "vendor/model:free")),
        ("ollama:qwen3:8b", ModelName("ollama", "qwen3:8b")),
        ("gguf:/models/a:b.gguf", ModelName("gguf", "/models/a:b.gguf")),
    ],
)
def test_only_the_first_colon_separates_the_provider_from_the_model(text: str, name: ModelName) -> None:
    assert parse_model_name(text) == name


def test_a_name_without_a_colon_is_told_to_have_one() -> None:
    assert complaint("gpt-5") == (
        "GREENWAY_MODEL=gpt-5 does not name a provider; write provider:model, for example openai:gpt-5."
    )


def test_an_unknown_provider_is_told_the_known_ones() -> None:
    assert complaint("opnai:gpt-5") == (
        "GREENWAY_MODEL=opnai:gpt-5 names an unknown provider; use builtin:outline or one of"
        " openai, openai-chat, openai-responses, anthropic, google, openrouter, deepseek,"
        " dashscope, moonshot, zhipu, mistral, groq, xai, azure, compatible, ollama, gguf."
    )


def test_a_provider_alone_is_told_to_have_a_model() -> None:
    assert complaint("ollama: ") == "GREENWAY_MODEL=ollama:  does not name a model; write one after ollama:."


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai:gpt-5", "OPENAI_API_KEY"),
        ("openai-chat:gpt-5", "OPENAI_API_KEY"),
        ("openai-responses:gpt-5", "OPENAI_API_KEY"),
        ("anthropic:claude-sonnet-5", "ANTHROPIC_API_KEY"),
        ("gemini:gemini-3.8-flash", "GOOGLE_API_KEY"),
        ("openrouter:vendor/model", "OPENROUTER_API_KEY"),
    ],
)
def test_a_missing_or_blank_key_is_named(model: str, variable: str) -> None:
    assert complaint(model) == f"GREENWAY_MODEL={model} needs a key; set {variable}."
    assert complaint(model, **{variable: " \n"}) == f"GREENWAY_MODEL={model} needs a key; set {variable}."
    check_model(settings(model, **{variable: "a key"}))
    check_model(settings(model), is_asked=False)


def test_the_other_name_of_googles_key_will_do() -> None:
    check_model(settings("google:gemini-3.8-flash", GEMINI_API_KEY="a key"))


def test_a_compatible_server_needs_no_key() -> None:
    assert choose(settings("openai:any", OPENAI_BASE_URL="http://127.0.0.1:8080/v1")).api_key == "none"


@pytest.mark.parametrize(
    ("model", "extra"),
    [("anthropic:claude-sonnet-5", "anthropic"), ("google:gemini-3.8-flash", "google"), ("gguf:x.gguf", "local")],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(model: str, extra: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        check_model(settings(model, ANTHROPIC_API_KEY="a", GOOGLE_API_KEY="g"), installed=lambda package: False)
    assert raised.value.message == (
        f'GREENWAY_MODEL={model} needs a package that is not installed; run pip install "greenway[{extra}]".'
    )


def test_a_package_is_installed_if_it_could_be_imported() -> None:
    assert is_installed("json.decoder")
    assert not is_installed("json.no_such_module")
    assert not is_installed("no_such_package.part")


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai:gpt-5", "OPENAI_BASE_URL"),
        ("anthropic:claude-sonnet-5", "ANTHROPIC_BASE_URL"),
        ("google:gemini-3.8-flash", "GOOGLE_GEMINI_BASE_URL"),
        ("openrouter:vendor/model", "OPENROUTER_BASE_URL"),
    ],
)
@pytest.mark.parametrize("value", ["localhost:8080/v1", "ftp://host/v1", "http://", "http://host:99999", "//host"])
def test_an_address_that_is_not_http_is_named_but_not_repeated(model: str, variable: str, value: str) -> None:
    keys = dict.fromkeys(["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENROUTER_API_KEY"], "a key")
    assert complaint(model, **keys, **{variable: value}) == (
        f"{variable} must be an address that starts with http:// or https://."
    )


def test_an_address_that_ollama_would_not_take_is_named() -> None:
    assert complaint("ollama:qwen3", OLLAMA_HOST="http://me:secret@host") == (
        "OLLAMA_BASE_URL must be a host, host:port or http(s) address without a user name."
    )


def test_openrouter_models_have_a_vendor() -> None:
    assert complaint("openrouter:gpt-5", OPENROUTER_API_KEY="a key") == (
        "GREENWAY_MODEL=openrouter:gpt-5 does not name the model's vendor; write openrouter:vendor/model."
    )


def test_a_model_file_must_exist_and_begin_like_one(gguf: Path, tmp_path: Path) -> None:
    assert check_model(settings(f"gguf:{gguf}")).path == gguf
    missing = tmp_path / "missing.gguf"
    assert complaint(f"gguf:{missing}") == (
        f"The model file {missing} cannot be read (no such file or directory);"
        " give GREENWAY_MODEL the path of a .gguf file."
    )
    other = tmp_path / "other.gguf"
    other.write_bytes(b"PK\x03\x04")
    assert complaint(f"gguf:{other}") == (
        f"The file {other} is not a GGUF model; give GREENWAY_MODEL the path of a .gguf file."
    )


def test_a_model_file_may_be_under_the_home_directory(
    gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert check_model(settings("gguf:~/tiny.Q4.gguf")).path == gguf


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (None, "http://127.0.0.1:11434/v1"),
        ("", "http://127.0.0.1:11434/v1"),
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
        (":11434", "http://127.0.0.1:11434/v1"),
        (":8000", "http://127.0.0.1:8000/v1"),
        ("*", "http://127.0.0.1:11434/v1"),
        ("*:8000", "http://127.0.0.1:8000/v1"),
        ("0", "http://127.0.0.1:11434/v1"),
        ("::", "http://127.0.0.1:11434/v1"),
        ("[::]", "http://127.0.0.1:11434/v1"),
        ("http://[::]:11434/", "http://127.0.0.1:11434/v1"),
        ("http://[0:0:0:0:0:0:0:0]:11434", "http://127.0.0.1:11434/v1"),
        ("http://:8000", "http://127.0.0.1:8000/v1"),
        ("::1", "http://[::1]:11434/v1"),
        ("[::1]:8000", "http://[::1]:8000/v1"),
        ("host/v1", "http://host:11434/v1"),
        ("localhost:11434/v1/", "http://localhost:11434/v1"),
        ("http://host:11434/api", "http://host:11434/v1"),
        ("  http://HOST  ", "http://host:11434/v1"),
        ("https://ollama.example", "https://ollama.example:443/v1"),
        ("https://ollama.example:8443", "https://ollama.example:8443/v1"),
        ("https://example.org/ollama/", "https://example.org:443/ollama/v1"),
    ],
)
def test_every_spelling_of_an_ollama_address_becomes_one_that_can_be_dialled(given: str | None, address: str) -> None:
    assert ollama_address(given) == address


@pytest.mark.parametrize(
    "given", ["ftp://host", "host:port", "http://host:99999", "http://me:secret@host", "http://[x"]
)
def test_what_is_no_ollama_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ollama_address(given)


def test_an_openai_address_loses_only_its_trailing_slashes() -> None:
    assert openai_address("http://0.0.0.0:8080/v1//") == "http://0.0.0.0:8080/v1"


def test_openai_itself_is_told_from_compatible_servers() -> None:
    assert is_openai_itself("https://eu.api.openai.com/v1")
    assert not is_openai_itself("https://openai.com.example/v1")


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost:1/v1", "http://127.8.8.8", "http://[::1]:1", "http://0.0.0.0:1", "http://192.168.1.9"),
        *("http://10.0.0.1", "http://172.16.0.1", "http://100.64.0.1", "http://[fd00::1]", "http://169.254.1.1"),
        *("http://ollama:11434", "http://host.docker.internal:1", "https://box.local", "http://box.lan"),
    ],
)
def test_an_address_on_this_machine_or_a_private_network_is_local(url: str) -> None:
    assert is_local_address(url)


@pytest.mark.parametrize(
    "url",
    ["https://api.openai.com/v1", "http://8.8.8.8", "http://localhost.example", "http://172.32.0.1", "", "http://[x"],
)
def test_any_other_address_is_not_local(url: str) -> None:
    assert not is_local_address(url)


@pytest.mark.parametrize(
    ("model", "others", "is_local", "calls"),
    [
        ("openai:gpt-5", {"OPENAI_API_KEY": "k"}, False, 16),
        ("openai:any", {"OPENAI_BASE_URL": "http://localhost:1/v1"}, True, 2),
        ("openai:any", {"OPENAI_BASE_URL": "https://models.example/v1"}, False, 16),
        ("anthropic:any", {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://localhost:1"}, False, 16),
        ("ollama:qwen3", {}, True, 2),
        ("ollama:qwen3", {"OLLAMA_HOST": "https://ollama.example"}, True, 2),
        ("ollama:gpt-oss:120b-cloud", {}, False, 16),
        ("ollama:gpt-oss:120b", {"OLLAMA_HOST": "https://ollama.com"}, False, 16),
        ("ollama:qwen3", {"GREENWAY_MODEL_CONCURRENCY": 9}, True, 9),
    ],
)
def test_where_a_model_runs_decides_how_many_calls_it_takes(
    model: str, others: dict[str, object], is_local: bool, calls: int
) -> None:
    choice = choose(settings(model, **others))
    assert (choice.is_local, choice.calls_at_once) == (is_local, calls)


def test_a_model_file_is_asked_one_thing_at_a_time(gguf: Path) -> None:
    choice = choose(settings(f"gguf:{gguf}"))
    assert (choice.is_local, choice.calls_at_once, choice.address) == (True, 1, "")


def test_a_choice_does_not_show_its_key() -> None:
    assert "secret" not in repr(choose(settings("openai:gpt-5", OPENAI_API_KEY="secret")))


def test_checking_a_name_imports_no_library_of_a_provider() -> None:
    checking = (
        "from app.agents.models.names import check_model\n"
        "from app.core.settings import Settings\n"
        "check_model(Settings.model_validate({'GREENWAY_MODEL': 'google:x', 'GOOGLE_API_KEY': 'k'}))\n"
    )
    assert not imported_by(checking) & {"pydantic_ai", "openai", "anthropic", "google.genai"}


def test_opening_a_model_imports_only_its_own_providers_library() -> None:
    opening = (
        "import asyncio\n"
        "from app.agents.models.open_model import open_model\n"
        "from app.core.settings import Settings\n"
        "async def main():\n"
        "    settings = Settings.model_validate({'GREENWAY_MODEL': 'openai:x', 'OPENAI_API_KEY': 'k'})\n"
        "    await (await open_model(settings)).close()\n"
        "asyncio.run(main())\n"
    )
    modules = imported_by(opening)
    assert "openai" in modules
    assert not modules & {"anthropic", "google.genai"}


def imported_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has imported after `code`."""
    command = [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    environment = {**os.environ, "PYTHONPATH": str(Path(app.__file__).parents[1])}
    return set(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split())

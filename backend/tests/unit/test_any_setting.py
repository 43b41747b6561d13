"""Whatever a setting holds, it is accepted, or refused with one sentence that names it."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.agents.checking import check_author
from app.agents.models.providers import PROVIDERS as CHOOSABLE
from app.cli.endpoint import Endpoint
from app.core.database_address import parse_database_address
from app.core.errors import ConfigurationError
from app.core.settings import Settings, load_settings, names_of
from app.main import create_app
from app.messaging.redis_client import create_redis

WORKING = {
    "DATABASE_URL": "postgresql://u:p@127.0.0.1:1/d?connect_timeout=2",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "GREENWAY_URL": "http://127.0.0.1:1",
}
NAMES = sorted(name for field in Settings.model_fields.values() for name in names_of(field))
PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"]
LIBRARIES = [*PROXIES, "NO_PROXY", "SSL_CERT_DIR"]

BLANK = ["", " ", "\t", "\n"]
NUMBERS = ["-1", "0", "1", "1.5", "1_000", "0x10", "1e999", "nan", "inf", "-inf", "٣", "１２"]
HUGE = [str(2**31), str(2**63), str(2**70), "9" * 5000, "x" * 100_000]
SYNTAX = ["true", "None", "[]", "{}", '"', "*", "%", "a b"]
LINES = ["a\nb", "key\nmore"]
INVISIBLE = ["\u200b", "\u00a0", "\ufeff", "\u202e", "a\u200bb", "\x01", "\x1b[2J"]
FOREIGN = ["п", "💥", "日本", "\udcff\udcfe"]
PATHS = ["/", "..", "~", "~nobody-here/x", "a" * 300, "/" + "b/" * 3000, "/no/such/file"]
DEVICES = ["/dev/null", "/dev/full", "/dev/zero", "/proc/self/mem"]
ODD = [*BLANK, *NUMBERS, *HUGE, *SYNTAX, *LINES, *INVISIBLE, *FOREIGN, *PATHS, *DEVICES]

PROVIDERS = ["openai:m", "anthropic:m", "google:m", "openrouter:a/b", "ollama:m", "builtin:outline", "nobody:m", ":"]
FILES = ["gguf:~nobody-here/m.gguf", "gguf:" + "x" * 300, "gguf:/dev/null", "gguf:/dev/zero", "gguf:/", "gguf:\udcff"]

WEB, DATABASES, QUEUES = ["http", "https"], ["postgresql", "postgres"], ["redis", "rediss", "unix"]
SCHEMES = [*WEB, *DATABASES, *QUEUES, "HTTP", "ftp", "socks5", "socks", "ws", ""]
PORTS = ["h:1", "h:0", "h:99999", "h:-1", "h:x", "h:٣", ":1", "h:1:2", "h,g:1,[::1]:2"]
HOSTS = ["", "h", "a..b", ".", "0", "*", "%", "1.2.3.4.5", "xn--a", "münchen.example", f"{'a' * 70}.example", "\udcff"]
BRACKETS = ["[::1]:1", "[::1", "[x]", "::1"]
LOGINS = ["@", "@h", "u:p@h", "u:p%ZZ@h/%ZZ"]
BROKEN = ["h h", "h\nh", "h%00h", "h#f"]
TAILS = ["/", "h/%00", "h/" + "p" * 9000, "h/notanumber", "h/99999999999", "h?a", "h?a=b&a=c", "h/d?host="]
OPTIONS = ["socket_timeout=x", "db=x", "protocol=9", "unknown=1", "max_connections=-1"]
RESTS = [*PORTS, *HOSTS, *BRACKETS, *LOGINS, *BROKEN, *TAILS, *(f"h/0?{option}" for option in OPTIONS)]

VALUES = st.one_of(
    st.sampled_from(ODD),
    st.builds("{}://{}".format, st.sampled_from(SCHEMES), st.sampled_from(RESTS)),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    st.binary(max_size=12).map(lambda data: os.fsdecode(data.replace(b"\0", b""))),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
)


def odd_values_of(name: str) -> list[str]:
    """Every odd value; for an address also each odd rest under the schemes that it takes, and every other scheme."""
    if name in {"GREENWAY_MODEL", "GREENWAY_FALLBACK_MODEL"}:
        return [*ODD, *PROVIDERS, *FILES]
    schemes = {"DATABASE_URL": DATABASES, "REDIS_URL": QUEUES, "GREENWAY_URL": WEB}.get(name, [])
    if name in PROXIES:
        schemes = [*WEB, "socks5"]
    elif "BASE" in name or name == "OLLAMA_HOST":
        schemes = WEB
    if not schemes:
        return ODD
    return [
        *ODD,
        *RESTS,
        *(f"{one}://h:1" for one in SCHEMES),
        *(f"{one}://{rest}" for one in schemes for rest in RESTS),
    ]


@pytest.fixture(autouse=True)
def _an_environment_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings put what `.env` says into the environment; and the API's start takes the log over."""
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for name in (*NAMES, *LIBRARIES):
        monkeypatch.delenv(name, raising=False)
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def environment_for(name: str) -> dict[str, str]:
    """An environment in which the setting is of use."""
    provider = {"ANTHROPIC": "anthropic:m", "GOOGLE": "google:m", "GEMINI": "google:m", "OPENROUTER": "openrouter:a/b"}
    provider |= {info.account.upper(): f"{name}:m" for name, info in CHOOSABLE.items() if info.is_compatible}
    keys = {key: "k" for key in NAMES if key.endswith("_API_KEY") and key not in ("GEMINI_API_KEY", "TAVILY_API_KEY")}
    if name == "GEMINI_API_KEY":
        del keys["GOOGLE_API_KEY"]
    search = {"TAVILY_API_KEY": "tavily", "SEARXNG_BASE_URL": "searxng"}.get(name, "auto")
    model = "ollama:m" if name.startswith("OLLAMA") else provider.get(name.partition("_")[0], "openai:m")
    if model.startswith(("azure", "compatible")):
        keys[next(key for key in NAMES if key.startswith(name.partition("_")[0]) and "BASE" in key)] = "http://h:1/v1"
    return {**WORKING, **keys, "GREENWAY_MODEL": model, "GREENWAY_SEARCH": search}


def checked(environment: dict[str, str]) -> None:
    """What `api`, `worker`, `up` and the client commands look at before they begin."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        given = load_settings()
        check_author(given)
        Endpoint.of(given)
        create_redis(given.require_redis_url())
        parse_database_address(given.require_database_url())


def names_it(error: ConfigurationError, name: str) -> bool:
    """One sentence, on one line, with the name under which the setting was given."""
    sentence = str(error)
    return name in sentence and sentence.isprintable() and sentence.endswith(".")


@pytest.mark.parametrize("name", [*NAMES, *LIBRARIES])
def test_every_odd_value_of_a_setting_is_accepted_or_named(name: str) -> None:
    bad = []
    for value in odd_values_of(name):
        try:
            checked(environment_for(name) | {name: value})
        except ConfigurationError as error:
            if not names_it(error, name):
                bad.append((value[:60], str(error)[:200]))
        except Exception as error:  # noqa: BLE001
            bad.append((value[:60], repr(error)[:200]))
    assert not bad


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(NAMES), value=VALUES)
def test_any_value_of_any_setting_is_accepted_or_named(name: str, value: str) -> None:
    try:
        checked(environment_for(name) | {name: value})
    except ConfigurationError as error:
        assert names_it(error, name), str(error)


@pytest.mark.parametrize(
    "name", ["LOG_FILE", "GREENWAY_TRUSTED_PROXIES", "GREENWAY_ALLOWED_HOSTS", "GREENWAY_ROOT_PATH"]
)
def test_the_api_is_made_or_says_why_not(name: str) -> None:
    for value in [value for value in ODD if value not in LINES]:
        with pytest.MonkeyPatch.context() as patch:
            for key, text in (WORKING | {name: value}).items():
                patch.setenv(key, text)
            try:
                create_app()
            except ConfigurationError as error:
                assert names_it(error, name), str(error)
            for handler in logging.getLogger().handlers:
                handler.close()

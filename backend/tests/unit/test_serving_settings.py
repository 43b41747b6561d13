"""Settings of an API behind another server: what cannot be meant stops the start with a sentence."""

import pytest

from app.core.errors import ConfigurationError
from app.core.settings import Settings, load_settings


def settings_from(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> Settings:
    monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("given", "root_path"),
    [
        ("/greenway", "/greenway"),
        ("/greenway/", "/greenway"),
        ("/a/b-c_d.e~f", "/a/b-c_d.e~f"),
        ("/", None),
        ("", None),
    ],
)
def test_a_sub_path(given: str, root_path: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from(monkeypatch, "GREENWAY_ROOT_PATH", given).root_path == root_path


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        *(
            ("GREENWAY_ROOT_PATH", path, "must be a path like /greenway")
            for path in ("greenway", "//", "//evil.example", "/a//b", "/a b", "/a/../b", "/.", "/a?b", "/a#b", "/é")
        ),
        ("GREENWAY_ROOT_PATH", "https://learn.example/greenway", "must be a path like /greenway"),
        ("GREENWAY_ROOT_PATH", '/"><script>', "must be a path like /greenway"),
        ("GREENWAY_ROOT_PATH", "/api", "must not begin with /api"),
        ("GREENWAY_ROOT_PATH", "/roadmaps/mine", "must not begin with /roadmaps"),
        ("GREENWAY_ALLOWED_HOSTS", "https://learn.example", "'https://learn.example' is not a name"),
        ("GREENWAY_ALLOWED_HOSTS", "good.example, *.example", "'*.example' is not a name"),
        ("GREENWAY_ALLOWED_HOSTS", "learn.example:99999", "'learn.example:99999' is not a name"),
        ("GREENWAY_TRUSTED_PROXIES", "nginx", "'nginx' is neither an address nor a network"),
        ("GREENWAY_TRUSTED_PROXIES", "127.0.0.1,*", "'*' is neither an address nor a network"),
        ("GREENWAY_HEARTBEAT", "21", "less than or equal to 20"),
        ("GREENWAY_HEARTBEAT", "0", "greater than or equal to 0.1"),
    ],
)
def test_what_cannot_be_meant_is_named(name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        settings_from(monkeypatch, name, value)
    assert str(refusal.value).startswith(f"{name} is not valid: ")
    assert sentence in str(refusal.value)

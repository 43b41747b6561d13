"""Models behind proxies and private authorities, as `greenway doctor` reaches them, or says why it does not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from factories import a_request
from intermediaries import Certificates, a_socks_proxy, issue_certificates, tls_in_front_of
from processes import greenway
from pydantic_ai.models import override_allow_model_requests
from scripted_model import Call, Reply, ScriptedModel, answer, running_in_thread

from app.agents.asking import faults
from app.agents.factory import open_author
from app.core.settings import Settings
from app.domain.failures import Failure
from app.embedded.ports import free_port

Doctor = Callable[..., str]
MODEL = {"GREENWAY_MODEL": "openai:scripted", "OPENAI_API_KEY": "k"}


def capital(_: Call) -> Reply:
    return answer({"capital": "Paris", "letters": 5})


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with running_in_thread(capital) as model:
        yield model


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["environment", "dotenv"])
def doctor(request: pytest.FixtureRequest, tmp_path: Path) -> Doctor:
    """Runs `greenway doctor` with settings from the environment, or from `.env`."""

    def run(**settings: str) -> str:
        settings = {"GREENWAY_MODEL": "openai:scripted", **settings}
        if request.param == "environment":
            return greenway(tmp_path, "doctor", **settings).line("model:")
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        return greenway(tmp_path, "doctor").line("model:")

    return run


def test_a_model_is_asked_through_a_socks_proxy(doctor: Doctor, model: ScriptedModel) -> None:
    with a_socks_proxy(model.port, login=("me", "se/cret")) as proxy:
        said = doctor(OPENAI_BASE_URL="http://model.example/v1", ALL_PROXY=f"socks5://me:se%2Fcret@{proxy.address}")
    assert said.startswith("ok "), said
    assert set(proxy.asked_for) == {"model.example:80"}


def test_a_proxy_that_is_not_there_is_named_without_its_password(doctor: Doctor) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    said = doctor(OPENAI_BASE_URL="http://model.example/v1", ALL_PROXY=f"socks5://me:secret@{nowhere}")
    assert f"through the proxy socks5://{nowhere} (connection refused); check ALL_PROXY." in said
    assert "secret" not in said


def test_a_proxy_that_refuses_is_named_too(tmp_path: Path) -> None:
    with a_socks_proxy(free_port(), login=("me", "secret")) as proxy:
        said = greenway(tmp_path, "doctor", **MODEL, ALL_PROXY=f"socks5://me:wrong@{proxy.address}").line("model:")
    refusal = f"through the proxy socks5://{proxy.address} (the proxy refuses: Invalid username/password)"
    assert f"{refusal}; check ALL_PROXY." in said


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_run_names_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@{nowhere}")
    monkeypatch.setattr(faults, "ATTEMPTS", 1)
    settings = {"GREENWAY_SEARCH": "none", "REDIS_URL": "redis://127.0.0.1:1"}
    author = await open_author(
        Settings.model_validate({**MODEL, **settings, "OPENAI_BASE_URL": "http://model.example/v1"})
    )
    try:
        with override_allow_model_requests(True):
            failure = (await author.draft(a_request(language=language))).result
    finally:
        await author.close()
    assert isinstance(failure, Failure)
    assert f"http://{nowhere}" in failure.message
    assert "HTTP_PROXY" in failure.message
    assert "secret" not in failure.message


def test_a_private_authority_is_trusted_when_it_is_named(
    doctor: Doctor, model: ScriptedModel, certificates: Certificates
) -> None:
    with tls_in_front_of(model.port, certificates.server) as port:
        address = f"https://127.0.0.1:{port}/v1"
        said = doctor(OPENAI_BASE_URL=address)
        assert "certificate is not trusted" in said and "SSL_CERT_FILE" in said, said
        said = doctor(OPENAI_BASE_URL=address, SSL_CERT_FILE=str(certificates.authority))
        assert said.startswith("ok "), said


def test_an_address_without_its_version_is_told(doctor: Doctor, model: ScriptedModel) -> None:
    address = model.base_url.removesuffix("/v1")
    said = doctor(OPENAI_BASE_URL=address)
    assert f"asked at {address}; such addresses usually end in /v1 (OPENAI_BASE_URL)" in said

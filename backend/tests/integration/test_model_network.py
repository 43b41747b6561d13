"""Models behind proxies and private authorities, as `greenway doctor` reaches them, or says why it does not. A process
is started where the command has to take a setting from its environment or from `.env`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from factories import a_request
from intermediaries import Certificates, a_socks_proxy, issue_certificates, tls_in_front_of
from processes import greenway
from pydantic_ai.models import override_allow_model_requests
from scripted_model import Call, Reply, ScriptedModel, answer, fault, running_in_thread

from app.agents.asking import faults
from app.agents.factory import open_author
from app.cli.doctor_checks import check_the_author
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


async def checked(base_url: str) -> str:
    """What the doctor says of the model at this address, without a process."""
    with override_allow_model_requests(True):
        checks = await check_the_author(Settings.model_validate({**MODEL, "OPENAI_BASE_URL": base_url}))
    [message] = [check.message for check in checks if check.name == "model"]
    return message


async def failed_draft(base_url: str, *, language: str = "en") -> str:
    """Why a run cannot draft with the model at this address."""
    settings = {"GREENWAY_SEARCH": "none", "REDIS_URL": "redis://127.0.0.1:1", "OPENAI_BASE_URL": base_url}
    author = await open_author(Settings.model_validate({**MODEL, **settings}))
    try:
        with override_allow_model_requests(True):
            failure = (await author.draft(a_request(language=language))).result
    finally:
        await author.close()
    assert isinstance(failure, Failure)
    return failure.message


def test_a_model_is_asked_through_a_socks_proxy(doctor: Doctor, model: ScriptedModel) -> None:
    with a_socks_proxy(model.port, login=("me", "se/cret")) as proxy:
        said = doctor(OPENAI_BASE_URL="http://model.example/v1", ALL_PROXY=f"socks5://me:se%2Fcret@{proxy.address}")
    assert said.startswith("ok "), said
    assert set(proxy.asked_for) == {"model.example:80"}


def test_a_proxy_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    settings = {**MODEL, "OPENAI_BASE_URL": "http://model.example/v1", "ALL_PROXY": f"socks5://me:secret@{nowhere}"}
    said = greenway(tmp_path, "doctor", **settings).line("model:")
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
    message = await failed_draft("http://model.example/v1", language=language)
    assert f"http://{nowhere}" in message
    assert "HTTP_PROXY" in message
    assert "secret" not in message


async def test_a_private_authority_that_is_not_named_is_not_trusted(
    model: ScriptedModel, certificates: Certificates
) -> None:
    with tls_in_front_of(model.port, certificates.server) as port:
        address = f"https://127.0.0.1:{port}/v1"
        said, failed = await checked(address), await failed_draft(address)
    assert "certificate is not trusted" in said and "SSL_CERT_FILE" in said, said
    assert failed == (
        f"The certificate of the model's server at {address} is not trusted (unable to get local issuer certificate); "
        "set SSL_CERT_FILE to a file with its authority's certificate."
    )


def test_a_private_authority_is_trusted_when_it_is_named(
    doctor: Doctor, model: ScriptedModel, certificates: Certificates
) -> None:
    with tls_in_front_of(model.port, certificates.server) as port:
        said = doctor(OPENAI_BASE_URL=f"https://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(certificates.authority))
    assert said.startswith("ok "), said


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (fault(401), "does not accept the key"),
        (fault(402), "no credit"),
        (fault(404), "unknown to the provider"),
        (Reply(content="Paris"), "does not support structured output"),
    ],
    ids=["key", "credit", "name", "form"],
)
async def test_why_a_model_cannot_be_used(reply: Reply, reason: str) -> None:
    with running_in_thread(lambda _: reply) as model:
        assert reason in await checked(model.base_url)


async def test_an_address_without_its_version_is_told(model: ScriptedModel) -> None:
    address = model.base_url.removesuffix("/v1")
    said, failed = await checked(address), await failed_draft(address)
    assert f"asked at {address}; such addresses usually end in /v1 (OPENAI_BASE_URL)" in said
    assert failed.endswith(
        f" It was asked at {address}; the addresses of such servers usually end in /v1 (OPENAI_BASE_URL)."
    )

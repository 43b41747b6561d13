"""Models behind proxies and private authorities, as `greenway doctor` reaches them, or says why it does not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from intermediaries import Certificates, a_socks_proxy, issue_certificates, tls_in_front_of
from processes import greenway
from scripted_model import Call, Reply, ScriptedModel, answer, running_in_thread

from app.embedded.ports import free_port

Doctor = Callable[..., str]


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


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_model_is_asked_through_a_socks_proxy(doctor: Doctor, model: ScriptedModel, scheme: str) -> None:
    with a_socks_proxy(model.port, login=("me", "se/cret")) as proxy:
        said = doctor(OPENAI_BASE_URL="http://model.example/v1", ALL_PROXY=f"{scheme}://me:se%2Fcret@{proxy.address}")
    assert said.startswith("ok "), said
    assert set(proxy.asked_for) == {"model.example:80"}


def test_a_proxy_that_is_not_there_is_named_without_its_password(doctor: Doctor) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    said = doctor(OPENAI_BASE_URL="http://model.example/v1", ALL_PROXY=f"socks5://me:secret@{nowhere}")
    assert f"through the proxy socks5://{nowhere} (connection refused); check ALL_PROXY." in said
    assert "secret" not in said


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

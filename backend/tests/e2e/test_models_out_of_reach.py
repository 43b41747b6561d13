"""Runs whose model is behind a proxy, an unknown authority or another path: what they say, and what makes them work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.cluster import Cluster, ready
from intermediaries import a_socks_proxy, issue_certificates, tls_in_front_of
from model_answers import good
from scripted_model import ScriptedModel, running_in_thread

MODEL = {"GREENWAY_MODEL": "openai:scripted", "GREENWAY_SEARCH": "none"}


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_in_thread(good) as model:
        yield model


async def outcome(cluster: Cluster, **settings: str) -> tuple[str, str]:
    """How a draft ends: its status, and the sentence if it failed."""
    ready(cluster.start_worker(**MODEL, **settings))  # type: ignore[arg-type]
    async with cluster.client() as client:
        roadmap = await client.until_status(await client.create(concepts=3), "failed", "awaiting_review")
    cluster.stop_workers()
    error = roadmap["task"]["error"]
    return roadmap["status"], error["message"] if error else ""


async def test_a_private_authority(cluster: Cluster, model: ScriptedModel, tmp_path: Path) -> None:
    certificates = issue_certificates(tmp_path)
    with tls_in_front_of(model.port, certificates.server) as port:
        address = f"https://127.0.0.1:{port}/v1"
        assert await outcome(cluster, OPENAI_BASE_URL=address) == (
            "failed",
            f"The certificate of the model's server at {address} is not trusted (unable to get local issuer "
            "certificate); set SSL_CERT_FILE to a file with its authority's certificate.",
        )
        trusted = await outcome(cluster, OPENAI_BASE_URL=address, SSL_CERT_FILE=str(certificates.authority))
    assert trusted == ("awaiting_review", "")


async def test_a_socks_proxy(cluster: Cluster, model: ScriptedModel) -> None:
    with a_socks_proxy(model.port) as proxy:
        through = {"OPENAI_BASE_URL": "http://model.example/v1", "ALL_PROXY": f"socks5://{proxy.address}"}
        assert await outcome(cluster, **through) == ("awaiting_review", "")
    assert set(proxy.asked_for) == {"model.example:80"}


async def test_an_address_without_its_version(cluster: Cluster, model: ScriptedModel) -> None:
    address = model.base_url.removesuffix("/v1")
    status, sentence = await outcome(cluster, OPENAI_BASE_URL=address)
    assert status == "failed"
    assert sentence.endswith(
        f" It was asked at {address}; the addresses of such servers usually end in /v1 (OPENAI_BASE_URL)."
    )

"""Workers whose model is behind a proxy or a private authority. What is said where the setting is missing or wrong is
tested without a worker, in `test_model_network`."""

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


async def outcome(cluster: Cluster, **settings: str) -> str:
    """The status in which a draft ends."""
    ready(cluster.start_worker(**MODEL, **settings))  # type: ignore[arg-type]
    async with cluster.client() as client:
        roadmap = await client.until_status(await client.create(concepts=3), "failed", "awaiting_review")
    cluster.stop_workers()  # before the intermediary, which would wait for their connections
    return str(roadmap["status"])


async def test_a_private_authority(cluster: Cluster, model: ScriptedModel, tmp_path: Path) -> None:
    certificates = issue_certificates(tmp_path)
    with tls_in_front_of(model.port, certificates.server) as port:
        settings = {"OPENAI_BASE_URL": f"https://127.0.0.1:{port}/v1", "SSL_CERT_FILE": str(certificates.authority)}
        assert await outcome(cluster, **settings) == "awaiting_review"


async def test_a_socks_proxy(cluster: Cluster, model: ScriptedModel) -> None:
    with a_socks_proxy(model.port) as proxy:
        through = {"OPENAI_BASE_URL": "http://model.example/v1", "ALL_PROXY": f"socks5://{proxy.address}"}
        assert await outcome(cluster, **through) == "awaiting_review"
    assert set(proxy.asked_for) == {"model.example:80"}

"""A worker's metrics cost a thread and a few connections at most, and are told to nobody else's page."""

import socket
from contextlib import ExitStack

import httpx2
import psutil
import pytest
from e2e.cluster import DEADLINE, Cluster, WorkerProcess, wait_until

from app.tasks.metrics_server import LIMITS


@pytest.fixture(scope="module")
def worker(busy_cluster: Cluster) -> WorkerProcess:
    assert busy_cluster.worker is not None
    return busy_cluster.worker


def metrics(worker: WorkerProcess, path: str = "/metrics", **headers: str) -> httpx2.Response:
    url = f"http://127.0.0.1:{worker.metrics_port}{path}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.get(url, headers=named, trust_env=False, timeout=DEADLINE)


def test_silent_connections_take_neither_threads_nor_the_metrics(worker: WorkerProcess) -> None:
    process = psutil.Process(worker.process.pid)
    assert metrics(worker).status_code == 200
    threads = process.num_threads()
    before = len(process.net_connections("tcp"))
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", worker.metrics_port)))
        assert "content_generation_incremental_saves" in metrics(worker).text
        assert process.num_threads() <= threads + 2, "others come and go with its work"
        wait_until(lambda: len(process.net_connections("tcp")) <= before + LIMITS.connections)


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.com"}, {"Host": ""}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}]
)
def test_pages_of_others_cannot_read_them(worker: WorkerProcess, headers: dict[str, str]) -> None:
    answer = metrics(worker, **headers)
    assert answer.status_code == 403
    assert "content_generation_incremental_saves" not in answer.text
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("headers", [{}, {"Host": "localhost"}, {"Accept": "application/openmetrics-text"}])
def test_monitors_can(worker: WorkerProcess, headers: dict[str, str]) -> None:
    assert "content_generation_incremental_saves" in metrics(worker, **headers).text

"""Clusters for whole-system tests."""

import asyncio
from collections.abc import Iterator

import pytest
from databases import flush, fresh_database
from e2e.cluster import Cluster, a_cluster, ready

from app.embedded.valkey import EmbeddedValkey


@pytest.fixture(scope="module")
def lonely_api(migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API without a worker, shared by the tests of a module."""
    asyncio.run(flush(valkey.url))
    directory = tmp_path_factory.mktemp("cluster")
    with fresh_database(migrated) as database_url, a_cluster(database_url, valkey.url, directory) as cluster:
        yield cluster


@pytest.fixture
def cluster(lonely_api: Cluster) -> Iterator[Cluster]:
    """An API, and the workers that the test starts, which end with it."""
    yield lonely_api
    lonely_api.stop_workers()


@pytest.fixture(scope="module")
def busy_cluster(lonely_api: Cluster) -> Cluster:
    """An API with a worker, shared by the tests of a module that break nothing."""
    lonely_api.worker = ready(lonely_api.start_worker(GREENWAY_BUILTIN_PACE="0.05"))
    return lonely_api

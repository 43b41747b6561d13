"""Clusters for whole-system tests."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_database, drop_database, flush
from e2e.cluster import Cluster, a_cluster, ready

from app.embedded.valkey import EmbeddedValkey


@pytest.fixture
def cluster(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Cluster]:
    """An API of the test's own, without a worker."""
    with a_cluster(database_url, redis_url, tmp_path) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def busy_cluster(migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API with a worker, shared by the tests of a module that break nothing."""
    asyncio.run(flush(valkey.url))
    database_url = asyncio.run(copy_database(migrated))
    with a_cluster(database_url, valkey.url, tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.worker = ready(cluster.start_worker(GREENWAY_BUILTIN_PACE="0.05"))
        yield cluster
    asyncio.run(drop_database(database_url))

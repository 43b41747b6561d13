"""Every look of `celery inspect` is answered, and no answer shows a password."""

import json
from urllib.parse import urlsplit

import pytest
from e2e.cluster import Cluster
from e2e.monitors import celery

LOOKS = [
    "ping",
    "stats",
    "registered",
    "conf",
    "report",
    "reserved",
    "scheduled",
    "active_queues",
    "clock",
    "revoked",
    "memsample",
]


@pytest.mark.parametrize("command", LOOKS)
def test_a_look_is_answered_without_the_password(busy_cluster: Cluster, command: str) -> None:
    ended = celery(busy_cluster.redis_url, "inspect", "--json", command)
    assert ended.returncode == 0, ended.stderr
    [answer] = json.loads(ended.stdout).values()
    assert not isinstance(answer, dict) or "error" not in answer
    password = urlsplit(busy_cluster.redis_url).password
    assert password and password not in ended.stdout

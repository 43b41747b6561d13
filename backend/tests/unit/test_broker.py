"""Celery gets its connection back within about a second, and says once that it has lost it."""

import pytest
from kombu.exceptions import OperationalError

from app.core.broker import EagerConnection
from app.core.celery_app import app
from app.embedded.ports import free_port


def test_celery_uses_it() -> None:
    assert app.amqp.Connection is EagerConnection


def test_tries_go_on_at_the_same_pace_and_are_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", pauses.append)
    told: list[float] = []
    with EagerConnection(f"redis://127.0.0.1:{free_port()}/0") as connection, pytest.raises(OperationalError):
        connection.ensure_connection(lambda error, interval: told.append(interval), 20)
    assert told == [1]
    assert sum(pauses) == 20

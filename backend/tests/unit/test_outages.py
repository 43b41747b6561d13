"""A dependency that is away is told of once, and so is its return."""

import pytest
from structlog import wrap_logger
from structlog.testing import LogCapture

from app.core import outages
from app.core.outages import Outage


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> LogCapture:
    capture = LogCapture()
    monkeypatch.setattr(outages, "log", wrap_logger(None, processors=[capture]))
    return capture


def test_an_outage_is_told_of_once_and_its_end_once(told: LogCapture) -> None:
    outage = Outage("redis")
    outage.over()
    for _ in range(1000):
        outage.noticed(ConnectionError())
    outage.over()
    outage.over()
    away, back = told.entries
    assert (away["event"], away["dependency"], away["error"]) == ("dependency_unavailable", "redis", "ConnectionError")
    assert (back["event"], back["dependency"], back["failed_calls"]) == ("dependency_recovered", "redis", 1000)


def test_the_next_outage_is_told_of_again(told: LogCapture) -> None:
    outage = Outage("database")
    for _ in range(2):
        outage.noticed(OSError())
        outage.over()
    assert [entry["event"] for entry in told.entries] == ["dependency_unavailable", "dependency_recovered"] * 2

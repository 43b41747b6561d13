"""A dependency that is away is told of once, and so is its return."""

from structlog.testing import capture_logs

from app.core.outages import Outage


def test_an_outage_is_told_of_once_and_its_end_once() -> None:
    outage = Outage("redis")
    with capture_logs() as logs:
        outage.over()
        for _ in range(1000):
            outage.noticed(ConnectionError())
        outage.over()
        outage.over()
    away, back = logs
    assert (away["event"], away["dependency"], away["error"]) == ("dependency_away", "redis", "ConnectionError")
    assert (back["event"], back["dependency"], back["failed_calls"]) == ("dependency_back", "redis", 1000)


def test_the_next_outage_is_told_of_again() -> None:
    outage = Outage("database")
    with capture_logs() as logs:
        for _ in range(2):
            outage.noticed(OSError())
            outage.over()
    assert [entry["event"] for entry in logs] == ["dependency_away", "dependency_back"] * 2

"""When a child that died is started again."""

from app.embedded.restarts import Restarts


def test_the_delay_doubles_up_to_five_seconds() -> None:
    restarts = Restarts()
    deaths = [20.0 * number for number in range(1, 8)]
    delays = [restarts.delay_after(started=died - 10, died=died) for died in deaths]
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_child_that_lived_a_minute_starts_over() -> None:
    restarts = Restarts()
    restarts.delay_after(started=0, died=1)
    restarts.delay_after(started=2, died=3)
    assert restarts.delay_after(started=4, died=64) == 0.2


def test_the_fifth_death_within_a_minute_is_the_last() -> None:
    restarts = Restarts()
    delays = [restarts.delay_after(started=died - 1, died=died) for died in (0.0, 10.0, 20.0, 30.0, 59.9)]
    assert delays[-1] is None
    assert None not in delays[:-1]


def test_five_deaths_in_more_than_a_minute_are_forgiven() -> None:
    restarts = Restarts()
    delays = [restarts.delay_after(started=died - 1, died=died) for died in (0.0, 10.0, 20.0, 30.0, 60.0)]
    assert None not in delays

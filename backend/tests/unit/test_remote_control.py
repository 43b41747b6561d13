"""Which commands a worker obeys, without a broker."""

from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state as requests_of_worker
from celery.worker.control import Panel
from kombu.pidbox import Mailbox

from app.core.remote_control import LOOKS, NEVER, TELLS, GuardedNode

REFUSED = sorted(set(Panel.data) - LOOKS - TELLS - NEVER)


class Desk(GuardedNode):
    """Obeys by noting what it was to do."""

    def __init__(self) -> None:
        super().__init__("celery@here", state=SimpleNamespace(), mailbox=Mailbox("celery"))
        self.obeyed: list[tuple[str, dict[str, Any]]] = []

    def handle(self, method: str, arguments: Any = None) -> Any:
        self.obeyed.append((method, arguments))
        return {"ssl": {"ssl_password": "secret"}, "routing_key": "a"}


@pytest.mark.parametrize("setting", ["inspect", "all"])
def test_every_look_is_obeyed(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("GREENWAY_CELERY_CONTROL", setting)
    desk = Desk()
    for command in LOOKS | TELLS:
        desk.dispatch(command)
    assert {command for command, _ in desk.obeyed} == LOOKS | TELLS


@pytest.mark.parametrize("command", REFUSED)
def test_what_could_stop_or_change_a_worker_needs_the_setting(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    answer = Desk().dispatch(command)
    assert "GREENWAY_CELERY_CONTROL=all allows it." in answer["error"]
    monkeypatch.setenv("GREENWAY_CELERY_CONTROL", "all")
    allowed = Desk()
    allowed.dispatch(command)
    assert allowed.obeyed == [(command, {})]


def test_all_of_type_control_are_refused_but_those_that_monitors_need() -> None:
    control = {name for name, meta in Panel.meta.items() if meta.type == "control"}
    assert control - set(REFUSED) == TELLS
    assert {"shutdown", "pool_shrink", "revoke", "terminate", "cancel_consumer", "election"} <= set(REFUSED)


@pytest.mark.parametrize("command", sorted(NEVER))
def test_nothing_that_writes_files_is_ever_obeyed(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("GREENWAY_CELERY_CONTROL", "all")
    desk = Desk()
    assert "not supported" in desk.dispatch(command)["error"]
    assert not desk.obeyed


def test_a_greeting_cannot_make_a_worker_deaf_to_tasks() -> None:
    desk = Desk()
    desk.dispatch("hello", {"from_node": "other", "revoked": ["a"]})
    assert desk.obeyed == [("hello", {"from_node": "other"})]


def test_an_answer_shows_no_password_of_the_options() -> None:
    assert Desk().dispatch("stats") == {"ssl": {"ssl_password": "********"}, "routing_key": "a"}


class Request:
    """What Celery keeps of a message that a worker holds."""

    name = "greenway.generate_content"

    def __init__(self, id: str) -> None:
        self.id = id

    def info(self) -> dict[str, str]:
        return {"id": self.id}


@pytest.mark.parametrize("ids", ["a", ["a", "unknown"]])
def test_a_task_that_runs_is_found_though_a_second_message_for_it_has_been_answered(ids: Any) -> None:
    first, second = Request("a"), Request("a")
    try:
        for one in (first, second):
            requests_of_worker.task_reserved(one)
            requests_of_worker.task_accepted(one)
        requests_of_worker.task_ready(second)
        assert Panel.data["query_task"](SimpleNamespace(), ids=ids) == {"a": ("active", {"id": "a"})}
    finally:
        requests_of_worker.task_ready(first)
    assert Panel.data["query_task"](SimpleNamespace(), ids=ids) == {}


@pytest.mark.parametrize(
    "body", [None, 3, [1], {}, {"method": 3}, {"method": "x", "reply_to": 3}, {"method": "ping", "destination": 3}]
)
def test_no_message_raises(body: Any) -> None:
    Desk().handle_message(body)

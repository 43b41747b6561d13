"""Logs: what is configured anew holds for loggers that have been used already."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from app.core.logging import configure_logging


@pytest.fixture
def as_before() -> Iterator[None]:
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_logger_that_was_used_before_logging_was_configured_anew_is_still_heard(as_before: None) -> None:
    log = structlog.get_logger()
    configure_logging(format="console", level="CRITICAL")
    log.info("first")
    configure_logging(format="console", level="CRITICAL")
    with structlog.testing.capture_logs() as heard:
        log.info("second")
    assert [entry["event"] for entry in heard] == ["second"]

"""Celery's entry points. A message is a doorbell: it may be lost, doubled, late, or about nothing at all."""

from uuid import UUID

import structlog

from app.core.celery_app import DRAFT_ROADMAP, GENERATE_CONTENT, app
from app.tasks.process import current_runtime

log = structlog.get_logger()


@app.task(name=GENERATE_CONTENT)
def generate_content(task_id: str) -> None:
    """Write what a roadmap still lacks."""
    _answer(task_id)


@app.task(name=DRAFT_ROADMAP)
def draft_roadmap(task_id: str) -> None:
    """Draft a roadmap's outline."""
    _answer(task_id)


def _answer(task_id: str) -> None:
    try:
        known = UUID(task_id)
    except (ValueError, TypeError, AttributeError):
        log.warning("task_signal_ignored", reason="not the id of a task")
        return
    current_runtime().run(known)

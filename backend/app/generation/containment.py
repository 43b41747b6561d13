"""The boundary around authors: one bad answer costs one artefact, never another one."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

import structlog

from app.domain.artefact_limits import excess_of
from app.domain.content.kinds import Artefact
from app.domain.failures import Failure, FailureCode, failure
from app.domain.usage import NOTHING
from app.generation.ports import AuthorBug
from app.generation.work import Delivery

T = TypeVar("T")

log = structlog.get_logger()


async def contained(work: Awaitable[Delivery[T]], *, language: str, **about: str) -> Delivery[T]:
    """What an author delivers; a bug below it becomes the failure of this one piece of work, with what it had used up.

    This and the process's own handler are the only places that may catch everything. `about` says in the log what was
    being written.
    """
    try:
        return await work
    except Exception as bug:
        log.error("author_crashed", exc_info=bug, **about)
        usage = bug.usage if isinstance(bug, AuthorBug) else NOTHING
        return Delivery(result=failure(FailureCode.INTERNAL, language), usage=usage)


def bounded(delivery: Delivery[Artefact], *, language: str) -> Delivery[Artefact]:
    """The delivery; an artefact that cannot be kept becomes a failure that says so."""
    excess = None if isinstance(delivery.result, Failure) else excess_of(delivery.result)
    if excess is None:
        return delivery
    return replace(delivery, result=failure(FailureCode.TOO_LARGE, language, **excess))

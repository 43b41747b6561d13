"""Counts and times what an author delivers."""

import time
from functools import cache

import structlog
from prometheus_client import Histogram

from app.core import metrics
from app.core.failpoints import Failpoint, reach
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.failures import Failure
from app.domain.outline_operations import RevisionPlan
from app.domain.roadmap import LearningRequest, Outline
from app.domain.usage import NOTHING, Usage
from app.generation.ports import Author, AuthorBug
from app.generation.work import ConceptBrief, Delivery

log = structlog.get_logger()

_input_tokens, _output_tokens = map(metrics.llm_tokens.labels, ("input", "output"))


class MeteredAuthor:
    """An author like the one within, seen by Prometheus."""

    def __init__(self, author: Author) -> None:
        self._author = author
        self.name = author.name

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        delivery = await self._author.draft(request)
        _count(delivery.usage)
        return delivery

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        delivery = await self._author.revise(request, outline, feedback)
        _count(delivery.usage)
        return delivery

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        asked = {"concept_id": brief.concept.concept_id, "artefact": kind.value}
        log.debug("artefact_started", **asked)
        started = time.perf_counter()
        outcome = "cancelled"
        try:
            delivery = await self._author.write(kind, brief)
            outcome = "failed" if isinstance(delivery.result, Failure) else "completed"
        except AuthorBug as bug:
            outcome = "crashed"
            _count(bug.usage)
            raise
        except Exception:
            outcome = "crashed"
            raise
        finally:
            _seconds(kind, outcome).observe(time.perf_counter() - started)
            log.debug("artefact_finished", **asked, outcome=outcome)
        _count(delivery.usage)
        reach(Failpoint.AFTER_AGENT)
        return delivery

    async def close(self) -> None:
        await self._author.close()


@cache
def _seconds(kind: ArtefactKind, outcome: str) -> Histogram:
    return metrics.artefact_seconds.labels(kind, outcome)


def _count(usage: Usage) -> None:
    if usage is not NOTHING:
        _input_tokens.inc(usage.input_tokens)
        _output_tokens.inc(usage.output_tokens)
        metrics.llm_cost.inc(usage.cost_usd)

"""Resources: pages to read, watch or do."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, HttpUrl

from app.domain.base import FrozenModel
from app.domain.content.kind import ArtefactKind, Body, Glance, KindSpec, Passage, StoredBody
from app.domain.values import Text


class Resource(FrozenModel):
    """Something to read, watch or do.

    `origin` says whether a person chose the page, a search engine found it, or it is a search to run. What was found
    has been fetched: `verdict` says whether the page answered (`unverified`: it refuses programs, or was too slow),
    `status` with which HTTP status, if any.
    """

    title: Text
    url: HttpUrl
    type: Literal["documentation", "article", "book", "course", "video", "exercise", "tool", "search"]
    language: Text
    origin: Literal["curated", "found", "search"]
    description: Text | None = None
    verdict: Literal["verified", "unverified"] | None = None
    status: int | None = None


class Resources(Body):
    kind: Literal[ArtefactKind.RESOURCES] = ArtefactKind.RESOURCES
    items: Annotated[tuple[Resource, ...], Field(min_length=1)]


def _glance(resources: Resources) -> Glance:
    return Glance(count=len(resources.items))


def _claim_fault(resources: Resources) -> str | None:
    for resource in resources.items:
        if resource.status is not None and resource.status not in range(100, 600):
            return f"has a resource with the HTTP status {resource.status}"
    return None


def _passages(resources: StoredBody) -> Iterator[Passage]:
    for item in resources["items"]:
        yield Passage(item["title"], item.get("description") or "")


RESOURCES = KindSpec(
    body=Resources,
    noun="list of resources",
    glance=_glance,
    claim_fault=_claim_fault,
    passages=_passages,
    flat={"resources_count": "count"},
)

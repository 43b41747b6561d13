"""Roadmaps: create, list, read, edit, steer, delete."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from app.api.answers import NOT_FOUND, NOT_NOW, PRECONDITION_FAILED, PREFIX, UNCHANGED, json_response, matches
from app.api.deps import RoadmapId, Services, User
from app.api.schemas import IdempotencyKey, NewRoadmap, PageSize
from app.domain.roadmap import Outline
from app.domain.tasks import RoadmapStatus
from app.services.roadmap_reader import etag_of
from app.services.views import Accepted, Created, EstimateView, RoadmapPage, RoadmapView

router = APIRouter(prefix=f"{PREFIX}/roadmaps", tags=["roadmaps"])


@router.post("", status_code=202, response_model=Created, responses=NOT_NOW)
async def create_roadmap(
    body: NewRoadmap,
    request: Request,
    response: Response,
    services: Services,
    user: User,
    idempotency_key: Annotated[IdempotencyKey | None, Header()] = None,
) -> Created:
    """Draft a roadmap for a learning goal. The same Idempotency-Key with the same body creates it only once."""
    created = await services.roadmaps.create(
        body.request(), user_id=user, auto_approve=body.auto_approve, idempotency_key=idempotency_key
    )
    response.headers["Location"] = request.url_for("read_roadmap", roadmap_id=str(created.roadmap_id)).path
    return Created(roadmap_id=created.roadmap_id, task_id=created.task_id, status=RoadmapStatus.DRAFTING)


@router.get("", response_model=RoadmapPage)
async def list_roadmaps(
    services: Services,
    user: User,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[PageSize, Query()] = 20,
) -> Response:
    """The newest roadmaps first; `next_cursor` leads to the next page."""
    return json_response(await services.reader.list(user_id=user, cursor=cursor, limit=limit))


@router.get("/{roadmap_id}", response_model=RoadmapView, responses={**UNCHANGED, **NOT_FOUND})
async def read_roadmap(
    roadmap_id: RoadmapId,
    services: Services,
    user: User,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The whole roadmap with the state of every concept; 304 when nothing has changed since `If-None-Match`."""
    if if_none_match is not None:
        etag = etag_of(*await services.reader.position(roadmap_id, user_id=user))
        if matches(if_none_match, etag):
            return Response(status_code=304, headers={"ETag": etag})
    roadmap = await services.reader.read(roadmap_id, user_id=user)
    return Response(roadmap.body, media_type="application/json", headers={"ETag": roadmap.etag})


@router.get("/{roadmap_id}/estimate", response_model=EstimateView, responses={**NOT_FOUND, **NOT_NOW})
async def estimate_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Response:
    """What it would take to write everything that is missing: calls, tokens, money, minutes."""
    return json_response(await services.reader.estimate(roadmap_id, user_id=user))


@router.put(
    "/{roadmap_id}/outline",
    response_model=RoadmapView,
    responses={**NOT_FOUND, **NOT_NOW, **PRECONDITION_FAILED},
)
async def edit_outline(
    roadmap_id: RoadmapId,
    body: Outline,
    services: Services,
    user: User,
    if_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Replace the outline. Concepts that keep their ids keep their content."""
    await services.roadmaps.edit_outline(roadmap_id, body, user_id=user, if_match=if_match)
    roadmap = await services.reader.read(roadmap_id, user_id=user)
    return Response(roadmap.body, media_type="application/json", headers={"ETag": roadmap.etag})


@router.delete("/{roadmap_id}", status_code=204, responses=NOT_FOUND)
async def delete_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> None:
    """Delete the roadmap with all its content; what is being written for it is dropped."""
    await services.roadmaps.delete(roadmap_id, user_id=user)


@router.post("/{roadmap_id}/approve", status_code=202, response_model=Accepted, responses={**NOT_FOUND, **NOT_NOW})
async def approve_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Approve the outline: its content is generated."""
    return Accepted(task_id=await services.roadmaps.approve(roadmap_id, user_id=user))


@router.post("/{roadmap_id}/cancel", status_code=202, response_model=Accepted, responses={**NOT_FOUND, **NOT_NOW})
async def cancel_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Cancel drafting or generating. What has finished stays."""
    return Accepted(task_id=await services.roadmaps.cancel(roadmap_id, user_id=user))


@router.post("/{roadmap_id}/retry", status_code=202, response_model=Accepted, responses={**NOT_FOUND, **NOT_NOW})
async def retry_roadmap(roadmap_id: RoadmapId, services: Services, user: User) -> Accepted:
    """Take up everything that failed or is missing."""
    return Accepted(task_id=await services.roadmaps.retry(roadmap_id, user_id=user))

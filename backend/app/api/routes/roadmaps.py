"""Roadmaps: create, list, read, edit, steer, delete."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.api.answers import (
    CONFLICT,
    PREFIX,
    UNAVAILABLE,
    UNCHANGED,
    WITH_ETAG,
    WITH_LOCATION,
    json_response,
    roadmap_response,
    tagged,
)
from app.api.bodies import BodyRoute
from app.api.compression import encoding_for
from app.api.deps import (
    CurrentViewer,
    RoadmapId,
    Services,
    current_viewer,
    roadmap_id_in,
    services_of,
    services_with_schema,
)
from app.api.direct import direct_router
from app.api.schemas import IdempotencyKey, NewRoadmap, PageSize
from app.domain.etags import names_state
from app.domain.roadmap import ListOrder
from app.domain.tasks import RoadmapStatus
from app.domain.values import LengthLimit, Text
from app.reading.views import Created, EstimateView, FitView, RoadmapPage, RoadmapView

router = APIRouter(prefix=f"{PREFIX}/roadmaps", tags=["roadmaps"], route_class=BodyRoute)
direct = direct_router(prefix=f"{PREFIX}/roadmaps", tags=["roadmaps"], responses=UNAVAILABLE)


def _read(roadmap_id: RoadmapId, if_none_match: Annotated[str | None, Header()] = None) -> None:
    """What a read of a roadmap takes."""


@direct.get(
    "/{roadmap_id}",
    response_model=RoadmapView,
    responses={**WITH_ETAG, **UNCHANGED},
    dependencies=[Depends(_read)],
)
async def get_roadmap(request: Request) -> Response:
    """The whole roadmap with the state of every concept; 304 when nothing has changed since `If-None-Match`."""
    services = await services_with_schema(services_of(request))
    viewer, roadmap_id = current_viewer(), roadmap_id_in(request)
    position = await services.read.roadmaps.position(viewer, roadmap_id)
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None and names_state(if_none_match, position.etag, weakly=True):
        encoding = encoding_for(request.headers.get("accept-encoding", ""))
        return Response(status_code=304, headers=tagged(position.epoch, position.seq, encoding))
    roadmap = await services.read.roadmaps.at(viewer, position)
    return await roadmap_response(request, services.read.roadmaps, roadmap)


@router.post("", status_code=202, response_model=Created, responses={**WITH_LOCATION, **CONFLICT})
async def create_roadmap(
    body: NewRoadmap,
    request: Request,
    response: Response,
    services: Services,
    viewer: CurrentViewer,
    idempotency_key: Annotated[IdempotencyKey | None, Header()] = None,
) -> Created:
    """Draft a roadmap for a learning goal. Repeated with the same Idempotency-Key and body, it creates only one."""
    created = await services.commands.roadmaps.create(
        viewer, body.request(), auto_approve=body.auto_approve, idempotency_key=idempotency_key
    )
    response.headers["Location"] = request.url_for("get_roadmap", roadmap_id=str(created.roadmap_id)).path
    fit = created.fit
    return Created(
        roadmap_id=created.roadmap_id,
        task_id=created.task_id,
        status=RoadmapStatus.DRAFTING,
        fit=FitView(course=fit.course, covered=list(fit.covered), missing=list(fit.missing)) if fit else None,
    )


@router.get("", response_model=RoadmapPage)
async def list_roadmaps(
    services: Services,
    viewer: CurrentViewer,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[PageSize, Query()] = 20,
    sort: Annotated[ListOrder, Query()] = ListOrder.CREATED,
    q: Annotated[Text | None, Query(max_length=200)] = None,
    status: Annotated[list[RoadmapStatus] | None, LengthLimit(len(RoadmapStatus)), Query()] = None,
    trash: Annotated[bool, Query()] = False,
) -> Response:
    """The newest roadmaps first, or with `sort=studied` the most recently studied: opened, answered, learned or
    changed. `next_cursor` leads to the next page. `q` searches titles and goals for its words, `status` (may be
    repeated) filters by status, and `trash` lists deleted roadmaps."""
    page = await services.read.roadmaps.list(
        viewer, cursor=cursor, limit=limit, sort=sort, search=q, statuses=status or (), trash=trash
    )
    return json_response(page.model_dump_json().encode())


@router.get("/{roadmap_id}/estimate", responses=CONFLICT)
async def estimate_roadmap(
    roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer, rewrite: Annotated[bool, Query()] = False
) -> EstimateView:
    """An estimate for writing all missing content: calls, tokens, money, minutes. With `rewrite`, content that another
    model has written counts as missing."""
    return await services.read.estimates.estimate(viewer, roadmap_id, rewrite=rewrite)


@router.delete("/{roadmap_id}", status_code=204, responses=CONFLICT)
async def delete_roadmap(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> None:
    """Move the roadmap to the trash for 30 days, and cancel its task."""
    await services.commands.roadmaps.delete(viewer, roadmap_id)


@router.post("/{roadmap_id}/opened", status_code=204)
async def note_opened(roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer) -> None:
    """Record that the learner opened a lesson, so that the roadmap comes first with `sort=studied`."""
    await services.commands.roadmaps.note_opened(viewer, roadmap_id)


@router.post("/{roadmap_id}/restore", response_model=RoadmapView, responses=WITH_ETAG)
async def restore_roadmap(
    request: Request, roadmap_id: RoadmapId, services: Services, viewer: CurrentViewer
) -> Response:
    """Restore the roadmap from the trash."""
    await services.commands.roadmaps.restore(viewer, roadmap_id)
    roadmap = await services.read.roadmaps.roadmap(viewer, roadmap_id)
    return await roadmap_response(request, services.read.roadmaps, roadmap)

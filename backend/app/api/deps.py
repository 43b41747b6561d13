"""What routes depend on: the services of this process, and who is asking."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from app.domain.base import OUTLINE_ID_PATTERN
from app.domain.viewer import LOCAL_VIEWER, Viewer
from app.services.api_services import ApiServices


def services_of(connection: HTTPConnection) -> ApiServices:
    return cast(ApiServices, connection.app.state.services)


async def _services_with_schema(services: Annotated[ApiServices, Depends(services_of)]) -> ApiServices:
    await services.schema.check()
    return services


def _viewer() -> Viewer:
    return LOCAL_VIEWER


Services = Annotated[ApiServices, Depends(_services_with_schema)]
AnyServices = Annotated[ApiServices, Depends(services_of)]
"""For routes that answer, in their own way, while the database has no schema or another one."""
CurrentViewer = Annotated[Viewer, Depends(_viewer)]
RoadmapId = Annotated[UUID, Path()]
ConceptId = Annotated[str, Path(pattern=OUTLINE_ID_PATTERN)]

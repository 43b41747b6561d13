"""What routes depend on: the services of this process, and who is asking."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path
from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection

from app.core.errors import NotFound
from app.domain.base import OUTLINE_ID_PATTERN
from app.domain.viewer import LOCAL_VIEWER, Viewer
from app.services.api_services import ApiServices

_ROADMAP_ID = TypeAdapter(UUID)


def services_of(connection: HTTPConnection) -> ApiServices:
    return cast(ApiServices, connection.app.state.services)


async def services_with_schema(services: Annotated[ApiServices, Depends(services_of)]) -> ApiServices:
    await services.schema.check()
    return services


def current_viewer() -> Viewer:
    return LOCAL_VIEWER


def roadmap_id_in(connection: HTTPConnection) -> UUID:
    """The id in the path, for routes that look for it themselves.

    Raises:
        NotFound: it is none.
    """
    try:
        return _ROADMAP_ID.validate_python(connection.path_params["roadmap_id"])
    except ValidationError:
        raise NotFound("This address does not exist.") from None


Services = Annotated[ApiServices, Depends(services_with_schema)]
AnyServices = Annotated[ApiServices, Depends(services_of)]
"""For routes that answer, in their own way, while the database has no schema or another one."""
CurrentViewer = Annotated[Viewer, Depends(current_viewer)]
RoadmapId = Annotated[UUID, Path()]
ConceptId = Annotated[str, Path(pattern=OUTLINE_ID_PATTERN)]

"""What routes depend on: the services of this process, and who is asking."""

from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from app.api.schemas import About
from app.domain.base import OUTLINE_ID_PATTERN
from app.services.accounts import LOCAL_USER
from app.services.event_stream import EventStream
from app.services.file_reader import FileReader
from app.services.health import Health
from app.services.outlines import Outlines
from app.services.quizzes import Quizzes
from app.services.roadmap_reader import RoadmapReader
from app.services.roadmaps import RoadmapService
from app.services.schema_gate import SchemaGate
from app.services.steering import Steering
from app.services.transfer import Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """Made by the composition root when the application starts."""

    roadmaps: RoadmapService
    outlines: Outlines
    steering: Steering
    transfer: Transfer
    files: FileReader
    quizzes: Quizzes
    reader: RoadmapReader
    stream: EventStream
    health: Health
    schema: SchemaGate
    about: About


def services_of(connection: HTTPConnection) -> ApiServices:
    return cast(ApiServices, connection.app.state.services)


async def _services_with_schema(services: Annotated[ApiServices, Depends(services_of)]) -> ApiServices:
    await services.schema.check()
    return services


def _user() -> str:
    return LOCAL_USER


Services = Annotated[ApiServices, Depends(_services_with_schema)]
AnyServices = Annotated[ApiServices, Depends(services_of)]
"""For routes that answer, in their own way, while the database has no schema or another one."""
User = Annotated[str, Depends(_user)]
RoadmapId = Annotated[UUID, Path()]
ConceptId = Annotated[str, Path(pattern=OUTLINE_ID_PATTERN)]

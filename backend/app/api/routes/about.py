"""What this Greenway is: its version, who writes, and how much may be asked for."""

from fastapi import APIRouter

from app.api.answers import PREFIX
from app.api.deps import AnyServices
from app.core.errors import Unavailable
from app.reading.views import About

router = APIRouter(prefix=PREFIX, tags=["about"])


@router.get("/about", response_model=About)
async def get_about(services: AnyServices) -> About:
    """The author of new roadmaps, and the limits of a request."""
    try:
        await services.schema.check()
        return services.about.model_copy(update={"author": await services.read.models.author()})
    except Unavailable:
        return services.about

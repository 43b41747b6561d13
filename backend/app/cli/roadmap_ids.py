"""Roadmaps by a part of their id.

Ids that were made in the same minute begin alike, so what is shown of one is its end; a beginning is accepted, too.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.choosing import listed
from app.cli.watching.words import one_line
from app.core.errors import InvalidInput
from app.reading.views import ListedRoadmap

SHORTEST = 4
"""Characters that are accepted, at least: fewer would soon fit another roadmap."""
SHOWN = 8
"""Characters of an id that are shown, more where these are not unique."""
_WHOLE = 32


def checked(wanted: str) -> str:
    """The text, if it can be an id or a part of one; else a usage error."""
    digits = _digits(wanted)
    if not set(digits) <= set("0123456789abcdef") or not SHORTEST <= len(digits) <= _WHOLE:
        raise typer.BadParameter(
            f"{one_line(wanted)!r} is neither a roadmap's id nor at least {SHORTEST} characters from the"
            " beginning or end of one; `greenway list` shows the ids."
        )
    return wanted


RoadmapArgument = Annotated[
    str,
    typer.Argument(metavar="ID", callback=checked, help="The roadmap's id, or its beginning or end if unique."),
]


async def find_roadmap(api: ApiClient, wanted: str, *, trash: bool = False) -> UUID:
    """The id that is meant; a whole one is not looked up.

    Raises:
        InvalidInput: no roadmap has such an id, or more than one; the sentence lists which.
    """
    digits = _digits(wanted)
    if len(digits) == _WHOLE:
        return UUID(digits)
    roadmaps = [roadmap async for roadmap in api.every(trash=trash)]
    found = [roadmap for roadmap in roadmaps if _fits(digits, roadmap.roadmap_id)]
    if len(found) == 1:
        return found[0].roadmap_id
    where = " in the trash" if trash else ""
    if found:
        raise InvalidInput(
            f"More than one roadmap{where} has an id that begins or ends with {digits!r}: "
            f"{_listed(found, roadmaps)}; please give one of these ids."
        )
    if not roadmaps:
        raise InvalidInput(f"There are no roadmaps{where}." if trash else "There are no roadmaps yet.")
    raise InvalidInput(
        f"No roadmap{where} has an id that begins or ends with {digits!r}; you have {_listed(roadmaps, roadmaps)}."
    )


def short_ids(roadmap_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The end of each id, as short as it may be among these."""
    known = list(roadmap_ids)
    return {one: _short(one, known) for one in known}


def _short(one: UUID, known: Sequence[UUID]) -> str:
    for length in range(SHOWN, _WHOLE):
        end = one.hex[-length:]
        if sum(_fits(end, other) for other in known) == 1:
            return end
    return str(one)


def _fits(digits: str, roadmap_id: UUID) -> bool:
    return roadmap_id.hex.startswith(digits) or roadmap_id.hex.endswith(digits)


def _listed(shown: Sequence[ListedRoadmap], known: Sequence[ListedRoadmap]) -> str:
    ids = short_ids(roadmap.roadmap_id for roadmap in known)
    return listed([f"{ids[roadmap.roadmap_id]} ({one_line(roadmap.title)})" for roadmap in shown])


def _digits(wanted: str) -> str:
    return wanted.strip().replace("-", "").casefold()

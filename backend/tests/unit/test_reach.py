"""Nobody reaches a roadmap that is not theirs: what asks for one by its id names a viewer, too."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pytest

import app
from app.db import repositories
from app.domain.viewer import Viewer
from app.live.event_hub import EventHub
from app.live.event_stream import EventStream
from app.services.api_services import Commands, Readers

SOURCE = Path(app.__file__).parent
GIVERS = {
    "domain/ownership.py",
    "domain/records.py",
    "db/repositories/roadmap_repo.py",
    "db/repositories/search_repo.py",
    "db/positions.py",
}
"""A claim and an orphan, a roadmap that was found, and what looks for its viewer's: positions and the search."""


def classes_of_repositories() -> Iterator[type]:
    for path in Path(repositories.__file__).parent.glob("*_repo.py"):
        module = __import__(f"app.db.repositories.{path.stem}", fromlist=["_"])
        yield from (one for name, one in vars(module).items() if name.endswith("Repository"))


def methods_of(owner: type) -> Iterator[tuple[str, inspect.Signature]]:
    for name, method in inspect.getmembers(owner, inspect.isfunction):
        if not name.startswith("_"):
            yield f"{owner.__name__}.{name}", inspect.signature(method)


def handed_out() -> Iterator[type]:
    for bundle in (Commands, Readers):
        yield from (kind for kind in get_type_hints(bundle).values())
    yield from (EventHub, EventStream)


@pytest.mark.parametrize(
    "owner", [*dict.fromkeys(classes_of_repositories()), *handed_out()], ids=lambda one: one.__name__
)
def test_whatever_takes_the_id_of_a_roadmap_takes_a_viewer(owner: type) -> None:
    methods = dict(methods_of(owner))
    assert methods
    for name, signature in methods.items():
        parameters = signature.parameters
        if "roadmap_id" in parameters:
            assert "viewer" in parameters, f"{name} reaches a roadmap without asking whose it is"
            assert parameters["viewer"].default is inspect.Parameter.empty
            assert parameters["viewer"].annotation is Viewer
        assert "user_id" not in parameters, name


def test_handles_are_given_where_the_right_has_been_checked() -> None:
    givers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "RoadmapHandle"
    }
    assert givers == GIVERS

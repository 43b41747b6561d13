"""What the client commands are about: the instance that runs here, and roadmaps and concepts by a part of their id."""

import importlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from terminals import Terminal
from watched_runs import ROADMAP, Run

from app.agents.builtin.general_texts import GeneralLanguage
from app.cli.choosing import Candidate, choose
from app.cli.endpoint import Endpoint
from app.cli.language_warning import BUILTIN_LANGUAGES
from app.cli.program import COMMANDS, PARTS
from app.cli.roadmap_ids import short_ids
from app.cli.watching.words import author_name, many_lines
from app.core.errors import InvalidInput
from app.core.settings import load_settings
from app.domain.tasks import RoadmapStatus
from app.embedded.data_dir import DataDirectory, running_instance
from app.embedded.data_dir import Run as Instance
from app.embedded.leftovers import record_of_this_process
from app.reading.views import ListedRoadmap, ProgressView, RoadmapPage

HERE = Instance(url="http://127.0.0.1:8123", database_url="postgresql://", redis_url="redis://")
OTHERS = [UUID(f"01990000-0000-7000-8000-0000{number:04x}beef") for number in range(150)]


class ManyRoadmaps(FakeApi):
    """Lists 151 roadmaps, one at a time, with the one of the run at the very end."""

    @property
    def app(self) -> Starlette:
        app = super().app
        app.router.routes.insert(0, Route("/api/v1/roadmaps", self._list))
        return app

    async def _list(self, request: Request) -> Response:
        start, limit = int(request.query_params.get("cursor", "0")), int(request.query_params["limit"])
        known = [*OTHERS, ROADMAP]
        items = [listed(one) for one in known[start : start + limit]]
        more = str(start + limit) if start + limit < len(known) else None
        return JSONResponse(RoadmapPage(items=items, next_cursor=more).model_dump(mode="json"))


def listed(roadmap_id: UUID) -> ListedRoadmap:
    return ListedRoadmap(
        roadmap_id=roadmap_id,
        title="Go\x1b[2J",
        goal="Go",
        language="en",
        status=RoadmapStatus.COMPLETED,
        allowed=[],
        author="builtin:outline",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        progress=ProgressView(total=3, completed=3, partial=0, failed=0, generating=0, pending=0),
        deleted_at=None,
        studied_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with serving(ManyRoadmaps(Run(an_outline(3)).drafted().approved().writing("c0"), seen=4)) as serving_api:
        yield serving_api


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GREENWAY_URL", raising=False)
    return Terminal(monkeypatch, capsys)


async def test_the_instance_of_the_working_directory_is_found_and_gets_no_token(
    api: FakeApi, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.set("GREENWAY_TOKEN", "a-secret")
    with DataDirectory.open(tmp_path / ".greenway") as data:
        data.write_run(HERE.model_copy(update={"url": api.url}))
        outcome = await terminal.greenway("show", str(ROADMAP))
    assert outcome.code == 0, outcome.err
    assert api.tokens == {None}
    assert outcome.out.splitlines()[1] == f"{api.url}/roadmaps/{ROADMAP}"


async def test_an_address_that_was_given_comes_first(terminal: Terminal, tmp_path: Path) -> None:
    terminal.set("GREENWAY_TOKEN", "a-secret")
    with DataDirectory.open(tmp_path / ".greenway") as data:
        data.write_run(HERE)
        assert Endpoint.of(load_settings()) == Endpoint(url=HERE.url)
        terminal.set("GREENWAY_URL", "http://127.0.0.1:9")
        assert Endpoint.of(load_settings()) == Endpoint(url="http://127.0.0.1:9", token="a-secret")


async def test_every_client_command_takes_an_address(terminal: Terminal) -> None:
    terminal.set("GREENWAY_URL", "http://127.0.0.1:9")
    for module, names in COMMANDS.items():
        for name in names:
            shown = await terminal.greenway(name, "--help")
            assert ("--url" in shown.out) == (module not in PARTS), name


async def test_the_address_of_a_command_counts_before_all_others_and_for_it_alone(
    api: FakeApi, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.set("GREENWAY_URL", "http://127.0.0.1:9")
    terminal.set("GREENWAY_TOKEN", "a-secret")
    with DataDirectory.open(tmp_path / ".greenway") as data:
        data.write_run(HERE)
        assert (await terminal.greenway("show", str(ROADMAP), "--url", api.url)).code == 0
        assert api.tokens == {"Bearer a-secret"}
        assert os.environ["GREENWAY_URL"] == "http://127.0.0.1:9"
    for wrong in ("", " ", "localhost:8000", "ftp://127.0.0.1", "http://name:word@127.0.0.1"):
        refused = await terminal.greenway("list", "--url", wrong)
        assert (refused.code, refused.out) == (1, "")
        assert "--url" in refused.err and "must" in refused.err, wrong


async def test_what_an_instance_left_behind_is_not_followed(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / ".greenway"
    with DataDirectory.open(path) as data:
        data.write_run(HERE)
    assert Endpoint.of(load_settings()).url == "http://127.0.0.1:8000"
    gone = record_of_this_process("greenway up").model_copy(update={"created": 1.0})
    with DataDirectory.open(path) as data:
        data.write_run(HERE.model_copy(update={"supervisor": gone}))
        assert running_instance(path) is None, "another one has the directory, and has not written where it is"
        data.write_run(HERE.model_copy(update={"supervisor": record_of_this_process("greenway up")}))
        assert running_instance(path) is not None


@pytest.mark.parametrize("part", ["00000001", "8000-000000000001", str(ROADMAP), "0001"])
async def test_a_part_of_an_id_is_enough_beyond_the_first_page(api: FakeApi, terminal: Terminal, part: str) -> None:
    terminal.set("GREENWAY_URL", api.url)
    outcome = await terminal.greenway("show", part)
    assert (outcome.code, outcome.err) == (0, "")
    assert str(ROADMAP) in outcome.out


@pytest.mark.parametrize(("part", "start"), [("beef", "More than one roadmap has"), ("dead", "No roadmap has")])
async def test_an_id_that_does_not_fit_one_lists_what_there_is(
    api: FakeApi, terminal: Terminal, part: str, start: str
) -> None:
    terminal.set("GREENWAY_URL", api.url)
    outcome = await terminal.greenway("delete", part)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"greenway: {start} an id that begins or ends with '{part}'")
    assert "0000beef (Go [2J)" in outcome.err
    assert " more" in outcome.err
    assert outcome.err.count("\n") == 1


def test_short_ids_are_unique_and_accepted() -> None:
    short = short_ids([*OTHERS, ROADMAP])
    assert len(set(short.values())) == len(OTHERS) + 1
    assert short[ROADMAP] == "00000001"


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [("joins", "joins"), ("inner", "inner-join"), ("LEFT JOIN", "left"), ("subq", "nested"), ("outer", "left-outer")],
)
def test_a_concept_is_found_by_a_part(wanted: str, meant: str) -> None:
    known = {
        "joins": "Joins",
        "inner-join": "Inner join",
        "left": "Left join",
        "nested": "Subqueries",
        "left-outer": "Left outer",
    }
    candidates = [Candidate(id=key, name=name) for key, name in known.items()]
    assert choose("concept", wanted, candidates).id == meant
    with pytest.raises(InvalidInput, match=r"did you mean Inner join \(inner-join\)"):
        choose("concept", "inter-join", candidates)
    with pytest.raises(InvalidInput, match=r"Left join \(left\), Left outer \(left-outer\); please"):
        choose("concept", "lef", [one for one in candidates if one.id.startswith("left")])


async def test_the_built_in_author_is_not_asked_for_german_without_a_word(api: FakeApi, terminal: Terminal) -> None:
    terminal.set("GREENWAY_URL", api.url)
    german = await terminal.greenway("create", "Klavier", "--language", "de")
    assert (german.code, german.out) == (0, f"{ROADMAP}\n")
    assert "The built-in author writes in English or Chinese only." in german.err
    chinese = await terminal.greenway("create", "钢琴", "--language", "zh-Hant")
    assert (chinese.code, chinese.err) == (0, "")


def test_the_languages_of_the_built_in_author_are_known() -> None:
    assert set(get_args(GeneralLanguage)) == BUILTIN_LANGUAGES


def test_authors_have_names() -> None:
    assert author_name("builtin:outline") == "the built-in author"
    assert author_name("openai:gpt-5") == "gpt-5"
    assert author_name("ollama:qwen3:8b") == "qwen3:8b"


def test_lines_are_kept_and_control_characters_are_not() -> None:
    assert many_lines("a\x1b[2Jb\r\n  c\x9bd\te\x07") == "a [2Jb\n  c d\te "


def test_help_names_every_command_in_its_module() -> None:
    for module, commands in COMMANDS.items():
        loaded = importlib.import_module(f"app.cli.{module}")
        for command in commands:
            assert callable(getattr(loaded, command, None) or getattr(loaded, f"{command}_"))

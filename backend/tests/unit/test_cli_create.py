"""`greenway create`: the id alone on stdout; every fault is one plain sentence."""

from collections.abc import AsyncIterator

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from terminals import Terminal
from watched_runs import ROADMAP, Run

from app.cli.create_command import fit_sentence
from app.domain.tasks import RoadmapStatus
from app.embedded.ports import free_port
from app.reading.views import Created, FitView


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    run = Run(an_outline(3)).drafted().approved().writing("c0", "c1", "c2").ready("c0", "c1", "c2").completed()
    async with serving(FakeApi(run, seen=1)) as serving_api:
        yield serving_api


@pytest.fixture
def terminal(api: FakeApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("GREENWAY_URL", api.url)
    return Terminal(monkeypatch, capsys)


async def test_the_id_alone_is_printed(api: FakeApi, terminal: Terminal) -> None:
    outcome = await terminal.greenway("create", "Learn SQL")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{ROADMAP}\n", "")
    assert api.requests == [
        {
            "goal": "Learn SQL",
            "level": "beginner",
            "concepts": 30,
            "language": "en",
            "hours_per_week": 5,
            "auto_approve": False,
        }
    ]


async def test_all_options_are_sent(api: FakeApi, terminal: Terminal) -> None:
    options = ["--level", "advanced", "--concepts", "12", "--language", "de", "--hours-per-week", "9", "--approve"]
    await terminal.greenway("create", "Learn SQL", *options)
    assert api.requests == [
        {
            "goal": "Learn SQL",
            "level": "advanced",
            "concepts": 12,
            "language": "de",
            "hours_per_week": 9,
            "auto_approve": True,
        }
    ]


async def test_with_watch_the_id_stays_alone_on_stdout(terminal: Terminal) -> None:
    outcome = await terminal.greenway("create", "Learn SQL", "--approve", "--watch")
    assert (outcome.code, outcome.out) == (0, f"{ROADMAP}\n")
    assert outcome.err.splitlines()[-1] == "The roadmap is completed: 3 of 3 ready."


async def test_the_token_is_sent_everywhere(api: FakeApi, terminal: Terminal) -> None:
    terminal.set("GREENWAY_TOKEN", "a-token")
    await terminal.greenway("create", "Learn SQL", "--approve", "--watch")
    assert api.tokens == {"Bearer a-token"}
    assert api.connections == [1]


async def test_usage_errors_are_typers_own(terminal: Terminal) -> None:
    outcome = await terminal.greenway("create", "Learn SQL", "--level", "expert")
    assert outcome.code == 2
    assert "--level" in outcome.err


async def test_nothing_answers(terminal: Terminal) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    terminal.set("GREENWAY_URL", url)
    for arguments in (("create", "Learn SQL"), ("watch", str(ROADMAP))):
        outcome = await terminal.greenway(*arguments)
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err == (
            f"greenway: Greenway is not responding at {url}; start it with `greenway up`, or give another address with"
            " --url or GREENWAY_URL.\n"
        )


async def test_a_problem_is_shown_in_the_words_of_the_api(api: FakeApi, terminal: Terminal) -> None:
    api.refusal = (422, "`concepts` must be at most 300 (GREENWAY_MAX_CONCEPTS).")
    outcome = await terminal.greenway("create", "Learn SQL")
    assert (outcome.code, outcome.err) == (1, "greenway: `concepts` must be at most 300 (GREENWAY_MAX_CONCEPTS).\n")


async def test_an_unknown_roadmap(terminal: Terminal) -> None:
    outcome = await terminal.greenway("watch", "01990000-0000-7000-8000-00000000ffff")
    assert (outcome.code, outcome.err) == (1, "greenway: There is no such roadmap.\n")


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("<h1>Hello</h1>"),
        HTMLResponse("<h1>Not found</h1>", status_code=404),
        HTMLResponse("broken", status_code=500),
        RedirectResponse("https://elsewhere.example/"),
        JSONResponse([1, 2]),
        Response(b"{", media_type="application/problem+json", status_code=400),
        Response(b"[]", media_type="application/problem+json", status_code=400),
    ],
)
async def test_something_else_answers(api: FakeApi, terminal: Terminal, answer: Response) -> None:
    api.broken = answer
    outcome = await terminal.greenway("create", "Learn SQL")
    assert outcome.code == 1
    assert outcome.err.startswith(f"greenway: The server at {api.url}")
    assert outcome.err.endswith("check GREENWAY_URL.\n")
    assert outcome.err.count("\n") == 1


async def test_the_api_is_not_ready(api: FakeApi, terminal: Terminal) -> None:
    api.broken = Response(status_code=502)
    outcome = await terminal.greenway("create", "Learn SQL")
    assert outcome.err == f"greenway: Greenway at {api.url} is not ready; please try again shortly.\n"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_is_asked_for(api: FakeApi, terminal: Terminal, status: int) -> None:
    api.broken = Response(status_code=status)
    outcome = await terminal.greenway("create", "Learn SQL")
    assert outcome.err == f"greenway: {api.url} refused the request; check GREENWAY_TOKEN.\n"


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8000", "ftp://host", "http://", "http://a b", "http://host:99999", "http://[::1", "http://h?q=1"],
)
async def test_an_address_that_is_none(terminal: Terminal, url: str) -> None:
    terminal.set("GREENWAY_URL", url)
    outcome = await terminal.greenway("create", "Learn SQL")
    assert (outcome.code, outcome.err) == (
        1,
        "greenway: GREENWAY_URL, or --url, must be an address like http://127.0.0.1:8000.\n",
    )


async def test_no_password_in_the_address(terminal: Terminal) -> None:
    terminal.set("GREENWAY_URL", "http://me:secret@127.0.0.1:8000")
    outcome = await terminal.greenway("create", "Learn SQL")
    assert outcome.code == 1
    assert "secret" not in outcome.err


async def test_a_token_that_cannot_be_sent(terminal: Terminal) -> None:
    terminal.set("GREENWAY_TOKEN", "Schlüssel\n")
    outcome = await terminal.greenway("create", "Learn SQL")
    assert outcome.err == "greenway: GREENWAY_TOKEN contains characters that cannot be sent.\n"


@pytest.mark.parametrize(
    ("fit", "sentence"),
    [
        (None, None),
        (FitView(course="Git", covered=["git"], missing=[]), None),
        (
            FitView(course=None, covered=[], missing=["sourdough", "bread"]),
            "Without a model, this becomes a general study plan: no course covers sourdough, bread.",
        ),
        (
            FitView(course="Git", covered=["git"], missing=["Rust"]),
            "Without a model, this becomes a general study plan: the course Git covers git, and nothing on Rust.",
        ),
    ],
)
def test_what_no_course_covers_is_said(fit: FitView | None, sentence: str | None) -> None:
    assert (
        fit_sentence(Created(roadmap_id=ROADMAP, task_id=ROADMAP, status=RoadmapStatus.DRAFTING, fit=fit)) == sentence
    )

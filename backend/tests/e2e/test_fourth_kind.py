"""Another kind of content is its files and an entry in each registry. A copy of Greenway gets one, over a database that
knows nothing of it."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from e2e.cluster import Client, Cluster, a_process, concepts_of, wait_until
from e2e.fourth_kind import add_to

from app.embedded.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".pytest_cache", "__pycache__", "node_modules", "tests", ".greenway", "dist"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree") / "greenway"
    shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
    (tree / "frontend" / "node_modules").symlink_to(ROOT / "frontend" / "node_modules")
    add_to(tree)
    return tree


def run(tree: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree / "backend")}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@asynccontextmanager
async def greenway(tree: Path, data: Path) -> AsyncIterator[Client]:
    """All of Greenway, from the code in a tree."""
    port, said = free_port(), data.parent / f"up-{tree.name}.log"
    there = ["sh", "-c", 'cd "$0" && exec "$@"', str(tree / "backend")]
    command = [*there, sys.executable, "-m", "app.cli", "up", "--port", str(port), "--data-dir", str(data)]
    settings = {
        "PYTHONPATH": str(tree / "backend"),
        "GREENWAY_BUILTIN_PACE": "0",
        "GREENWAY_WORKER_METRICS_PORT": "0",
    }
    with a_process(command, said, **settings):
        await asyncio.to_thread(wait_until, lambda: "Greenway is ready" in said.read_text())
        async with Cluster("", "", data, url=f"http://127.0.0.1:{port}").client() as client:
            yield client


async def test_a_roadmap_has_the_kind_from_its_draft_to_an_import_and_an_older_one_stays_finished(
    tree: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with greenway(ROOT, data) as client:
        old = await client.create(concepts=3, auto_approve=True)
        before = await client.until_status(old, "completed")
    async with greenway(tree, data) as client:
        assert await client.read(old) == before
        new = await client.create(concepts=3)
        drafted = await client.until_status(new, "awaiting_review")
        assert drafted["kinds"] == ["tutorial", "resources", "quiz", "notes"]
        assert (await client.post(new, "approve")).status_code == 202
        written = await client.until_status(new, "completed")
        shown = concepts_of(written)[0]
        assert shown["artefacts"]["notes"]["status"] == "completed"
        address = f"/roadmaps/{new}/concepts/{shown['concept_id']}"
        concept = (await client.http.get(address)).json()
        headings = [section["heading"] for section in concept["tutorial"]["sections"]]
        assert concept["notes"]["lines"] == headings, "it has read the tutorial"
        assert shown["artefacts"]["notes"]["glance"] == {"count": len(headings)}
        again = await client.http.post(f"{address}/regenerate", json={"artefacts": ["notes"]})
        assert again.status_code == 202
        await client.until_status(new, "completed")
        concept = (await client.http.get(address)).json()
        assert {kind: concept[kind]["version"] for kind in written["kinds"]} == {
            "tutorial": 1, "resources": 1, "quiz": 1, "notes": 2,
        }  # fmt: skip
        refused = await client.http.post(
            f"/roadmaps/{old}/concepts/{concepts_of(before)[0]['concept_id']}/regenerate", json={"artefacts": ["notes"]}
        )
        assert (refused.status_code, refused.json()["detail"]) == (
            409,
            "The concepts of this roadmap have no sheet of notes.",
        )
        file = (await client.http.get(f"/roadmaps/{new}/export")).json()
        without = {**file, "kinds": ["tutorial", "resources", "quiz"]}
        odd = await client.http.post("/roadmaps/import", json=without)
        assert odd.status_code == 422
        assert "artefacts of other kinds than the roadmap: notes" in odd.json()["detail"]
        imported = (await client.http.post("/roadmaps/import", json=file)).json()["roadmap_id"]
        copy = await client.read(imported)
        assert (copy["status"], copy["kinds"]) == ("completed", written["kinds"])
        same = (await client.http.get(f"/roadmaps/{imported}/concepts/{shown['concept_id']}")).json()
        assert same["notes"]["lines"] == headings


def test_the_types_of_the_tree_hold(tree: Path) -> None:
    run(tree, sys.executable, "-m", "mypy", "backend/app")


def test_the_types_of_the_web_app_hold(tree: Path) -> None:
    (tree / "frontend" / "openapi.json").write_text(run(tree, sys.executable, "frontend/document.py"))
    npm = (sys.executable, "frontend/build.py", "npm")
    run(tree, *npm, "run", "--silent", "types")
    run(tree, *npm, "exec", "--", "tsc", "--noEmit", "-p", ".")

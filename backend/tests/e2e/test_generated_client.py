"""What openapi-python-client makes of the served document is all that a client needs."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from e2e.cluster import Cluster, wait_until

PACKAGE = "generated_greenway_client"


class Generated:
    """The client: its models, and its functions by their tags and names."""

    def __init__(self, package: ModuleType, client: Any) -> None:
        self.models = importlib.import_module(f"{package.__name__}.models")
        self._package = package.__name__
        self._client = client

    def ask(self, operation: str, *arguments: object, **body: object) -> Any:
        module = importlib.import_module(f"{self._package}.api.{operation}")
        return module.sync(*arguments, client=self._client, **body)

    def drafted(self, goal: str) -> UUID:
        """The id of a roadmap that awaits its review."""
        created = self.ask("roadmaps.create_roadmap", body=self.models.NewRoadmap(goal=goal, concepts=3))
        assert isinstance(created, self.models.Created)
        roadmap_id: UUID = created.roadmap_id
        wait_until(lambda: bool(self.ask("roadmaps.get_roadmap", roadmap_id).status == "awaiting_review"))
        return roadmap_id


@pytest.fixture(scope="module")
def generated(busy_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """A client whose generation has met with no warning."""
    directory = tmp_path_factory.mktemp("generated")
    document = directory / "openapi.json"
    document.write_bytes(httpx2.get(f"{busy_cluster.url}/openapi.json", trust_env=False).content)
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta=none", "--fail-on-warning"),
            *(f"--path={document}", f"--output-path={directory / PACKAGE}"),
        ],
        cwd=directory,
        # It calls ruff by its name.
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert (made.returncode, made.stderr) == (0, ""), made.stdout
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.syspath_prepend(directory)
        package = importlib.import_module(PACKAGE)
        settings = {"raise_on_unexpected_status": True, "httpx_args": {"trust_env": False}}
        with package.Client(busy_cluster.url, **settings) as client:
            yield Generated(package, client)


def test_it_takes_a_goal_to_a_completed_roadmap(generated: Generated) -> None:
    roadmap_id = generated.drafted("Learn SQL for data analysis")
    accepted = generated.ask("steering.approve_roadmap", roadmap_id)
    wait_until(lambda: bool(generated.ask("tasks.get_task", accepted.task_id).status == "completed"))
    roadmap = generated.ask("roadmaps.get_roadmap", roadmap_id)
    assert (roadmap.status, roadmap.progress.completed) == ("completed", 3)
    for concept in (concept for stage in roadmap.stages for module in stage.modules for concept in module.concepts):
        assert concept.content_status == "completed"
        read = generated.ask("concepts.get_concept", roadmap_id, concept.concept_id)
        assert read.tutorial.sections
        assert len(read.resources.items) == concept.resources_count
        assert len(read.quiz.questions) == concept.quiz_questions_count


def test_a_quiz_can_be_answered(generated: Generated) -> None:
    models = generated.models
    roadmap_id = generated.drafted("Learn Git")
    generated.ask("steering.approve_roadmap", roadmap_id)
    wait_until(lambda: bool(generated.ask("roadmaps.get_roadmap", roadmap_id).status == "completed"))
    concept_id = generated.ask("roadmaps.get_roadmap", roadmap_id).stages[0].modules[0].concepts[0].concept_id
    quiz = generated.ask("concepts.get_concept", roadmap_id, concept_id).quiz
    answers = models.QuizAttemptAnswers.from_dict(
        {one.question_id: [one.options[0].option_id] for one in quiz.questions}
    )
    attempt = models.QuizAttempt(answers=answers, quiz_id=quiz.quiz_id)
    marked = generated.ask("concepts.attempt_quiz", roadmap_id, concept_id, body=attempt)
    assert [one.question_id for one in marked.questions] == [one.question_id for one in quiz.questions]


def test_an_outline_can_be_edited_and_a_roadmap_taken_out_and_in(generated: Generated) -> None:
    models = generated.models
    roadmap_id = generated.drafted("Learn Git")
    edit = models.OutlineEdit(operations=[models.Retitle(op="retitle", title="Git, slowly")])
    assert generated.ask("outlines.apply_operations", roadmap_id, body=edit).title == "Git, slowly"
    document = generated.ask("transfer.export_roadmap", roadmap_id)
    copy = generated.ask("transfer.import_roadmap", body=document)
    assert copy.roadmap_id != roadmap_id
    assert generated.ask("roadmaps.get_roadmap", copy.roadmap_id).title == "Git, slowly"


def test_a_refusal_is_a_problem_that_names_the_field(generated: Generated) -> None:
    missing = generated.ask("roadmaps.get_roadmap", uuid4())
    assert isinstance(missing, generated.models.Problem)
    assert missing.code == "not_found"
    refused = generated.ask("roadmaps.create_roadmap", body=generated.models.NewRoadmap(goal=" "))
    assert [fault.field for fault in refused.errors] == ["goal"]


def test_readiness_names_its_checks(generated: Generated) -> None:
    readiness = generated.ask("operations.get_readiness")
    assert readiness.status == "ready"
    assert {name: readiness.checks[name].ok for name in readiness.checks.additional_keys} == {
        "database": True, "schema": True, "redis": True,
    }  # fmt: skip

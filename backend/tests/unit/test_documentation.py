"""The documents say what the code says: settings, events, metrics, logs, links, and what the containers publish."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr

from app.core import metrics
from app.core.settings import Settings, names_of
from app.domain.changes import ChangedConcept, Changes, ShownArtefact
from app.domain.content.kind import Glance
from app.domain.events import Event, event_adapter

ROOT = Path(__file__).parents[3]
APP = ROOT / "backend" / "app"
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "doc").rglob("*.md"))]

SETTINGS = {names_of(field)[0]: field for field in Settings.model_fields.values()}
EVENTS = {event.model_fields["type"].default: event for event in get_args(get_args(Event)[0])}

NOT_FOR_THE_API = {
    *("GREENWAY_ARTEFACT_TIMEOUT", "GREENWAY_FLUSH_EVERY", "GREENWAY_FLUSH_MAX_AGE", "GREENWAY_FAILPOINT"),
    "GREENWAY_EVENT_RETENTION",
    *("GREENWAY_MODEL_REQUESTS_PER_MINUTE", "GREENWAY_MODEL_TOKENS_PER_MINUTE"),
    *("GREENWAY_SEARCH", "SEARXNG_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "GREENWAY_WORKER_METRICS_PORT"),
    "GREENWAY_MODEL_SERVER_PORTS",
    *("GREENWAY_URL", "GREENWAY_DATA_DIR", "LOG_FILE", "GREENWAY_LAUNCH_ID", "GREENWAY_MAX_ANSWER_BYTES"),
}
"""Settings of the worker and the client commands, and paths outside the containers."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LOG_METHODS = {"debug", "info", "warning", "error", "exception"}


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def rows_of(path: str) -> dict[str, list[str]]:
    """The rows of a document's tables, by each name in code font in their first cells."""
    rows: dict[str, list[str]] = {}
    for line in text_of(path).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| "):
            rows |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells)
    return rows


def test_the_example_of_env_names_every_setting_once() -> None:
    named = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", text_of(".env.example"), re.MULTILINE)
    assert sorted(named) == sorted(SETTINGS)


def test_the_example_of_env_sets_nothing_but_shows_the_defaults() -> None:
    for line in text_of(".env.example").splitlines():
        assert not line or line.startswith("# "), f"not commented out: {line}"
        name, separator, value = line.removeprefix("# ").partition("=")
        if separator and name in SETTINGS:
            default = SETTINGS[name].default
            if isinstance(default, int | float):
                assert float(value) == float(default), name
            elif default not in {None, ()}:
                assert value == str(default), name


def test_the_table_of_settings_names_every_setting_with_its_default() -> None:
    rows = {name: cells for name, cells in rows_of("doc/configuration.md").items() if re.fullmatch(r"[A-Z0-9_]+", name)}
    assert rows.keys() == SETTINGS.keys()
    for name, cells in rows.items():
        default = SETTINGS[name].default
        shown = {None: "not set", (): "empty"}.get(
            default, f"`{str(default).lower() if default is False else default}`"
        )
        assert len(cells) == 4, name
        assert cells[1] == shown, name
        for other in names_of(SETTINGS[name])[1:]:
            assert f"`{other}`" in cells[3], f"{name} may also be given as {other}"


def anchors_of(document: Path) -> set[str]:
    headings = _HEADING.findall(_FENCED.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for link in _LINK.findall(_FENCED.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path) if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_module_that_the_documents_name_exists() -> None:
    for document in DOCUMENTS:
        for name in re.findall(r"`((?:backend/app/)?[a-z_]+(?:/[a-z_]+)+\.py)`", document.read_text(encoding="utf-8")):
            places = (APP / name.removeprefix("backend/app/"), ROOT / name)
            assert any(place.exists() for place in places), f"{document.name}: {name}"


def sections_of_events() -> dict[str, str]:
    parts = re.split(r"^### `(\w+)`$", text_of("doc/events.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_event_has_a_section() -> None:
    assert sections_of_events().keys() == EVENTS.keys()


@pytest.mark.parametrize("type_", EVENTS)
def test_the_section_of_an_event_describes_its_fields_and_shows_a_valid_one(type_: str) -> None:
    section = sections_of_events()[type_]
    table, _, rest = section.partition("```json\n")
    described = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.partition(" | ")[0])}
    shared = {"type", "roadmap_id", "task_id", "seq", "epoch", "at", "changes"}
    assert described & EVENTS[type_].model_fields.keys() >= EVENTS[type_].model_fields.keys() - shared
    example: dict[str, Any] = json.loads(rest.partition("```")[0])
    event = event_adapter.validate_json(json.dumps(example))
    assert event.type == type_
    assert event.model_dump(mode="json") == {"changes": None} | example


def test_the_rules_for_clients_name_all_that_may_have_changed() -> None:
    rules = text_of("doc/events.md").partition("## What a client must do")[2].partition("## The events")[0]
    named = {name for line in rules.splitlines() for name in re.findall(r"^\| `(\w+)` \|", line)}
    assert named == Changes.__annotations__.keys()
    for shape in (ChangedConcept, ShownArtefact, Glance):
        assert all(f"`{name}`" in rules for name in shape.__annotations__)


def test_every_metric_is_described_with_its_labels() -> None:
    rows = rows_of("doc/operations.md")
    known = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]
    assert known
    for metric in known:
        family = next(iter(metric.describe()))
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert name in rows, name
        assert rows[name][1] == family.type, name
        labels = metric._labelnames
        assert not labels or f"`{{{', '.join(labels)}}}`" in rows[name][0], name


def log_events() -> Iterator[str]:
    for module in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="log"), attr=method), args=[ast.Constant(value=str(event)), *_]
                ) if method in _LOG_METHODS:
                    yield event


def test_every_log_event_is_explained() -> None:
    said = set(log_events())
    assert "incremental_batch_trigger" in said
    assert said - rows_of("doc/operations.md").keys() == set()


def test_the_containers_publish_nothing_but_the_api_on_loopback() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load(text_of("docker-compose.yml"))["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"api": ["127.0.0.1:8000:8000"]}
    assert not [name for name, service in services.items() if "network_mode" in service]


def test_the_containers_take_their_passwords_from_outside() -> None:
    text = text_of("docker-compose.yml")
    for name in re.findall(r"(?<!\$)\$\{([^}]*)\}", text):
        assert re.match(r"(POSTGRES|VALKEY)_PASSWORD:\?", name), name
    assert not re.search(r"(?<!\$)\$[A-Z]", text), "a variable that may be missing in silence"


def test_only_the_worker_gets_keys() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load(text_of("docker-compose.yml"))["services"]
    assert [name for name, service in services.items() if "env_file" in service] == ["worker"]
    secret = {names_of(field)[0] for field in SETTINGS.values() if field.annotation == SecretStr | None}
    addresses = {"DATABASE_URL", "REDIS_URL"}
    assert services["migrate"]["environment"].keys() == addresses | {"LOG_FORMAT", "LOG_LEVEL"}
    of_the_api = services["api"]["environment"].keys()
    assert of_the_api & secret == addresses | {"SECRET_KEY", "SECRET_KEY_FALLBACKS"}
    assert SETTINGS.keys() - of_the_api - secret == NOT_FOR_THE_API


def test_the_servers_read_their_passwords_from_files() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load(text_of("docker-compose.yml"))["services"]
    for name in ("postgres", "valkey"):
        assert "_PASSWORD}" not in json.dumps(services[name])
        assert "_PASSWORD:?" not in json.dumps(services[name])
        assert services[name]["secrets"] == [f"{name}_password"]
        assert re.search(r":\d+\.\d+(\.\d+)?$", services[name]["image"]), "an exact version"


def test_the_containers_only_get_settings_that_there_are() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load(text_of("docker-compose.yml"))["services"]
    for name in ("migrate", "api", "worker"):
        assert services[name]["environment"].keys() <= SETTINGS.keys()

"""Every registry has every kind of content."""

import pytest
from factories import an_artefact

from app.agents.asking.prompts import load_prompt
from app.agents.assumed import ASSUMED
from app.agents.builtin import writers as builtin
from app.agents.writing import writers as model
from app.cli.concept_markdown import PARAGRAPHS
from app.domain.content.concept_state import ConceptState
from app.domain.content.flat import flat_contents, flat_statuses
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import FLAT_KINDS, KINDS
from app.domain.events import ConceptChanged, ConceptComplete, ConceptFailed
from app.reading.views import ConceptDetail, ConceptView

every_kind = pytest.mark.parametrize("kind", ArtefactKind)


@every_kind
def test_every_registry_has_the_kind(kind: ArtefactKind) -> None:
    assert {"domain": kind in KINDS, "built-in": kind in builtin.WRITERS, "model": kind in model.WRITERS} == {
        "domain": True,
        "built-in": True,
        "model": True,
    }
    assert kind in ASSUMED, "nobody can say beforehand what it takes"
    assert kind in PARAGRAPHS, "the command line does not show it"
    assert kind.value in ConceptDetail.model_fields, "it cannot be read"
    assert load_prompt(kind.value).version.startswith(f"{kind}@")


@every_kind
def test_a_kind_is_the_one_that_its_body_says(kind: ArtefactKind) -> None:
    assert KINDS[kind].kind == kind
    assert KINDS[kind].body.model_validate(an_artefact(kind).model_dump()) == an_artefact(kind)


def test_what_a_kind_reads_stands_before_it() -> None:
    order = list(KINDS)
    assert order == list(ArtefactKind)
    assert all(order.index(read) < order.index(kind) for kind, spec in KINDS.items() for read in spec.reads)


def test_the_fields_that_name_kinds_are_those_of_reads_and_events() -> None:
    concept = ConceptState.waiting("c0")
    contents, statuses = set(flat_contents(concept)), set(flat_statuses(concept))
    assert len(statuses) == len(FLAT_KINDS) == 3
    assert contents | statuses <= ConceptView.model_fields.keys()
    assert contents | statuses <= ConceptChanged.model_fields.keys()
    assert contents <= ConceptFailed.model_fields.keys() & ConceptComplete.model_fields.keys()

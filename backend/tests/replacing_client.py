"""A client that knows no rule of state: it replaces what events name, as `doc/events.md` asks."""

from typing import Any

from app.domain.content.flat import flat_content
from app.domain.content.kind import ArtefactKind
from app.domain.events import Event, OutlineReady
from app.reading.views import RoadmapView

_UNWRITTEN: dict[str, Any] = {
    "content_status": "pending",
    "content_summary": None,
    "resources_count": None,
    "quiz_questions_count": None,
    "failures": [],
    "learned_at": None,
    "artefacts": {kind: {"status": "pending", "id": None, "glance": None, "failure": None} for kind in ArtefactKind},
    **{f"{kind}_status": "pending" for kind in ArtefactKind},
    **{f"{kind}_id": None for kind in ArtefactKind},
}


class ReplacingClient:
    """Shows a roadmap as `GET /roadmaps/{roadmap_id}` does, from what was read once and the events since."""

    def __init__(self, roadmap: RoadmapView) -> None:
        self._roadmap = roadmap.model_dump()

    @property
    def seq(self) -> int:
        return int(self._roadmap["seq"])

    @property
    def shown(self) -> RoadmapView:
        return RoadmapView.model_validate(self._roadmap)

    def apply(self, event: Event) -> None:
        assert event.seq == self.seq + 1, "an event is missing"
        assert event.changes is not None
        changes: dict[str, Any] = event.model_dump()["changes"]
        assert "reread" not in changes, "a client that replaces cannot go on"
        if isinstance(event, OutlineReady):
            self._outline(event)
        told = {one["concept_id"]: one for one in changes.pop("concepts", ())}
        for concept in self._concepts():
            if one := told.get(concept["concept_id"]):
                _replace(concept, one)
        self._roadmap["task"] |= changes.pop("task", {})
        self._roadmap |= changes | {"seq": event.seq}

    def _outline(self, event: OutlineReady) -> None:
        known = {concept["concept_id"]: concept for concept in self._concepts()}
        stages = [stage.model_dump() for stage in event.stages]
        for order, stage in enumerate(stages, start=1):
            stage["order"] = order
            for module in stage["modules"]:
                module["concepts"] = [
                    {**_UNWRITTEN, **known.get(concept["concept_id"], {}), **concept} for concept in module["concepts"]
                ]
        names = ("title", "revision", "can_undo", "can_redo")
        self._roadmap |= {name: getattr(event, name) for name in names} | {"stages": stages}

    def _concepts(self) -> list[dict[str, Any]]:
        stages = self._roadmap["stages"]
        return [concept for stage in stages for module in stage["modules"] for concept in module["concepts"]]


def _replace(concept: dict[str, Any], told: dict[str, Any]) -> None:
    concept["content_status"], concept["learned_at"] = told["content_status"], told["learned_at"]
    concept["artefacts"] = {**concept["artefacts"], **told["artefacts"]}
    concept["failures"] = [one["failure"] for one in concept["artefacts"].values() if one["failure"]]
    for kind, one in told["artefacts"].items():
        concept[f"{kind}_status"] = one["status"]
        concept |= flat_content(kind, one["id"], one["glance"])

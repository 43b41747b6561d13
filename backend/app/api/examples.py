"""What the OpenAPI document shows as examples: one roadmap, from its goal to a marked quiz."""

from typing import Any

from app.domain.content.flat import flat_content
from app.domain.content.kinds import FLAT_KINDS

_ROADMAP = "0198c2f4-6d1e-7b3a-9c5f-2a4e8d7b1c30"
_TASK = "0198c2f4-6d20-7e41-8f6a-5b9c3d2e7a11"
_ARTEFACTS = {
    "tutorial": "0198c2f5-1a2b-7c3d-8e4f-5a6b7c8d9e01",
    "resources": "0198c2f5-1a2b-7c3d-8e4f-5a6b7c8d9e02",
    "quiz": "0198c2f5-1a2b-7c3d-8e4f-5a6b7c8d9e03",
}
_AT = "2026-03-01T09:30:00Z"
_USAGE = {
    "calls": 3,
    "input_tokens": 4200,
    "output_tokens": 5100,
    "cost_usd": 0.06,
    "unpriced_calls": 0,
    "unpriced": False,
}
_PROGRESS = {"total": 3, "completed": 1, "partial": 0, "failed": 0, "generating": 1, "pending": 1}
_PLACE = {"roadmap_id": _ROADMAP, "task_id": _TASK}
_ORIGIN = {"version": 1, "author": "openai:gpt-5", "created_at": _AT}

_TABLE = {
    "concept_id": "relational-table",
    "name": "Relational tables",
    "description": "Rows, columns and types.",
    "estimated_hours": 1.0,
    "difficulty": "easy",
    "keywords": ["table", "row", "column"],
    "prerequisites": [],
}
_SELECT = _TABLE | {
    "concept_id": "select",
    "name": "SELECT and WHERE",
    "description": "Reading rows that fulfil a condition.",
    "keywords": ["select", "where"],
    "prerequisites": ["relational-table"],
}
_JOIN = _TABLE | {
    "concept_id": "inner-join",
    "name": "Inner joins",
    "description": "Rows of two tables that belong together.",
    "difficulty": "medium",
    "keywords": ["join"],
    "prerequisites": ["select"],
}
_MODULE = {"module_id": "basics", "name": "Basic queries", "description": ""}
_STAGE = {"stage_id": "reading", "name": "Reading tables", "description": ""}
_OUTLINE = {
    "title": "SQL for data analysis",
    "stages": [_STAGE | {"modules": [_MODULE | {"concepts": [_TABLE, _SELECT, _JOIN]}]}],
}
_REQUEST = {"goal": "Learn SQL for data analysis", "level": "beginner", "hours_per_week": 5, "concepts": 3}


def _concept(concept: dict[str, Any], status: str) -> dict[str, Any]:
    """A concept of which everything is written, or nothing."""
    written = status == "completed"
    glances: dict[str, dict[str, Any]] = {
        "tutorial": {"summary": "A table holds rows of the same columns."},
        "resources": {"count": 1},
        "quiz": {"count": 1},
    }
    shown: dict[str, Any] = {
        "content_status": status,
        "artefacts": {
            kind: {
                "status": status,
                "id": artefact_id if written else None,
                "glance": glances[kind] if written else None,
                "failure": None,
            }
            for kind, artefact_id in _ARTEFACTS.items()
        },
        "failures": [],
        "learned_at": None,
    }
    for kind in FLAT_KINDS:
        artefact = shown["artefacts"][kind.value]
        shown[f"{kind}_status"] = status
        shown |= flat_content(kind, artefact["id"], artefact["glance"])
    return concept | shown


_TASK_VIEW = _PLACE | {
    "kind": "content",
    "status": "running",
    "returns_to": None,
    "usage": _USAGE,
    "error": None,
    "created_at": _AT,
    "started_at": _AT,
    "ended_at": None,
}
_SUMMARY = {
    "roadmap_id": _ROADMAP,
    "title": _OUTLINE["title"],
    "goal": _REQUEST["goal"],
    "language": "en",
    "status": "generating",
    "allowed": ["pause", "cancel", "prioritise"],
    "author": "openai:gpt-5",
    "created_at": _AT,
    "progress": _PROGRESS,
}
_CONCEPTS = [_concept(_TABLE, "completed"), _concept(_SELECT, "generating"), _concept(_JOIN, "pending")]
_VIEW = _SUMMARY | {
    "kinds": list(_ARTEFACTS),
    "revision": 1,
    "can_undo": False,
    "can_redo": False,
    "seq": 7,
    "epoch": "5f0e9c3a-4ffd-4dd6-a2b3-4e3f8d0c5b1f",
    "task": _TASK_VIEW,
    "usage": _USAGE,
    "stages": [_STAGE | {"order": 1, "modules": [_MODULE | {"concepts": _CONCEPTS}]}],
}
_CONCEPT_COMMANDS = {
    "pending": ["prioritise", "regenerate"],
    "generating": [],
    "completed": ["regenerate"],
    "partial": ["regenerate"],
    "failed": ["regenerate"],
}
_QUESTION = {
    "question_id": "q1",
    "type": "single",
    "prompt": "What do all rows of a table have in common?",
    "options": [{"option_id": "a", "text": "Their columns"}, {"option_id": "b", "text": "Their values"}],
}
_DETAIL = _CONCEPTS[0] | {
    "roadmap_id": _ROADMAP,
    "tutorial": _ORIGIN
    | {
        "kind": "tutorial",
        "prompt": "tutorial@1-7c41e0d2",
        "tutorial_id": _ARTEFACTS["tutorial"],
        "usage": _USAGE,
        "summary": "A table holds rows of the same columns.",
        "sections": [{"heading": "Rows and columns", "markdown": "Each row is one *thing*, each column a fact."}],
        "example": None,
        "exercises": ["Name the columns of a table of books."],
        "mistakes": ["Two facts in one column."],
    },
    "resources": _ORIGIN
    | {
        "kind": "resources",
        "prompt": "resources@1-b90a2f5e",
        "resources_id": _ARTEFACTS["resources"],
        "usage": _USAGE,
        "items": [
            {
                "title": "PostgreSQL: Table basics",
                "url": "https://www.postgresql.org/docs/current/ddl-basics.html",
                "type": "documentation",
                "language": "en",
                "origin": "found",
                "description": None,
                "verdict": "verified",
                "status": 200,
            }
        ],
    },
    "quiz": _ORIGIN
    | {
        "kind": "quiz",
        "prompt": "quiz@1-3f2a9c41",
        "quiz_id": _ARTEFACTS["quiz"],
        "usage": _USAGE,
        "questions": [_QUESTION],
    },
}
_REVISION = {
    "number": 2,
    "kind": "edited",
    "feedback": None,
    "note": None,
    "operations": [{"op": "rename", "target": "concept", "id": "inner-join", "name": "Joins"}],
    "created_at": _AT,
    "current": True,
}

_STARTED: dict[str, Any] = _PLACE | {
    "type": "concept_start",
    "seq": 8,
    "epoch": _VIEW["epoch"],
    "at": _AT,
    "concept_id": "select",
    "concept_name": "SELECT and WHERE",
}

EXAMPLES: dict[str, Any] = {
    "NewRoadmap": _REQUEST | {"auto_approve": True},
    "Accepted": {"task_id": _TASK},
    "Created": _PLACE | {"status": "drafting"},
    "RoadmapPage": {"items": [_SUMMARY | {"studied_at": _AT, "deleted_at": None}], "next_cursor": None},
    "RoadmapView": _VIEW,
    "EstimateView": {
        "author": "openai:gpt-5",
        "calls": 9,
        "input_tokens": 12600,
        "output_tokens": 15300,
        "cost_usd": 0.18,
        "unpriced": False,
        "minutes": 2.5,
    },
    "Outline": _OUTLINE,
    "OutlineEdit": {"operations": _REVISION["operations"]},
    "EditedRoadmapView": _VIEW,
    "RevisionRequest": {"feedback": "Two more concepts about window functions, please."},
    "Revisions": {"items": [_REVISION]},
    "RevisionView": _REVISION
    | {
        "changes": [
            {
                "change": "renamed",
                "target": "concept",
                "id": "inner-join",
                "name": "Joins",
                "before": {"name": "Inner joins"},
                "after": {"name": "Joins"},
            }
        ]
    },
    "ConceptDetail": _DETAIL,
    "Versions": {
        "items": [
            _ORIGIN | {"artefact": kind, "artefact_id": artefact_id, "current": True, "prompt": _DETAIL[kind]["prompt"]}
            for kind, artefact_id in _ARTEFACTS.items()
        ]
    },
    "Regeneration": {"artefacts": ["quiz"], "instructions": "Harder questions."},
    "Restoration": {"artefact": "quiz", "version": 1},
    "QuizAttempt": {"answers": {"q1": ["a"]}, "quiz_id": _ARTEFACTS["quiz"]},
    "MarkedQuizView": {
        "score": 1.0,
        "questions": [
            {
                "question_id": "q1",
                "correct": True,
                "correct_options": ["a"],
                "explanation": "A table's columns hold for all of its rows.",
            }
        ],
    },
    "Learned": {"learned": True},
    "NoteBody": {"markdown": "A table is a *relation*: no two rows are the same."},
    "NoteView": {"markdown": "A table is a *relation*: no two rows are the same.", "updated_at": _AT},
    "QuestionReportBody": {"reason": "Two of the options are right.", "quiz_id": _ARTEFACTS["quiz"]},
    "SearchResults": {
        "items": [
            {
                "roadmap_id": _ROADMAP,
                "roadmap_title": _OUTLINE["title"],
                "language": "en",
                "concept_id": "relational-table",
                "concept_name": "Relational tables",
                "source": "tutorial",
                "anchor": "section-1",
                "heading": {"text": "Rows and columns", "matches": [{"start": 9, "end": 16}]},
                "excerpt": {
                    "text": "Each row is one thing, each column a fact.",
                    "matches": [{"start": 28, "end": 34}],
                },
            }
        ],
        "complete": True,
    },
    "RoadmapFile": {
        "format": "greenway-roadmap",
        "version": 1,
        "request": _REQUEST,
        "author": "openai:gpt-5",
        "title": _OUTLINE["title"],
        "status": "awaiting_review",
        "usage": _USAGE,
        "created_at": _AT,
        "outline": _OUTLINE,
        "revision": 1,
        "revisions": [{"number": 1, "kind": "drafted", "outline": _OUTLINE, "created_at": _AT}],
        "concepts": [{"concept_id": concept["concept_id"]} for concept in (_TABLE, _SELECT, _JOIN)],
    },
    "TaskDetail": _TASK_VIEW | {"progress": _PROGRESS},
    "StreamFrame": _STARTED,
    "CoalescedEvents": {"events": [_STARTED]},
    "About": {"version": "0.1.0", "author": "openai:gpt-5", "max_concepts": 300, "concept_commands": _CONCEPT_COMMANDS},
    "Health": {"status": "ok"},
    "Readiness": {
        "status": "ready",
        "checks": {
            "database": {"ok": True, "message": "The database is available."},
            "schema": {"ok": True, "message": "The schema is up to date (0005)."},
            "redis": {"ok": True, "message": "Redis answers."},
        },
    },
}
"""By the name of their schema."""

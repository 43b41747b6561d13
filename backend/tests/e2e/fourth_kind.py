"""A kind of content that Greenway does not have: the files that it needs, and its entry in each registry."""

from pathlib import Path

FILES = {
    "backend/app/domain/content/kinds/notes.py": '''"""Notes: what to remember of a concept, taken from its tutorial."""

from typing import Annotated, Literal

from pydantic import Field

from app.domain.content.kind import ArtefactKind, Body, Glance, KindSpec
from app.domain.values import Text


class Notes(Body):
    kind: Literal[ArtefactKind.NOTES] = ArtefactKind.NOTES
    lines: Annotated[tuple[Text, ...], Field(min_length=1)]


def _glance(notes: Notes) -> Glance:
    return Glance(count=len(notes.lines))


NOTES = KindSpec(body=Notes, noun="sheet of notes", glance=_glance, reads=(ArtefactKind.TUTORIAL,))
''',
    "backend/app/agents/builtin/notes.py": '''"""Notes by the built-in author: the headings of the tutorial."""

from app.agents.builtin.study import Study
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds.notes import Notes
from app.domain.content.kinds.tutorial import Tutorial


def write_notes(study: Study) -> Notes:
    tutorial = study.brief.sources.get(ArtefactKind.TUTORIAL)
    headings = [section.heading for section in tutorial.sections] if isinstance(tutorial, Tutorial) else []
    return Notes(lines=tuple(headings) or ("There is no tutorial yet.",))
''',
    "backend/app/agents/writing/notes.py": '''"""Notes by a model."""

from app.agents.asking.prompts import load_prompt
from app.agents.asking.structured_request import Line, StructuredRequest, Reply
from app.agents.writing.facts import facts_of
from app.domain.content.kinds.notes import Notes
from app.generation.work import ConceptBrief


class NotesReply(Reply):
    lines: list[Line]


def notes_request(brief: ConceptBrief) -> StructuredRequest[NotesReply, Notes]:
    return StructuredRequest(
        prompt=load_prompt("notes"),
        facts=facts_of(brief),
        reply=NotesReply,
        accept=lambda reply: Notes(lines=tuple(reply.lines)),
        prose=lambda reply: reply.lines,
        language=brief.request.language,
        room=500,
    )
''',
    "backend/app/agents/prompts/notes.md": """version 1
You write three short lines that a learner should remember of one concept.
---
Write the lines about the concept named in the data as `concept`.
""",
    "frontend/src/features/artefacts/notes/spec.tsx": """/** Notes: what to remember. */

import type { ArtefactSpec } from "../spec";

export const notes: ArtefactSpec = {
  content: ({ detail: { notes: written } }) =>
    written && {
      key: written.notes_id,
      text: () => written.lines.join("\\n"),
      view: <p>{written.lines.join(" ")}</p>,
    },
};
""",
}
"""By their places in the tree."""

ENTRIES = [
    ("backend/app/domain/content/kind.py", '    QUIZ = "quiz"\n', '    NOTES = "notes"\n'),
    (
        "backend/app/domain/content/kinds/__init__.py",
        "from app.domain.content.kind import ArtefactKind, KindSpec\n",
        "from app.domain.content.kinds.notes import NOTES, Notes\n",
    ),
    ("backend/app/domain/content/kinds/__init__.py", "Tutorial | Resources | Quiz", " | Notes"),
    ("backend/app/domain/content/kinds/__init__.py", "(TUTORIAL, RESOURCES, QUIZ", ", NOTES"),
    (
        "backend/app/agents/builtin/writers.py",
        "from collections.abc import Callable, Mapping\n\n",
        "from app.agents.builtin.notes import write_notes\n",
    ),
    (
        "backend/app/agents/builtin/writers.py",
        "    ArtefactKind.QUIZ: write_quiz,\n",
        "    ArtefactKind.NOTES: write_notes,\n",
    ),
    (
        "backend/app/agents/writing/writers.py",
        "from app.agents.asking.asker import Asker\n",
        "from app.agents.writing.notes import notes_request\n",
    ),
    (
        "backend/app/agents/writing/writers.py",
        "    ArtefactKind.QUIZ: _write_quiz,\n",
        "    ArtefactKind.NOTES: lambda desk, brief: desk.asker.ask(notes_request(brief)),\n",
    ),
    (
        "backend/app/agents/assumed.py",
        "    ArtefactKind.QUIZ: Usage(calls=1, input_tokens=1500, output_tokens=1500),\n",
        "    ArtefactKind.NOTES: Usage(calls=1, input_tokens=1500, output_tokens=100),\n",
    ),
    (
        "backend/app/reading/views.py",
        "from app.domain.content.kind import ArtefactKind\n",
        "from app.domain.content.kinds.notes import Notes\n",
    ),
    (
        "backend/app/reading/views.py",
        "    resources_id: UUID\n\n\n",
        '''class NotesView(Notes, _WrittenArtefact):
    """Notes with their author, date and cost."""

    notes_id: UUID


''',
    ),
    ("backend/app/reading/views.py", "    quiz: QuizView | None\n", "    notes: NotesView | None\n"),
    (
        "backend/app/cli/concept_markdown.py",
        "    ArtefactKind.QUIZ: _quiz,\n",
        '    ArtefactKind.NOTES: lambda notes: iter(["## Notes", *notes.lines]),\n',
    ),
    (
        "frontend/src/features/artefacts/registry.ts",
        'import type { ArtefactKind } from "../../shared/api/schema";\n',
        'import { notes } from "./notes/spec";\n',
    ),
    ("frontend/src/features/artefacts/registry.ts", "{ tutorial, resources, quiz", ", notes"),
    ("frontend/src/shared/i18n/en.ts", '  "artefact.quiz": "quiz",\n', '  "artefact.notes": "notes",\n'),
    ("frontend/src/shared/i18n/en.ts", '  "kind.quiz": "Quiz",\n', '  "kind.notes": "Notes",\n'),
    ("frontend/src/shared/i18n/zh.ts", '  "artefact.quiz": "测验",\n', '  "artefact.notes": "笔记",\n'),
    ("frontend/src/shared/i18n/zh.ts", '  "kind.quiz": "测验",\n', '  "kind.notes": "笔记",\n'),
]
"""Each registry's file, what stands there, and what is written behind it."""


def add_to(tree: Path) -> None:
    """Add the kind to a copy of Greenway."""
    for place, text in FILES.items():
        file = tree / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for place, there, entry in ENTRIES:
        file = tree / place
        text = file.read_text()
        assert text.count(there) == 1, f"{place} has {there!r} {text.count(there)} times"
        file.write_text(text.replace(there, there + entry))

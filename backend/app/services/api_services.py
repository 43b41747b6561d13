"""What the API's process offers to its routes."""

from dataclasses import dataclass

from app.commands.file_reader import FileReader
from app.commands.model_questions import ModelQuestions
from app.commands.models import ModelCommands
from app.commands.notes import Notes
from app.commands.outlines import Outlines
from app.commands.quizzes import Quizzes
from app.commands.roadmaps import RoadmapService
from app.commands.search import Search
from app.commands.steering import Steering
from app.commands.transfer import Transfer
from app.core.settings import Settings
from app.db.positions import Positions
from app.db.session import Sessions
from app.live.event_stream import EventStream
from app.reading.concepts import ConceptReader
from app.reading.estimates import EstimateReader
from app.reading.health import DependencyHealth
from app.reading.models import ModelReader
from app.reading.notes import NoteReader
from app.reading.packing import PackedReader
from app.reading.revisions import RevisionReader
from app.reading.roadmaps import RoadmapReader
from app.reading.schema_gate import SchemaGate
from app.reading.spending import SpendingReader
from app.reading.tasks import TaskReader
from app.reading.transaction import Reads
from app.reading.views import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What changes something."""

    roadmaps: RoadmapService
    outlines: Outlines
    steering: Steering
    transfer: Transfer
    files: FileReader
    quizzes: Quizzes
    models: ModelCommands
    questions: ModelQuestions
    notes: Notes
    search: Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """What only asks."""

    roadmaps: RoadmapReader
    concepts: ConceptReader
    revisions: RevisionReader
    estimates: EstimateReader
    tasks: TaskReader
    packed: PackedReader
    models: ModelReader
    spending: SpendingReader
    notes: NoteReader

    @classmethod
    def over(cls, sessions: Sessions, settings: Settings) -> "Readers":
        read, models = Reads(sessions), ModelReader(sessions, settings)
        return cls(
            roadmaps=RoadmapReader(read, Positions(sessions)),
            concepts=ConceptReader(read),
            revisions=RevisionReader(read),
            estimates=EstimateReader(read, models),
            tasks=TaskReader(read),
            packed=PackedReader(read),
            models=models,
            spending=SpendingReader(read),
            notes=NoteReader(read),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """Made by the composition root when the application starts."""

    commands: Commands
    read: Readers
    stream: EventStream
    health: DependencyHealth
    schema: SchemaGate
    about: About

"""What a model's artefact of each kind is assumed to take until the author has written some."""

from collections.abc import Mapping

from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage

ASSUMED: Mapping[ArtefactKind, Usage] = {
    ArtefactKind.TUTORIAL: Usage(calls=1, input_tokens=1500, output_tokens=2500),
    ArtefactKind.RESOURCES: Usage(calls=1, input_tokens=1200, output_tokens=300),
    ArtefactKind.QUIZ: Usage(calls=1, input_tokens=1500, output_tokens=1500),
}

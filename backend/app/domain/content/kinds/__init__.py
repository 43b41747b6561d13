"""Every kind of content, in the order in which they are shown."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from app.domain.content.kind import ArtefactKind, KindSpec
from app.domain.content.kinds.quiz import QUIZ, Quiz
from app.domain.content.kinds.resources import RESOURCES, Resources
from app.domain.content.kinds.tutorial import TUTORIAL, Tutorial

Artefact = TypeAliasType("Artefact", Annotated[Tutorial | Resources | Quiz, Field(discriminator="kind")])

KINDS: Mapping[ArtefactKind, KindSpec[Any]] = {spec.kind: spec for spec in (TUTORIAL, RESOURCES, QUIZ)}
FLAT_KINDS = tuple(kind for kind, spec in KINDS.items() if spec.flat)
"""Those that every roadmap has, since events name them in fields of their own."""

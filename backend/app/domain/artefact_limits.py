"""How large an artefact may be, written or imported. It is checked where one comes in, never where it is read."""

from app.domain.content.kinds import Artefact
from app.domain.json_limits import JsonLimits, faults_of

MAX_ARTEFACT_BYTES = 2_000_000
"""Of its JSON."""
ARTEFACT_LIMITS = JsonLimits(values=20_000, depth=20, fields=50, entries=200, text=200_000)


def artefact_fault(artefact: Artefact) -> str | None:
    """Why the artefact cannot be kept, naming the limit; None when it can."""
    if fault := size_fault(artefact):
        return fault
    for path, message in faults_of(artefact.model_dump(mode="json"), ARTEFACT_LIMITS):
        return f"`{'.'.join(map(str, path))}` {message} (ARTEFACT_LIMITS)"
    return None


def size_fault(artefact: Artefact) -> str | None:
    size = len(artefact.model_dump_json())
    if size <= MAX_ARTEFACT_BYTES:
        return None
    return f"it must have at most {MAX_ARTEFACT_BYTES} bytes; it has {size} (MAX_ARTEFACT_BYTES)"

"""How large an artefact may be, written or imported. It is checked where one comes in, never where it is read."""

import structlog

from app.domain.content.kinds import Artefact
from app.domain.failure_sentences import Details
from app.domain.json_limits import JsonLimits, faults_of

log = structlog.get_logger()

MAX_ARTEFACT_BYTES = 2_000_000
"""Of its JSON."""
ARTEFACT_LIMITS = JsonLimits(values=20_000, depth=20, fields=50, entries=200, text=200_000)


def excess_of(artefact: Artefact) -> Details | None:
    """Why the artefact cannot be kept, as the details of a failure that it is too large; None when it can."""
    size = len(artefact.encoded)
    if size > MAX_ARTEFACT_BYTES:
        return {"case": "bytes", "size": size, "limit": MAX_ARTEFACT_BYTES}
    for path, message in faults_of(artefact.model_dump(mode="json"), ARTEFACT_LIMITS):
        log.info("artefact_too_large", path=path, fault=message)
        return {"case": "part", "part": ".".join(map(str, path))} if path else {}
    return None


def size_fault(artefact: Artefact) -> str | None:
    size = len(artefact.encoded)
    if size <= MAX_ARTEFACT_BYTES:
        return None
    return f"it must have at most {MAX_ARTEFACT_BYTES} bytes; it has {size} (MAX_ARTEFACT_BYTES)"

"""Mends what models get wrong in Markdown."""

import re

_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<ticks>`{3,}|~{3,})(?P<info>[^\n`]*)$", re.MULTILINE)


def tidy(markdown: str) -> str:
    """Every block of code is closed and names its language (`text` where that is not known)."""
    lines: list[str] = []
    opened: str | None = None
    for line in markdown.strip().splitlines():
        match = _FENCE.match(line)
        if match is None:
            lines.append(line)
        elif opened is None:
            opened = match["ticks"]
            lines.append(line if match["info"].strip() else f"{line.rstrip()}text")
        elif match["ticks"].startswith(opened) and not match["info"].strip():
            opened = None
            lines.append(line)
        else:
            lines.append(line)
    if opened is not None:
        lines.append(opened)
    return "\n".join(lines)

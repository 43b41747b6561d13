"""Names of machines: whether one can be looked up at all."""


def is_host(name: str) -> bool:
    """Whether the resolver would take the name. What it refuses, it refuses with an error that is no `OSError`."""
    if not name.isprintable() or any(character in name for character in " %\\"):
        return False
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return bool(name)

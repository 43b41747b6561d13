"""Files that settings name."""

import os
import stat


def why_unreadable(path: str | os.PathLike[str]) -> str | None:
    """Why a file cannot be read, in the system's words; None if it can. Devices and pipes may never end, or never
    begin, and are no files."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  # `Path` raises other errors for odd names
            return "it is not a file"
        with open(path, "rb") as file:  # noqa: PTH123
            file.read(1)  # which not every file that can be opened allows
        return None
    except OSError as error:
        return (error.strerror or "it cannot be opened").lower()
    except ValueError:
        return "no file can have this name"

"""Files that people name: read up to a limit, since the name may be that of a device that never ends."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def read_bounded(path: Path, limit: int) -> bytes:
    """What a file holds, of at most `limit` bytes.

    Raises:
        OSError: it cannot be read, is no regular file (a pipe is fine), or is longer; `strerror` says which.
    """
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise OSError(errno.EINVAL, "it is not a file")
        return read_up_to(limit, file)


def read_up_to(limit: int, stream: BinaryIO) -> bytes:
    """All that a stream holds.

    Raises:
        OSError: it is longer than `limit` bytes.
    """
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is longer than {limit:,} bytes")
    return data


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

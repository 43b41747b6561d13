"""Files that people name: read up to a limit, since the name may be that of a device that never ends."""

import errno
import os
import stat
from pathlib import Path


def read_bounded(path: Path, limit: int) -> bytes:
    """What a file holds, of at most `limit` bytes.

    Raises:
        OSError: it cannot be read, is no regular file (a pipe is fine), or is longer; `strerror` says which.
    """
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise OSError(errno.EINVAL, "it is not a file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is longer than {limit:,} bytes")
    return data

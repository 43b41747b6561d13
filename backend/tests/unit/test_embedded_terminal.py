"""What `greenway up` says, and what happens when nobody listens."""

import io
import os

from app.embedded.terminal import Terminal


def test_status_and_warnings_are_kept_apart() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err)
    terminal.status("ready")
    terminal.warning("careful")
    assert (out.getvalue(), err.getvalue()) == ("ready\n", "careful\n")


def test_a_reader_that_has_gone_is_no_failure() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    # Closing the stream, too, would fail if it still held what could not be written.
    with os.fdopen(writer, "w") as stream:
        terminal = Terminal(stream, stream)
        terminal.status("ready")
        terminal.status("Stopping")

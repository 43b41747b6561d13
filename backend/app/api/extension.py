"""The extension of the ASGI scope with which our protocols offer to write bytes past ASGI."""

WRITE = "greenway.write"
"""`{"write": …}`, as in `Outlet`."""

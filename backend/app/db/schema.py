"""Which schema this code was written for."""

SCHEMA_REVISION = "0013"
"""The newest migration; a test compares it with the files."""

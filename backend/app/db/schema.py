"""Which schema this code was written for."""

SCHEMA_REVISION = "0010"
"""The newest migration; a test compares it with the files."""

"""Repositories take a session and only query; the caller that opened the transaction commits it."""

"""Repositories take a session and only query; whoever opened the transaction commits it."""

"""Postgres: the only place where Greenway's truth is kept."""

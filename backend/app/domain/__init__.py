"""Greenway's words and rules: frozen data and pure functions that know nothing of the outside."""

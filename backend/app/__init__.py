"""Greenway: a learning goal becomes a roadmap that fills itself in while you watch."""

__version__ = "0.1.0"

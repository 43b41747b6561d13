"""Asks a model one structured question, and survives what real models and their providers do."""

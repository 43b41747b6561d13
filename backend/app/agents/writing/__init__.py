"""Writes a concept's tutorial, resources and quiz with a model."""

"""What is written for a concept: its kinds, and the states in which each artefact can be."""

"""Authors: what writes outlines and artefacts."""

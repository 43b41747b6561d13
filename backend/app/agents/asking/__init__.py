"""Makes structured requests to a model, and survives what real models and their providers do."""

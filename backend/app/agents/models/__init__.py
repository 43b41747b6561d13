"""Turns `GREENWAY_MODEL` and its providers' settings into a model that can be asked."""

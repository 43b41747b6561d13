"""Greenway's benchmarks: `make bench`. Ratios within one run, medians of several rounds."""

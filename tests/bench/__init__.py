"""Measurements against the performance budget: figures and ratios, not tests. `python -m tests.bench` runs them all."""

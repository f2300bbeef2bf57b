"""Figures for checkpoints; `python -m workers.evaluation`."""

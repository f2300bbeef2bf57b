"""Recipes that train checkpoints; `python -m workers.training`."""

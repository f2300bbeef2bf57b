"""Whole outfits: plans, candidates, search, answer."""

"""Checkpoints at work: pictures to vectors and categories, vectors to scores; a CPU needs no torch."""

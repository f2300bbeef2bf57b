"""Architectures, one file each, plain torch."""

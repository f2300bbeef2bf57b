"""Real catalogues into the shop: one reader per kind, one writer for all. See docs/importing.md."""

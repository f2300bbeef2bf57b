"""What changes the engine's state: one module per subject."""

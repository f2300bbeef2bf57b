"""What reads the engine's state: one module per question."""

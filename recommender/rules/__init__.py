"""The merchant's rules: change, undo, contradictions, preview."""

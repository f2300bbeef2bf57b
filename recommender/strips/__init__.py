"""What a page asks for: similar, goes with, by photo; and the types it gets."""

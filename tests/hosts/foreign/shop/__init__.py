"""A shop that never heard of the demo shop: other models, other keys, one adapter class."""

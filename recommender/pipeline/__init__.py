"""A picture's way: from the host's row over its jobs to embeddings, pairings and indexes; and how far each is."""

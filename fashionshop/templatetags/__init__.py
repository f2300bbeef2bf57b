"""Tags for the shop's own pages."""

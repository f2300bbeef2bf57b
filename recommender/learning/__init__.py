"""Training on the shop's own looks: export, train, the promotion gate's report."""

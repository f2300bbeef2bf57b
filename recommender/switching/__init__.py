"""Which checkpoints serve: register, build in the shadow, compare, activate, roll back."""

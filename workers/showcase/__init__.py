"""Pictures that show what the networks do, one command each: `python -m workers.showcase`."""

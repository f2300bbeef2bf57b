"""A worker that hears bells and never sweeps: what the sweep is for is seen by its absence."""

from workers import celery

celery.app.steps["consumer"].discard(celery.Schedule)
app = celery.app

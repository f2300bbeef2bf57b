"""The plug-in's pages in Django's admin; `products` holds what a host's own product page may use."""

from recommender.admin import checkpoints, jobs, looks, rules, trainings

__all__ = ["checkpoints", "jobs", "looks", "rules", "trainings"]

"""The plug-in's pages in Django's admin; `products` holds what a host's own product page may use."""

from recommender.catalog import product_model

try:
    product_model()
except LookupError:
    pass  # a rule's form cannot be made of it; let the system check recommender.E001 say why
else:
    from recommender.admin import checkpoints, jobs, looks, rules, trainings

    __all__ = ["checkpoints", "jobs", "looks", "rules", "trainings"]

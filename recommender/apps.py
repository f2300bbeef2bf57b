"""The plug-in as Django sees it."""

from django.apps import AppConfig


class RecommenderConfig(AppConfig):
    name = "recommender"
    verbose_name = "Recommendations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from recommender import checks, signals  # noqa: F401 -- importing checks registers them

        signals.watch_pictures()

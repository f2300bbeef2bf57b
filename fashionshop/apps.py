"""The demo shop as Django sees it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FashionshopConfig(AppConfig):
    name = "fashionshop"
    verbose_name = _("Shop")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fashionshop import checks  # noqa: F401 -- importing it registers them

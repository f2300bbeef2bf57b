"""The demo shop as Django sees it."""

from django.apps import AppConfig


class FashionshopConfig(AppConfig):
    name = "fashionshop"
    verbose_name = "Shop"
    default_auto_field = "django.db.models.BigAutoField"

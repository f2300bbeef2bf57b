from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.foreign_shop"
    label = "shop"
    default_auto_field = "django.db.models.BigAutoField"

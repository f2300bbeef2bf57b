"""What the foreign shop sells: its own names, its own key, its own idea of what is visible."""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models


def primary_key() -> models.Field:
    options = {"primary_key": True, "serialize": False}
    kinds = {
        "uuid": lambda: models.UUIDField(default=uuid.uuid4, editable=False, **options),
        "char": lambda: models.CharField(max_length=40, **options),
    }
    return kinds[settings.PRIMARY_KEY]()


class OnSaleManager(models.Manager):
    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(hidden=False)


class Garment(models.Model):
    reference = primary_key()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    units = models.IntegerField(default=1)
    hidden = models.BooleanField(default=False)

    objects = models.Manager()
    on_sale = OnSaleManager()

    def __str__(self) -> str:
        return self.name


def shots_storage() -> Storage:
    return storages["shots"]


class Shot(models.Model):
    garment = models.ForeignKey(Garment, on_delete=models.CASCADE, related_name="shots")
    image = models.FileField(upload_to="shots", storage=shots_storage)

    def __str__(self) -> str:
        return self.image.name

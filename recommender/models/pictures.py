"""The pictures the engine has seen, and what it saw in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from recommender import garments
from recommender.conf import product_model_label


class Slot(models.TextChoices):
    """The part a product plays in an outfit."""

    TOP = garments.TOP, _("Top")
    BOTTOM = garments.BOTTOM, _("Bottom")
    DRESS = garments.DRESS, _("Dress")
    OUTERWEAR = garments.OUTERWEAR, _("Outerwear")
    SHOES = garments.SHOES, _("Shoes")
    BAG = garments.BAG, _("Bag")
    JEWELLERY = garments.JEWELLERY, _("Jewellery")
    ACCESSORY = garments.ACCESSORY, _("Accessory")


class Picture(models.Model):
    """One stored file of a product, as the engine last read it.

    The host owns the file; this row remembers which bytes it held, so that a replaced picture is
    embedded again and an unchanged one never is. Deleting the row costs one new embedding.
    """

    product = models.ForeignKey(
        product_model_label(),
        on_delete=models.CASCADE,
        related_name="recommender_pictures",
    )
    name = models.CharField(max_length=300, help_text="In the storage of its field.")
    field = models.CharField(
        max_length=200, blank=True, help_text="That holds the file: shop.Shot.image."
    )
    sha256 = models.CharField(max_length=64)
    fingerprint = models.BigIntegerField(
        null=True, blank=True, help_text="How it looks, in 64 bits: copies differ in few of them."
    )
    position = models.PositiveSmallIntegerField(default=0)
    category = models.CharField(max_length=60, blank=True, help_text="Predicted.")
    category_confidence = models.FloatField(null=True, blank=True)
    slot = models.CharField(max_length=10, choices=Slot, blank=True, help_text="Predicted.")
    slot_confidence = models.FloatField(null=True, blank=True)
    palette = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        ordering = ["product", "position", "id"]
        constraints = [models.UniqueConstraint("product", "name", name="picture_is_unique")]

    def __str__(self) -> str:
        return self.name

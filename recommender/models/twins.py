"""Products whose pictures are the same, whatever the shop calls them."""

from django.conf import settings
from django.db import models


class Twin(models.Model):
    """A product that counts as one design with others of the same key.

    Found by their pictures; only products that the host's own grouping keeps apart, and their
    colours, have a row. Deleting the rows costs a repair.
    """

    product = models.OneToOneField(
        settings.RECOMMENDER_PRODUCT_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="recommender_twin",
    )
    key = models.CharField(max_length=80, db_index=True)

    def __str__(self) -> str:
        return f"{self.product_id} in {self.key}"

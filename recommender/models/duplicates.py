"""Products whose pictures are the same, whatever the shop calls them."""

from django.db import models

from recommender.conf import product_model_label


class Duplicate(models.Model):
    """A product that counts as one design with others of the same key.

    Found by their pictures; only products that the host's own grouping keeps apart, and their
    colours, have a row. Deleting the rows costs a repair.
    """

    product = models.OneToOneField(
        product_model_label(),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="recommender_duplicate",
    )
    key = models.CharField(max_length=80, db_index=True)

    def __str__(self) -> str:
        return f"{self.product_id} in {self.key}"

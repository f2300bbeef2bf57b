"""What goes well with what, as the scorers judged it: pairs, and whole outfits."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from recommender.conf import product_model_label
from recommender.models.checkpoints import Checkpoint


class Pairing(models.Model):
    """One direction of "A goes well with B"; the other direction is a row of its own."""

    product = models.ForeignKey(
        product_model_label(),
        on_delete=models.CASCADE,
        related_name="recommender_pairings",
    )
    partner = models.ForeignKey(
        product_model_label(),
        on_delete=models.CASCADE,
        related_name="recommender_partner_pairings",
    )
    scorer = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="pairings")
    slot = models.CharField(max_length=10, help_text="The partner's.")
    score = models.FloatField(help_text="0 to 1, higher is better.")
    rank = models.PositiveSmallIntegerField(default=0, help_text="In its slot, 1 is best.")

    class Meta:
        constraints = [
            models.UniqueConstraint("product", "partner", "scorer", name="pairing_is_unique"),
            models.CheckConstraint(
                condition=~Q(product=F("partner")), name="pairing_with_another_product"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="pairing_score_0_to_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} with {self.partner_id}: {self.score:.2f}"


class SetScore(models.Model):
    """What a set scorer says of a product and pieces to wear with it, ahead of the page that asks.

    Written when the product's pairings are, for its best proposals; an outfit without a row is ordered
    by its pairs. Deleting a row costs no more than that.
    """

    product = models.ForeignKey(
        product_model_label(),
        on_delete=models.CASCADE,
        related_name="recommender_set_scores",
    )
    scorer = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="set_scores")
    members = ArrayField(
        models.TextField(), help_text="The keys of all its products as text, in order."
    )
    score = models.FloatField(help_text="0 to 1, higher is better.")

    class Meta:
        constraints = [
            models.UniqueConstraint("product", "scorer", "members", name="set_score_is_unique"),
        ]
        indexes = [GinIndex(fields=["members"], name="set_score_members")]

    def __str__(self) -> str:
        return f"{', '.join(self.members)}: {self.score:.2f}"

"""The stored vectors."""

from django.db import models
from pgvector.django import HalfVectorField

from recommender.models.checkpoints import Checkpoint
from recommender.models.pictures import Picture


class Embedding(models.Model):
    """The vector of one picture under one encoder.

    The column has no fixed width, so that encoders of any width live side by side; a query always
    names one checkpoint and therefore never mixes two spaces.
    """

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="embeddings")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="embeddings")
    sha256 = models.CharField(max_length=64, help_text="Of the picture that was read.")
    vector = HalfVectorField()
    slot = models.CharField(
        max_length=10,
        blank=True,
        default="",
        help_text="The product's when it was last noted: it says which index may find this vector.",
    )
    created_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("picture", "checkpoint", name="embedding_is_unique"),
        ]
        indexes = [models.Index(fields=["checkpoint", "picture"], name="embedding_by_checkpoint")]

    def __str__(self) -> str:
        return f"{self.picture_id} under {self.checkpoint_id}"

"""The steps of the ladder that fills a strip."""

from django.db import models


class Rung(models.TextChoices):
    """The step of the ladder that an item comes from, best first."""

    LOOK = "look", "Worn together in a look of the shop"
    STORED = "stored", "A stored pairing"
    STYLE = "style", "Style neighbours"
    PALETTE = "palette", "Slots and shared colours"
    NEWEST = "newest", "The newest of a slot"
    PINNED = "pinned", "Picked by the shop"
    VISUAL = "visual", "Visual neighbours"
    GIVEN = "given", "Asked about or kept"

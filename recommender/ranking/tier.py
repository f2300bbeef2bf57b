"""What comes before any score in the order of a strip."""

from django.db import models


class Tier(models.IntegerChoices):
    """The first column that a strip is ordered by."""

    PINNED = 0, "Pinned by the merchant"
    SUITED = 1, "For the wearer and the season asked about"
    REST = 2, "For another wearer or season; only among the newest, where nothing else is left"

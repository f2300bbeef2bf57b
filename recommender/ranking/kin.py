"""How near a product is to another in the shop's own categories."""

from django.db import models


class Kin(models.IntegerChoices):
    """What a part of a product's place in "similar" rests on; see `Preference`."""

    FAR = 0, "Of another kind"
    NEAR = 1, "Of a kind like it"
    SAME = 2, "Of the same category"

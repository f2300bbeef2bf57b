"""The steps of the ladder that fills a strip."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rung(models.TextChoices):
    """The step of the ladder that an item comes from, best first."""

    LOOK = "look", _("Worn together in a look of the shop")
    STORED = "stored", _("A stored pairing")
    STYLE = "style", _("Style neighbours")
    PALETTE = "palette", _("Slots and shared colours")
    NEWEST = "newest", _("The newest of a slot")
    PINNED = "pinned", _("Picked by the shop")
    VISUAL = "visual", _("Visual neighbours")
    GIVEN = "given", _("Asked about or kept")

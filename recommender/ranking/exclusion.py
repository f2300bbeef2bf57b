"""What may keep a product out of a strip."""

from django.db import models
from django.utils.translation import gettext_lazy


class Exclusion(models.TextChoices):
    """Why a product is not in a strip, in the order in which the reasons are looked for."""

    UNPUBLISHED = "unpublished", gettext_lazy("Shoppers may not see it.")
    SOLD_OUT = "sold_out", gettext_lazy("It is sold out.")
    ITSELF = "itself", gettext_lazy("It is the product itself.")
    SAME_DESIGN = "same_design", gettext_lazy("It is another colour of the product itself.")
    SAME_PICTURE = "same_picture", gettext_lazy("It shows the same picture.")
    OTHER_SLOT = "other_slot", gettext_lazy("It plays another part in an outfit: %(slot)s.")
    OTHER_CATEGORY = "other_category", gettext_lazy("It is of another category.")
    NO_PARTNER = "no_partner", gettext_lazy("The two parts of an outfit do not go together.")
    FILTERED = "filtered", gettext_lazy("The filter %(filter)s leaves it out.")
    HIDDEN = "hidden", gettext_lazy("Rule %(rule)s hides it: %(text)s.")
    PRICED_OUT = "priced_out", gettext_lazy("Its price is outside the window of rule %(rule)s.")
    NO_ENCODER = "no_encoder", gettext_lazy("No encoder serves yet.")
    ASKER_UNSEEN = "asker_unseen", gettext_lazy("No picture of the product itself is ready.")
    UNSEEN = "unseen", gettext_lazy("None of its pictures is ready. %(state)s")
    OTHER_COLOUR = (
        "other_colour",
        gettext_lazy("Another of its design, or with the same picture, ranks before it."),
    )
    BELOW_FLOOR = "below_floor", gettext_lazy("It is too unlike to be shown as similar.")
    SLOT_FULL = "slot_full", gettext_lazy("Better products of its slot use up their share.")
    TOO_ALIKE = "too_alike", gettext_lazy("It looks too much like what is shown already.")
    RANKED_BELOW = "ranked_below", gettext_lazy("It ranks %(rank)s; the strip ends at %(end)s.")
    SHOWN = "shown", gettext_lazy("It is shown, at rank %(rank)s.")

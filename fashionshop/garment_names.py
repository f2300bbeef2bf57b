"""What the encoder recognises in a photo, in the shopper's language."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# Those of the shipped encoder; another one's are shown as its card spells them.
KNOWN = (
    *(_("t-shirt"), _("long-sleeved top"), _("shirt"), _("blouse"), _("top"), _("sweater")),
    *(_("cardigan"), _("blazer"), _("jacket"), _("coat"), _("dress"), _("trousers"), _("jeans")),
    *(_("leggings"), _("shorts"), _("skirt"), _("shoes"), _("boots"), _("heels"), _("sandals")),
    *(_("trainers"), _("bag"), _("belt"), _("sunglasses"), _("hat"), _("scarf"), _("tights")),
    *(_("gloves"), _("necklace"), _("earrings"), _("bracelet")),
)


def garment_name(category: str) -> str:
    """A category in words; "" for none."""
    name = category.replace("_", " ")
    return gettext(name) if name in KNOWN else name

"""The fixed list of categories that the classifier names, and which data set labels mean them."""

from workers.datasets.collection import slot_of

# Ours first, then what data sets call it; a label in no row trains no category.
LABELS_OF: dict[str, tuple[str, ...]] = {
    "t-shirt": ("t-shirt", "tee"),
    "long-sleeved top": ("longsleeve", "long-sleeved top"),
    "shirt": ("shirt",),
    "blouse": ("blouse",),
    "top": ("top", "bodysuit", "tank top", "camisole"),
    "sweater": ("sweater", "jumper", "sweatshirt", "hoodie", "polo neck", "knit"),
    "cardigan": ("cardigan",),
    "blazer": ("blazer", "suit"),
    "jacket": ("jacket", "outwear", "vest", "cape", "bomber jacket", "denim jacket"),
    "coat": ("coat", "trench coat", "trench", "parka"),
    "dress": ("dress", "romper", "jumpsuit", "maxi dress", "shirt dress"),
    "trousers": ("pants", "trousers", "chinos", "wide trousers"),
    "jeans": ("jeans",),
    "leggings": ("leggings",),
    "shorts": ("shorts",),
    "skirt": ("skirt", "mini skirt", "midi skirt"),
    "shoes": ("shoes", "flats", "loafers", "clogs", "ballerinas"),
    "boots": ("boots", "ankle boots"),
    "heels": ("heels", "pumps", "wedges"),
    "sandals": ("sandals",),
    "trainers": ("sneakers", "trainers"),
    "bag": ("bag", "purse", "handbag", "tote", "tote bag", "backpack", "clutch", "shoulder bag"),
    "belt": ("belt",),
    "sunglasses": ("glasses", "sunglasses"),
    "hat": ("hat", "cap", "beanie"),
    "scarf": ("scarf",),
    "tights": ("tights", "stockings", "socks"),
    "gloves": ("gloves",),
    "watch": ("watch",),
    "necklace": ("necklace", "pendant"),
    "earrings": ("earrings",),
    "bracelet": ("bracelet", "bangle"),
}
_CATEGORY_OF = {label: ours for ours, labels in LABELS_OF.items() for label in (ours, *labels)}


def category_of(label: str) -> str:
    """Name our category for a data set's label, "" when there is none."""
    return _CATEGORY_OF.get(label.strip().lower(), "")


def slots_of(categories: list[str]) -> dict[str, str]:
    """Map categories to their slots, order kept."""
    return {category: slot_of(category) for category in categories}

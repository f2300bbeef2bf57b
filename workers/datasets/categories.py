"""The fixed list of categories that the classifier names, and which data set labels mean them."""

from workers.datasets.collection import slot_of

# Ours first, then what data sets call it; a label in no row trains no category.
LABELS_OF: dict[str, tuple[str, ...]] = {
    "t-shirt": ("t-shirts",),
    "long-sleeved top": ("longsleeve",),
    "shirt": ("shirts",),
    "blouse": ("blouses",),
    "top": ("bodysuit", "tank tops"),
    "sweater": ("jumper", "sweatshirt", "sweatshirts", "hoodie", "knitwear"),
    "cardigan": (),
    "blazer": ("blazers", "suit"),
    "jacket": ("jackets", "outwear", "vest", "cape"),
    "coat": ("coats",),
    "dress": ("dresses", "romper", "jumpsuits"),
    "trousers": ("pants",),
    "jeans": (),
    "leggings": (),
    "shorts": (),
    "skirt": ("skirts",),
    "shoes": ("flats", "loafers", "clogs"),
    "boots": (),
    "heels": ("pumps", "wedges"),
    "sandals": (),
    "trainers": ("sneakers",),
    "bag": ("purse", "wallet", "totes", "crossbody bags", "clutches", "backpacks"),
    "belt": ("belts",),
    "sunglasses": ("glasses",),
    "hat": ("hats",),
    "scarf": ("scarves",),
    "tights": ("stockings", "socks"),
    "gloves": (),
    "watch": (),
    "necklace": ("necklaces",),
    "earrings": (),
    "bracelet": ("bracelets",),
}
_CATEGORY_OF = {label: ours for ours, labels in LABELS_OF.items() for label in (ours, *labels)}


def category_of(label: str) -> str:
    """Name our category for a data set's label, "" when there is none."""
    return _CATEGORY_OF.get(label.strip().lower(), "")


def slots_of(categories: list[str]) -> dict[str, str]:
    """Map categories to their slots, order kept."""
    return {category: slot_of(category) for category in categories}

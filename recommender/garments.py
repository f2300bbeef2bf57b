"""What kinds of garment there are and which slot of an outfit each one fills.

Plain Python on purpose: the plug-in, the importers and the training code share this table, and
training runs where Django is not installed.
"""

import re

TOP, BOTTOM, DRESS, OUTERWEAR = "TOP", "BOTTOM", "DRESS", "OUTERWEAR"
SHOES, BAG, JEWELLERY, ACCESSORY = "SHOES", "BAG", "JEWELLERY", "ACCESSORY"
SLOTS = (TOP, BOTTOM, DRESS, OUTERWEAR, SHOES, BAG, JEWELLERY, ACCESSORY)

# Read in order, first match wins: "shirt dress" is a dress, "skirt" must not match "shirt", and
# things that are no garment (a lipstick, a cushion) must be recognised before their colour words.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"fragrance|fragance|perfume|mist\b|deodorant|\blip\b|lipstick|nail|eye ?cream|eyeshadow"
        r"|mascara|kajal|foundation|highlighter|face ?wash|moisturi|makeup|make-up|beauty|skin care"
        r"|bedding|bedspread|duvet|pillow|quilt|deco |basket|candle|home\b|carpet|curtain|cushion"
        r"|organiser|plaid|jug|tumbler|towel|gadget|free gift|free item|box\b|umbrella|keyring",
        "",
    ),
    (
        r"pyjama|pyjiama|night|bath ?robe|\brobes?\b|gown|\bbras?\b|brief|boxer|trunk|panties|pantie"
        r"|innerwear|lounge|intimate|baby doll|camisole|swim|bikini|shape",
        "",
    ),
    (r"saree|dress|jumpsuit|overall|romper|pichi|pinafore|kaftan|dungaree", DRESS),
    (
        r"hairclip|earring|necklace|bracelet|bangle|\brings?\b|pendant|jewel|chain|cufflink|brooch"
        r"|anklet",
        JEWELLERY,
    ),
    (
        r"card ?holder|wallet|purse|\bcase\b|cosmetic|pouch|travel accessor|gift set|shoe accessor"
        r"|shoe lace",
        ACCESSORY,
    ),
    (r"belt bag|bag\b|bags\b|backpack|clutch|pochette|tote|satchel", BAG),
    (
        r"shoe|boot|sandal|trainer|sneaker|heel|flats?\b|flip ?flop|slipper|clog|loafer|pump|wedge"
        r"|footwear|mule|espadrille|ballerina|oxford|brogue",
        SHOES,
    ),
    (
        r"belt|\bties?\b|braces|suspender|glasses|eyewear|beanie|\bcaps?\b|foulard|glove|hairband"
        r"|headband|\bhats?\b|kerchief|scarf|scarves|turban|sock|tights|stocking|watch|muffler"
        r"|stole|dupatta|wristband|headwear|accessor",
        ACCESSORY,
    ),
    (
        r"coat|jacket|blazer|parka|trench|poncho|\bcape\b|anorak|outer|outwear|overshirt|shrug"
        r"|puffer|windbreaker",
        OUTERWEAR,
    ),
    (
        r"trouser|jeans|jegging|legging|jogger|\bshorts\b|bermuda|skirt|skort|pants|capri|\bchinos?\b|culotte"
        r"|bottom|patiala|salwar|tracksuit",
        BOTTOM,
    ),
    (
        r"t-?shirt|tee\b|shirt|blouse|sweat|sweater|jumper|cardigan|knit|polo|top\b|tops|bodysuit"
        r"|tunic|kurta|kurti|hoodie|long ?sleeve|\bvests?\b|waistcoat|suit\b|pullover",
        TOP,
    ),
)
_COMPILED = tuple((re.compile(pattern), slot) for pattern, slot in _PATTERNS)


# How much it counts in "similar" that two are of one kind; how it was chosen is in docs/decisions.md.
CATEGORY_WEIGHT = 0.6  # what the same category adds to the closeness of looks
NEAR_SHARE = 0.5  # of that, for one that is near
COLOUR_FACTOR = 1.125  # colour may count for more where the category says what the cut is
# What they hold does not stand for one another: a scarf is no pair of sunglasses.
MIXED_SLOTS = (JEWELLERY, ACCESSORY)


def slot_for(*labels: str) -> str:
    """Name the slot of the first label that is recognised, most specific label first.

    `slot_for("Blouse", "Shirts")` is TOP; a label of something that is worn with nothing (a
    lipstick, a cushion, pyjamas) gives "", and so do labels nobody has heard of.
    """
    found = (slot_of(label) for label in labels)
    return next((slot for slot in found if slot is not None), "")


def slot_of(label: str) -> str | None:
    """Name the slot of a label: "" if it is worn with nothing, None if nobody has heard of it."""
    small = label.lower()
    return next((slot for pattern, slot in _COMPILED if pattern.search(small)), None)


# What encoders recognise, by the weather it is made for. Stylists put the two together less than half as
# often as chance would: docs/decisions.md.
COLD_WEATHER = frozenset({"coat", "scarf", "gloves"})
WARM_WEATHER = frozenset({"shorts", "sandals"})


# A dress is worn instead of a top and trousers; every other slot may meet every other.
_NEVER_TOGETHER = {DRESS: (TOP, BOTTOM), TOP: (DRESS,), BOTTOM: (DRESS,)}


def partner_slots(slot: str) -> tuple[str, ...]:
    """The slots that go with a slot in one outfit; none for what is worn with nothing."""
    if slot not in SLOTS:
        return ()
    return tuple(
        other for other in SLOTS if other != slot and other not in _NEVER_TOGETHER.get(slot, ())
    )

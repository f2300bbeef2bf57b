"""Maryland Polyvore: `{train,valid,test}_no_dup.json`, questions, `images/<set>/<index>.jpg`.

Quirks of the real files: they lie in the folder or in `label/`; indices begin at 1 and have gaps where
things that are no fashion were deleted; category numbers are named by `category_id.txt`, a number and
a name a line, when it is there; a set's items are its own, though 111,589 of them stand for 142,480.
Source: Han et al. 2017, "Learning Fashion Compatibility with Bidirectional LSTMs".
"""

from pathlib import Path

from workers.datasets.collection import Collection, Item, slot_of
from workers.datasets.sets import (
    PARTS,
    Entry,
    first_file,
    first_folder,
    gather,
    place_picture,
    position,
    read_sets,
)

LABELS = ("", "label", "labels")  # folders that the files may lie in
NAMES = "category_id.txt"


def recognises(folder: Path) -> bool:
    """Tell whether the sets lie here."""
    return home_of(folder) is not None


def read(folder: Path) -> Collection:
    """Read the sets of all parts as looks; an item is a place in a set, `<set>_<index>`."""
    home = home_of(folder) or folder
    places = (folder / "images", home / "images", home.parent / "images")
    pictures = first_folder(*places) or places[0]
    names = _names(first_file(*(place / NAMES for place in (home, folder, home.parent))))

    def item(entry: Entry, found: Entry, part: str) -> Item:
        number = str(found.get("categoryid", ""))
        label = names.get(number, number)
        path = Path(str(entry["set_id"])) / f"{found['index']}.jpg"
        key = position(entry, found)
        named = Item(key, path, label, slot=slot_of(label), family=label, part=part)
        return place_picture(named, pictures)

    sets = {part: read_sets(home / f"{part}_no_dup.json") for part in PARTS}
    items, looks, skipped = gather(sets, item)
    licence = "research and education only"
    return Collection(folder.name, licence, tuple(items), looks, tuple(skipped))


def home_of(folder: Path) -> Path | None:
    """Find the folder that holds the files of sets."""
    places = (folder / name for name in LABELS)
    return next(
        (p for p in places if any((p / f"{part}_no_dup.json").is_file() for part in PARTS)), None
    )


def _names(path: Path | None) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    pairs = (line.strip().partition(" ") for line in lines)
    return {number: name.strip() for number, _, name in pairs if number}

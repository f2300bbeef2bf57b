"""Three sets of two items each as Polyvore Outfits and Maryland publish theirs, in miniature."""

import json

from tests.workers.conftest import garment

SETS = {"train": ("10", ("11", "12")), "valid": ("20", ("21", "22")), "test": ("30", ("31", "32"))}
CATEGORIES = "2,undefined,\r\n3,dress,all-body\r\n11,top,tops\r\n11,shirt,tops\r\n11,shirt,tops\r\n"
CATEGORIES += "62,necklace,jewellery \r\n245,lingerie top,\r\n"
CATEGORY_OF = {"11": "3", "12": "62", "21": "11", "22": "62", "31": "3", "32": "245"}


def polyvore(folder, *, pictures=()):
    """Write the folder of one version; the named items have pictures."""
    for part, (name, items) in SETS.items():
        entries = [{"item_id": key, "index": at} for at, key in enumerate(items, start=1)]
        _json(folder / f"{part}.json", [{"set_id": name, "items": entries}])
    (folder / "categories.csv").write_bytes(CATEGORIES.encode())
    _json(folder / "train_category.json", CATEGORY_OF)
    (folder / "compatibility_test.txt").write_text("1 30_1 30_2\n0  10_2 20_1\n")
    answers = ["10_2", "30_2", "20_2", "10_1"]
    question = {"question": ["30_1"], "blank_position": 2, "answers": answers}
    _json(folder / "fill_in_blank_test.json", [question])
    for key in pictures:
        save(folder / "images" / f"{key}.jpg")
    return folder


def maryland(folder, *, pictures=()):
    """Write the folder; indices have a gap, the files lie in `label/`."""
    home = folder / "label"
    for part, (name, _) in SETS.items():
        entries = [{"index": at, "categoryid": number} for at, number in ((1, 3), (4, 62))]
        _json(home / f"{part}_no_dup.json", [{"set_id": name, "items": entries}])
    (folder / "category_id.txt").write_text("3 Dresses\n62 Necklaces\n")
    answers = ["10_1", "30_4", "20_1", "20_2"]
    question = {"question": ["30_1"], "blank_position": 2, "answers": answers}
    _json(home / "fill_in_blank_test.json", [question])
    (home / "fashion_compatibility_prediction.txt").write_text("1 30_1 30_4\n0 10_1 20_4\n")
    for place in pictures:
        save(folder / "images" / f"{place.replace('_', '/')}.jpg")
    return folder


def save(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    garment((200, 20, 20), size=(30, 40)).save(path)


def _json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))

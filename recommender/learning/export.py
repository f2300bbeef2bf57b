"""Writes the shop's own looks as a catalogue in files: what training and measuring read."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from recommender.learning.looks import (
    LookProduct,
    is_held_out,
    look_keys,
    look_products,
    rejected_pairs,
)
from recommender.models import Picture
from recommender.photos import CATALOGUE, BadPhoto, digest, encode_jpeg, open_photo
from recommender.pipeline.picture_files import read_picture

PRODUCTS, LOOKS = "products.csv", "looks.csv"
FEEDBACK = "feedback.csv"  # pairs with a thumbs down
IMAGES, REPORT = "images", "export.json"
TO_LEARN = "learn"  # a folder within: the same without what is held out
COLUMNS = ("sku", "model", "category", "family", "slot", "colour", "gender", "season", "image1")
# Of exports by earlier releases: readers would take them for the data.
FORMER_TABLES = ("product_data.csv", "outfits_train.csv", "outfits_valid.csv")
# Fewer products than these cannot give three rivals that were never worn with the rest of a look.
FEWEST_RIVALS = 12
LONGEST_NAME = 100  # of the part of a file name that names the product
SIDE_PX = 640  # more than any encoder reads, and what workers decode to
QUALITY = 95

Track = Callable[[Iterable[Any], int], Iterable[Any]]


class ForeignFolder(ValueError):  # noqa: N818 -- reads as what is wrong
    """The folder holds files that no export wrote; name an empty or a new one."""


@dataclass(frozen=True)
class Skip:
    """What was left out, and why."""

    what: str
    reason: str


@dataclass(frozen=True)
class Export:
    """What lies in the folder now; `written` pictures are new, the others were there already."""

    products: int
    written: int
    learnt: int
    held_out: int
    held_out_items: int
    parted: int = 0
    skipped: tuple[Skip, ...] = ()

    def reasons(self) -> list[tuple[str, int, str]]:
        """Each reason, how often, and an example; the most frequent first."""
        counts = Counter(skip.reason for skip in self.skipped)
        examples = {skip.reason: skip.what for skip in reversed(self.skipped)}
        return [(reason, count, examples[reason]) for reason, count in counts.most_common()]


@dataclass
class _Folder:
    """The files written so far; a picture is named by its bytes, so an unchanged one is left alone."""

    path: Path
    files: dict[Any, str] = field(default_factory=dict)
    written: int = 0
    skipped: list[Skip] = field(default_factory=list)

    def add(self, product: LookProduct) -> None:
        """Store the product's first picture that can be read, or say why there is none."""
        reason = "has no picture"
        for picture in product.pictures:
            if (file := self._file_known(product, picture)) and (self.path / file).is_file():
                self.files[product.pk] = file
                return
            try:
                self.files[product.pk] = self._store(product, picture)
            except FileNotFoundError:
                reason = "the picture's file is gone from storage"
            except BadPhoto as error:
                reason = str(error).rstrip(".")
            else:
                return
        self.skipped.append(Skip(f"product {product.key}", reason))

    def _file_known(self, product: LookProduct, picture: Picture) -> str:
        return _file_name(product, picture.sha256) if picture.sha256 else ""

    def _store(self, product: LookProduct, picture: Picture) -> str:
        data = read_picture(picture)
        file = _file_name(product, digest(data))
        if not (self.path / file).is_file():
            _replace(self.path / file, _jpeg(data))
            self.written += 1
        return file

    def sweep(self) -> None:
        """Remove pictures that no product names any more."""
        kept = {Path(file).name for file in self.files.values()}
        for path in (self.path / IMAGES).iterdir():
            if path.name not in kept:
                path.unlink()


def export_looks(folder: Path, *, track: Track = lambda rows, _total: rows) -> Export:
    """Write products worn in looks, their pictures and the looks, and `learn` without those held out.

    Besides them `feedback.csv`, the pairs with a thumbs down: nothing learns from it, the promotion gate counts.

    A look is held out or not by its id alone, so it never changes sides. Safe to kill and to repeat:
    a second run writes only what changed. Reads each new picture once, and decodes it to see
    whether it is one.

    Args:
        folder: An earlier export, or a folder that is empty or not there yet.
        track: Passes the products on, as a progress bar does; gets their number too.

    Raises:
        ForeignFolder: the folder holds something else.
        OSError: the shop's storage or this disk failed.
    """
    _claim(folder)
    looks = look_keys()
    parted = rejected_pairs()
    worn = {key for look in looks.values() for key in look}
    keys = worn | {key for pair in parted for key in pair}
    files = _Folder(folder)
    products: dict[Any, LookProduct] = {}
    for product in track(look_products(keys), len(keys)):
        files.add(product)
        products[product.pk] = product
    kept = {look: [key for key in keys if key in files.files] for look, keys in looks.items()}
    complete = {look: keys for look, keys in kept.items() if len(keys) > 1}
    small = [look for look in looks if look not in complete]
    files.skipped += [
        Skip(f"look {look}", "fewer than two products with a picture") for look in small
    ]
    shown = [products[key] for key in files.files]
    rivals = Counter(_rivals(product) for product in shown if product.pk in worn)
    _write_tables(folder, shown, files=files.files, looks=complete, rivals=rivals)
    apart = [(products[a].key, products[b].key) for a, b in parted if {a, b} <= files.files.keys()]
    _write_csv(folder / FEEDBACK, ("sku", "other"), apart)
    files.sweep()
    return _report(folder, files, complete, parted=len(apart))


def _claim(folder: Path) -> None:
    """Make the folder ours before anything is written, so that a killed run may go on."""
    if folder.exists() and any(folder.iterdir()) and not (folder / REPORT).is_file():
        raise ForeignFolder(f"{folder}: {ForeignFolder.__doc__}")
    (folder / IMAGES).mkdir(parents=True, exist_ok=True)
    if not (folder / REPORT).is_file():
        (folder / REPORT).write_text("{}\n")
    for table in FORMER_TABLES:
        (folder / table).unlink(missing_ok=True)
        (folder / TO_LEARN / table).unlink(missing_ok=True)


def _write_tables(
    folder: Path,
    products: Sequence[LookProduct],
    *,
    files: Mapping[Any, str],
    looks: Mapping[Any, Sequence[Any]],
    rivals: Mapping[tuple[str, ...], int],
) -> None:
    """Write all of it, and for a training, over the same pictures, what no look held out tells."""
    keys = {product.pk: product.key for product in products}
    rows = [_row(product, files[product.pk], sizes=rivals) for product in products]
    worn = [
        (f"{'valid' if is_held_out(look) else 'train'}/{look}", keys[key])
        for look, members in looks.items()
        for key in members
    ]
    learnt = [(look, key) for look, key in worn if look.startswith("train/")]
    seen = {key for _look, key in learnt}
    (folder / TO_LEARN).mkdir(exist_ok=True)
    shown = [[*cells, f"../{file}"] for *cells, file in rows if cells[0] in seen]
    for place, table, looks_there in ((folder, rows, worn), (folder / TO_LEARN, shown, learnt)):
        _write_csv(place / PRODUCTS, COLUMNS, table)
        _write_csv(place / LOOKS, ("look", "sku"), looks_there)


def _row(product: LookProduct, file: str, *, sizes: Mapping[tuple[str, ...], int]) -> list[str]:
    """One line of the product table; a family holds what could take the product's place."""
    slot, category = product.slot, product.category or product.slot
    family = category if not slot or sizes[_rivals(product)] >= FEWEST_RIVALS else slot
    own = product.model, category, family, slot, product.colour, product.gender, product.season
    return [product.key, *own, file]


def _rivals(product: LookProduct) -> tuple[str, ...]:
    """What products share that could take each other's place, as training and measuring see it."""
    return product.category, product.season, product.gender


def _file_name(product: LookProduct, sha256: str) -> str:
    return f"{IMAGES}/{product.key[:LONGEST_NAME]}_{sha256[:12]}.jpg"


def _jpeg(data: bytes) -> bytes:
    """Keep a plain JPEG of a sensible size as it is; bring anything else to one, as serving sees it.

    Raises:
        BadPhoto: what is wrong with it.
    """
    image = open_photo(data, limits=CATALOGUE, max_side_px=SIDE_PX)
    with Image.open(io.BytesIO(data)) as stored:
        is_plain = (stored.format, stored.mode) == ("JPEG", "RGB") and not stored.getexif()
        if is_plain and stored.size == image.size:
            return data
    return encode_jpeg(image, quality=QUALITY)


def _report(
    folder: Path, files: _Folder, looks: Mapping[Any, Collection[Any]], *, parted: int
) -> Export:
    held = [keys for look, keys in looks.items() if is_held_out(look)]
    export = Export(
        products=len(files.files),
        written=files.written,
        learnt=len(looks) - len(held),
        held_out=len(held),
        held_out_items=sum(map(len, held)),
        parted=parted,
        skipped=tuple(files.skipped),
    )
    _replace(folder / REPORT, (json.dumps(asdict(export), indent=1) + "\n").encode())
    return export


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    data = text.getvalue().encode()
    if not path.is_file() or path.read_bytes() != data:
        _replace(path, data)


def _replace(path: Path, data: bytes) -> None:
    """Write beside, then rename: a kill leaves the old file or the new one."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_bytes(data)
    temporary.replace(path)

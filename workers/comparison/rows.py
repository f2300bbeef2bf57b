"""The rows of the comparison: what is trained, how, and on whose embeddings."""

from dataclasses import asdict, dataclass, field
from typing import Any

SHIPPED, IMAGENET, NOTHING = "visual", "imagenet", "none"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `recipe` names a recipe of `workers.training`; without one, `checkpoint` names a shipped checkpoint
    that is measured as it is, or `baseline` one that sees no picture. `visual` is the encoder that a
    head reads. What learns `by_labels` sees no look, and is trained once for both columns. `note` says what was
    capped so that the whole table is done in minutes on a CPU.
    """

    name: str
    recipe: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    visual: str = ""
    backbone: str = ""
    checkpoint: str = ""
    baseline: str = ""
    by_labels: bool = False
    note: str = ""

    def stamp(self) -> dict[str, Any]:
        """Say all that decides the figures, so that a changed row is measured anew."""
        return {key: value for key, value in asdict(self).items() if key not in {"name", "note"}}


ALL_LOOKS = {"held_out": 0.0}  # fixed epochs, no early stopping: every known look is learnt from
CAPPED = "a GPU's work, capped"
SIAMESE = {"epochs": 1, "side_px": 64, "most_pairs": 1500}

ROWS: tuple[Row, ...] = (
    Row("chance", baseline="chance"),
    Row("popularity", baseline="popularity"),
    Row("families alone", baseline="category_only", note="sees no picture"),
    Row("visual, cosine", checkpoint="visual", note="as shipped"),
    Row("style, as shipped", checkpoint="style", note="has seen no look of this shop"),
    Row("compat-mlp, as shipped", checkpoint="compat-mlp", note="has seen no look of this shop"),
    Row(
        "compat-mlp, original",
        recipe="compat-mlp",
        config={"recipe": "original", **ALL_LOOKS},
        visual=SHIPPED,
        note="random negatives",
    ),
    Row(
        "compat-mlp, hard negatives",
        recipe="compat-mlp",
        config=ALL_LOOKS | {"epochs": 5},
        visual=SHIPPED,
        note="5 epochs",
    ),
    Row(
        "polania head, random negatives",
        recipe="polania",
        config=ALL_LOOKS | {"epochs": 15},
        visual=SHIPPED,
    ),
    Row(
        "polania head, hard negatives",
        recipe="polania",
        config=ALL_LOOKS | {"epochs": 15, "negatives": "family"},
        visual=SHIPPED,
    ),
    Row(
        "polania, end to end",
        recipe="polania",
        config=ALL_LOOKS
        | {"layers": "small", "side_px": 48, "epochs": 2, "batch": 64, "most_pairs": 3200},
        backbone=NOTHING,
        note=f"{CAPPED}: 5 layers instead of VGG-16's 13, 48 px, no ImageNet, 2 × 3,200 pairs",
    ),
    Row("polania, VGG-16 end to end", recipe="polania", config=ALL_LOOKS, backbone=IMAGENET),
    Row(
        "naive-cnn",
        recipe="naive-cnn",
        config={"epochs": 2, "most_items": 1500},
        by_labels=True,
        note=f"{CAPPED}: 2 epochs of 10, 1,500 pictures",
    ),
    Row(
        "siamese-hist, Hadamard",
        recipe="siamese-hist",
        config={"merge": "hadamard", **SIAMESE},
        note=f"{CAPPED}: 1 epoch of 10, 64 px, 1,500 anchors",
    ),
    Row(
        "siamese-hist, concatenated",
        recipe="siamese-hist",
        config={"merge": "concatenate", **SIAMESE},
        note=f"{CAPPED}: 1 epoch of 10, 64 px, 1,500 anchors",
    ),
    Row("resnet18, frozen", recipe="resnet18", backbone=IMAGENET, by_labels=True),
    Row("resnet50, frozen", recipe="resnet50", backbone=IMAGENET, by_labels=True),
    Row("style-512", recipe="style-512", backbone=IMAGENET, by_labels=True),
    Row(
        "siamese-style",
        recipe="siamese-style",
        config=ALL_LOOKS | {"epochs": 10},
        visual=SHIPPED,
        note="over visual, as style-512 needs ImageNet weights",
    ),
    Row(
        "classifier",
        recipe="classifier",
        backbone=IMAGENET,
        by_labels=True,
        note="names types; no embedding to score looks by",
    ),
    Row("style, ours", recipe="style", note="trained on the looks"),
)


class UnknownRowError(ValueError):
    """A name that no row has."""


def rows_named(names: str | None) -> tuple[Row, ...]:
    """Pick rows by the names in a comma-separated list, in the table's order; all without one.

    A row is named in full or by its recipe. Names hold commas, so parts of a name count as well: a row
    is picked when what is asked for begins its name.

    Raises:
        UnknownRowError: Lists the names.
    """
    if names is None:
        return ROWS
    asked = [name.strip() for name in names.split(";" if ";" in names else ",") if name.strip()]
    found = tuple(row for row in ROWS if any(row.name.startswith(name) for name in asked))
    unknown = [name for name in asked if not any(row.name.startswith(name) for row in ROWS)]
    if unknown:
        known = "; ".join(row.name for row in ROWS)
        raise UnknownRowError(f"No row begins with {', '.join(unknown)}; rows: {known}.")
    return found

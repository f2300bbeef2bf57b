"""The rows of the comparison: what is trained, how, and on whose embeddings."""

from dataclasses import asdict, dataclass, field
from typing import Any

SHIPPED, IMAGENET, NOTHING = "visual", "imagenet", "none"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `recipe` names a recipe of `workers.training`; without one, `checkpoint` names a shipped checkpoint
    that is measured as it is, or `plain` a judge that sees no picture. `visual` is the encoder that a
    head reads. `note` says what was capped so that the whole table is done in minutes on a CPU.
    """

    name: str
    recipe: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    visual: str = ""
    backbone: str = ""
    checkpoint: str = ""
    plain: str = ""
    note: str = ""

    def stamp(self) -> dict[str, Any]:
        """Say all that decides the figures, so that a changed row is measured anew."""
        return {key: value for key, value in asdict(self).items() if key not in {"name", "note"}}


ALL_LOOKS = {"held_out": 0.0}  # fixed epochs, no early stopping: every known look is learnt from
CAPPED = "a GPU's work, capped"

ROWS: tuple[Row, ...] = (
    Row("chance", plain="chance"),
    Row("popularity", plain="popularity"),
    Row("families alone", plain="category_only", note="sees no picture"),
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
        config=ALL_LOOKS | {"epochs": 10},
        visual=SHIPPED,
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
        | {"layers": "small", "side_px": 48, "epochs": 2, "batch": 64, "most_pairs": 6400},
        backbone=NOTHING,
        note=f"{CAPPED}: 5 layers of 48 px, no ImageNet, 2 × 6,400 pairs",
    ),
    Row(
        "polania, VGG-16 end to end",
        recipe="polania",
        config=ALL_LOOKS | {"epochs": 3},
        backbone=IMAGENET,
    ),
    Row(
        "naive-cnn",
        recipe="naive-cnn",
        config={"epochs": 1},
        note=f"{CAPPED}: 1 epoch of 10",
    ),
    Row(
        "siamese-hist, Hadamard",
        recipe="siamese-hist",
        config={"merge": "hadamard", "epochs": 1},
        note=f"{CAPPED}: 1 epoch of 10",
    ),
    Row(
        "siamese-hist, concatenated",
        recipe="siamese-hist",
        config={"merge": "concatenate", "epochs": 1},
        note=f"{CAPPED}: 1 epoch of 10",
    ),
    Row("resnet18, frozen", recipe="resnet18", backbone=IMAGENET),
    Row("resnet50, frozen", recipe="resnet50", backbone=IMAGENET),
    Row("style-512", recipe="style-512", backbone=IMAGENET),
    Row("siamese-style", recipe="siamese-style", backbone=IMAGENET),
    Row("classifier", recipe="classifier", backbone=IMAGENET),
    Row("style, ours", recipe="style", note="trained on the looks"),
    Row("set scorer, ours", recipe="set-scorer", visual=SHIPPED),
)


class UnknownRowError(ValueError):
    """A name that no row has."""


def chosen(names: str | None) -> tuple[Row, ...]:
    """Pick rows by the names in a comma-separated list, in the table's order; all without one.

    A row is named in full or by its recipe. Names hold commas, so parts of a name count as well: a row
    is picked when what is asked for begins its name.

    Raises:
        UnknownRowError: Lists the names.
    """
    if names is None:
        return ROWS
    asked = [name.strip() for name in names.split(";" if ";" in names else ",")]
    picked = tuple(row for row in ROWS if any(row.name.startswith(name) for name in asked))
    unknown = [name for name in asked if not any(row.name.startswith(name) for row in ROWS)]
    if unknown:
        known = "; ".join(row.name for row in ROWS)
        raise UnknownRowError(f"No row begins with {', '.join(unknown)}; rows: {known}.")
    return picked

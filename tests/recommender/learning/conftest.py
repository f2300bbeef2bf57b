"""A shop with enough looks, and programs that only pretend to train and to measure."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from recommender.learning import programs
from recommender.models import Look, LookItem, Slot
from recommender.testing import work_off

PRETENDED = {
    "training.py": """
import json, os, pathlib, sys, time
arguments = dict(zip(sys.argv[2::2], sys.argv[3::2]))
out = pathlib.Path(arguments["--out"])
out.mkdir(parents=True, exist_ok=True)
epochs = out / "epochs"
for epoch in range(len(epochs.read_text()) if epochs.exists() else 0, 3):
    with epochs.open("a") as file:
        file.write(str(epoch))
    print(f"epoch {epoch}: loss 1.0, fitb 0.5", flush=True)
    if epoch == 1 and (out.parent / "trip").exists():
        (out.parent / "trip").unlink()
        os.kill(os.getpid(), 9)
if (out.parent / "break").exists():
    sys.exit("The disk is full.")
card = {"name": sys.argv[1], "version": arguments["--version"], "purpose": "STYLE",
        "reads": "pixels", "dimension": 3, "sha256": {"weights.safetensors": "b" * 64}}
(out / "card.json").write_text(json.dumps(card))
(out / "arguments.json").write_text(json.dumps(sys.argv[1:]))
""",
    "evaluation.py": """
import json, os, pathlib, sys
arguments = dict(zip(sys.argv[2::2], sys.argv[3::2]))
folder = pathlib.Path(arguments["--candidate"]).parent
passed = not (folder / "worse").exists()
reason = "It is better than all others." if passed else "It is no better than the raw encoder."
against = {"difference": 0.2 if passed else 0.01, "low": 0.1 if passed else -0.1, "high": 0.3}
figures = {"passed": passed, "reason": reason, "questions": 90, "candidate": {"fitb": 0.5, "auc": 0.7},
           "against": {"raw": {"fitb": 0.3, **against}, "popularity": {"fitb": 0.25, **against}},
           "scorer": {"fitb": 0.2, "low": 0.1} if (folder / "scorer loses").exists() else {}}
pathlib.Path(arguments["--json"]).write_text(json.dumps(figures))
(folder / "gate.arguments.json").write_text(json.dumps(sys.argv[1:]))
sys.exit(0 if passed else 3)
""",
}


@dataclass(frozen=True)
class Workshop:
    """The folder of trainings; a file with the right name makes a program fail in it."""

    out: Path

    def sabotage(self, name):
        self.out.mkdir(exist_ok=True)
        (self.out / name).touch()

    def arguments(self, name):
        return json.loads((self.out / name).read_text())


@pytest.fixture
def workshop(tmp_path, monkeypatch, settings):
    """Programs called `workers.training` and `workers.evaluation` that take no time."""
    package = tmp_path / "pretended" / "workers"
    package.mkdir(parents=True)
    for name, text in {"__init__.py": "", **PRETENDED}.items():
        (package / name).write_text(text)
    monkeypatch.setattr(programs, "home", lambda: package.parent)
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    out = tmp_path / "trainings"
    settings.RECOMMENDER = settings.RECOMMENDER | {"TRAINING_DIR": str(out)}
    return Workshop(out)


@pytest.fixture
def wardrobe(checkpoints, make_product, make_picture):
    """Six products with pictures, embedded under the fake encoders."""
    slots = [Slot.TOP, Slot.TOP, Slot.BOTTOM, Slot.BOTTOM, Slot.SHOES, Slot.BAG]
    products = [make_product(f"{slot} {number}", slot) for number, slot in enumerate(slots)]
    for number, product in enumerate(products):
        make_picture(product, f"hsl({number * 50}, 80%, 50%)")
    work_off()
    return products


@pytest.fixture
def looks(wardrobe):
    """A hundred looks of three products: enough to learn from and to measure on."""
    return put_together(wardrobe, count=120)


def put_together(products, *, count):
    looks = Look.objects.bulk_create(Look(pk=number) for number in range(count))
    LookItem.objects.bulk_create(
        LookItem(look=look, product=products[(place * 2 + look.pk) % len(products)], position=place)
        for look in looks
        for place in range(3)
    )
    return looks

"""The recipe of `compat-mlp`: pairs of the stored embeddings of any encoder.

`"recipe": "original"` trains as the older system did: one random product of the looks per pair, Adam
1e-4, batch 1024, 10 epochs. By default the negatives are rivals of the partner's family.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from workers.checkpoints import EMBEDDINGS_OF, Card, Purpose
from workers.export import save_network
from workers.networks.compat_mlp import CompatibilityMLP
from workers.training.compat import CompatTask
from workers.training.heads import HeadConfig, head_card, material
from workers.training.loop import Config, fit
from workers.training.recipe import Run, UnknownSettingError, configured
from workers.training.triplets import FAMILY, RANDOM, Drawn

INTENDED_USE = "Ranking a few hundred candidates by how well they go with one product."
LIMITS = (
    "Judges pairs of different slots; scores order candidates and are no calibrated probability."
)
OURS, ORIGINAL = "ours", "original"
ORIGINAL_SETTINGS: dict[str, Any] = {
    **{"negatives": RANDOM, "per_positive": 1, "optimiser": "adam", "weight_decay": 0.0},
    **{"learning_rate": 1e-4, "batch": 1024, "epochs": 10, "patience": 10},
}


@dataclass(frozen=True)
class CompatConfig(HeadConfig):
    """What decides a run; `recipe` sets what a configuration does not say.

    `symmetric` averages both orders of a pair; the original judges (a, b) as it comes. `standard`
    multiplies embeddings by the root of their width while training, so that an entry is about 1, as
    in the raw features the original read; the stored first layer holds the factor. Without it
    Adam's small steps hardly move anything: on looks held out 0.39 of blanks right, with it 0.49.
    """

    recipe: str = OURS
    negatives: str = FAMILY
    per_positive: int = 3
    symmetric: bool = True
    standard: bool = True
    optimiser: str = "adamw"
    most_looks: int = 20_000
    epochs: int = 20
    batch: int = 1024
    learning_rate: float = 3e-4

    @property
    def loop(self) -> Config:
        return replace(super().loop, optimiser=self.optimiser)


def settings(overrides: dict[str, Any]) -> CompatConfig:
    """Read a configuration over the defaults of the recipe it names.

    Raises:
        UnknownSettingError: No such recipe or setting.
    """
    recipe = overrides.get("recipe", OURS)
    presets: dict[str, dict[str, Any]] = {OURS: {}, ORIGINAL: ORIGINAL_SETTINGS}
    if recipe not in presets:
        raise UnknownSettingError(f"Unknown recipe {recipe!r}; known: {', '.join(presets)}.")
    return configured(CompatConfig(), presets[recipe] | overrides)


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out."""
    config = settings(run.overrides)
    drawn = Drawn(config.negatives, config.per_positive)
    given = material(run, config)
    torch.manual_seed(config.seed)
    width = given.seen.embedding.shape[1]
    options = {"width": width, "hidden": config.hidden, "symmetric": config.symmetric}
    network = CompatibilityMLP(**options)
    factor = width**0.5 if config.standard else 1.0
    given = replace(
        given, seen=replace(given.seen, embedding=given.seen.embedding * np.float32(factor))
    )
    task = CompatTask(network, material=given, drawn=drawn, config=config.loop)
    out = run.work / "compat-mlp"
    history = fit(
        task, config=config.loop, out=out, score="fitb", resume=run.resume, device=run.device
    )
    with torch.no_grad():
        network.first.weight.mul_(
            factor
        )  # what was learnt reads embeddings of unit norm from here on
    card = replace(
        head_card(run, config, purpose=Purpose.PAIR, name="compat-mlp", history=history),
        options=options,
        reads=f"{EMBEDDINGS_OF}{given.seen.card.identity}",
        dimension=width,
        training=asdict(config),
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    examples = {"a": torch.zeros(2, width), "b": torch.ones(2, width)}
    return save_network(network, run.out, card, examples=examples)

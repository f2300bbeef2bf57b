"""The recipe of `compat-mlp`: pairs of the stored embeddings of any encoder.

`"recipe": "original"` trains as the older system did: one random product of the looks per pair, Adam
1e-4, batch 1024, 10 epochs. By default the negatives are rivals of the partner's family.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch

from workers.checkpoints import EMBEDDINGS_OF, Card, Purpose
from workers.export import pair_examples, save_network
from workers.networks.compat_mlp import CompatibilityMLP
from workers.training.config import UnknownSettingError, with_overrides
from workers.training.heads import HeadConfig, PairTask, head_material, outputs_of_vectors
from workers.training.run import Run
from workers.training.triplets import FAMILY, RANDOM, Negatives

NAME = "compat-mlp"
INTENDED_USE = "Ranking a few hundred candidates by how well they go with one product."
LIMITS = (
    "Scores pairs of different slots; scores order candidates and are no calibrated probability."
)
OURS, ORIGINAL = "ours", "original"
ORIGINAL_SETTINGS: dict[str, Any] = {
    **{"negatives": RANDOM, "per_positive": 1, "optimiser": "adam", "weight_decay": 0.0},
    **{"learning_rate": 1e-4, "batch": 1024, "epochs": 10, "patience": 10},
}


@dataclass(frozen=True)
class CompatConfig(HeadConfig):
    """What decides a run; `recipe` sets what a configuration does not say.

    `symmetric` averages both orders of a pair; the original scores (a, b) as it comes. `standard`
    multiplies embeddings by the root of their width while training, so that an entry is about 1, as
    in the raw features the original read; the stored first layer holds the factor. Without it
    Adam's small steps hardly move anything: on looks held out 0.39 of blanks right, with it 0.49.
    """

    recipe: str = OURS
    negatives: str = FAMILY
    per_positive: int = 3
    symmetric: bool = True
    standard: bool = True
    most_looks: int = 20_000
    epochs: int = 20
    batch: int = 1024
    learning_rate: float = 3e-4


def settings(overrides: dict[str, Any]) -> CompatConfig:
    """Read a configuration over the defaults of the recipe it names.

    Raises:
        UnknownSettingError: No such recipe or setting.
    """
    recipe = overrides.get("recipe", OURS)
    presets: dict[str, dict[str, Any]] = {OURS: {}, ORIGINAL: ORIGINAL_SETTINGS}
    if recipe not in presets:
        raise UnknownSettingError(f"Unknown recipe {recipe!r}; known: {', '.join(presets)}.")
    return with_overrides(CompatConfig(), presets[recipe] | overrides)


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out."""
    config = settings(run.overrides)
    negatives = Negatives(config.negatives, config.per_positive)
    encoded, split = head_material(run, config)
    torch.manual_seed(config.seed)
    width = encoded.embedding.shape[1]
    options = {"width": width, "hidden": config.hidden, "symmetric": config.symmetric}
    network = CompatibilityMLP(**options)
    factor = width**0.5 if config.standard else 1.0
    outputs = outputs_of_vectors(network, torch.from_numpy(encoded.embedding) * factor)
    task = PairTask(network, outputs, split=split, negatives=negatives, config=config)
    history = run.fit(task, config=config, name=NAME, score="fitb")
    with torch.no_grad():
        network.first.weight.mul_(factor)  # from here on it reads embeddings of unit norm
    card = replace(
        run.card(config, name=NAME, purpose=Purpose.PAIR),
        options=options,
        reads=f"{EMBEDDINGS_OF}{encoded.card.identity}",
        dimension=width,
        metrics={"looks_held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    return save_network(network, run.out, card, examples=pair_examples(width))

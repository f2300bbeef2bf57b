"""The recipe of `compat-mlp`: pairs of stored visual embeddings, negatives of the partner's family."""

from dataclasses import replace

import torch

from workers.checkpoints import Card, Kind
from workers.export import save_network
from workers.networks.compat_mlp import CompatibilityMLP
from workers.training.compat import CompatTask
from workers.training.heads import HeadConfig, head_card, material
from workers.training.loop import fit
from workers.training.recipe import Run, configured

INTENDED_USE = "Ranking a few hundred candidates by how well they go with one product."
LIMITS = (
    "Judges pairs of different slots; scores order candidates and are no calibrated probability."
)
DEFAULTS = HeadConfig(epochs=20, batch=1024, learning_rate=3e-4, patience=8)


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out."""
    config = configured(DEFAULTS, run.overrides)
    given = material(run, config)
    torch.manual_seed(config.seed)
    width = given.seen.embedding.shape[1]
    network = CompatibilityMLP(width=width, hidden=config.hidden)
    task = CompatTask(network, material=given, config=config.loop)
    out = run.work / "compat-mlp"
    history = fit(task, config=config.loop, out=out, score="fitb", resume=run.resume)
    card = replace(
        head_card(run, config, kind=Kind.SCORER, name="compat-mlp", history=history),
        options={"width": width, "hidden": config.hidden},
        input=f"embeddings of {given.seen.card.identity}",
        dimension=width,
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    examples = {"a": torch.zeros(2, width), "b": torch.ones(2, width)}
    return save_network(network, run.out, card, examples=examples)

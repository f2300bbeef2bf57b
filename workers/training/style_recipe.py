"""The recipe of `style`: one shared head on the visual encoder's features, contrast over looks."""

from dataclasses import dataclass, replace

import torch

from workers.checkpoints import FEATURES_OF, Card, Kind, Purpose
from workers.export import save_network
from workers.networks.style import StyleNetwork
from workers.training.heads import HeadConfig, head_card, material
from workers.training.loop import fit
from workers.training.recipe import Run, configured
from workers.training.style import StyleTask

INTENDED_USE = "Finding products that go well together, by inner product of their vectors."
LIMITS = (
    "Knows the taste of its looks and no other; train it on the shop's own looks when it has any."
)


@dataclass(frozen=True)
class StyleConfig(HeadConfig):
    """A vector of 128 numbers, half of them the colours."""

    width: int = 128


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out."""
    config = configured(StyleConfig(), run.overrides)
    given = material(run, config)
    torch.manual_seed(config.seed)
    visual = given.seen.card
    options = {
        "used": visual.dimension,
        "colours": visual.parts["colour"],
        "hidden": config.hidden,
        "width": config.width,
    }
    network = StyleNetwork(**options)
    task = StyleTask(network, material=given, config=config.loop)
    out = run.work / "style"
    history = fit(task, config=config.loop, out=out, score="fitb", resume=run.resume)
    card = replace(
        head_card(run, config, kind=Kind.ENCODER, name="style", history=history),
        purpose=Purpose.STYLE,
        options=options,
        input=f"{FEATURES_OF}{visual.identity}",
        dimension=config.width,
        parts={"style": config.width},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    example = torch.from_numpy(given.seen.features[:2])
    return save_network(network, run.out, card, examples={"features": example})

"""The recipe of `set-scorer`: whole looks, as stored vectors of a style encoder."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from recommender.garments import SLOTS
from workers.checkpoints import EMBEDDINGS_OF, Card, Purpose, find
from workers.evaluation.embedded import part_weights
from workers.export import save_network
from workers.networks.set_transformer import SetTransformer
from workers.training.heads import HeadConfig, head_card
from workers.training.looks import gather, hold_out, questions
from workers.training.loop import Config, fit
from workers.training.recipe import Run, configured
from workers.training.set_scorer import Drill, Lessons, SetTask, slot_numbers
from workers.training.set_vectors import StyleVectors, style_vectors

NAME = "set-scorer"
INTENDED_USE = "Judging whole outfits, and ranking a candidate for a place given several items."
LIMITS = (
    "Reads vectors of its style encoder alone; scores order sets and are no calibrated probability."
)


@dataclass(frozen=True)
class SetConfig(HeadConfig):
    """What decides a run, besides its data.

    By default the looks held out are those that the recipe of `style` holds out of the same data, so
    that neither knows them. `unseen` holds out their products, too.
    """

    model: int = 64
    heads: int = 4
    layers: int = 2
    dropout: float = 0.3
    with_pairs: bool = True
    candidates: int = 8
    hard_share: float = 0.5
    whole_weight: float = 0.5
    noise: float = 0.5
    forgets: float = 0.5
    held_out: float = 0.05
    most_looks: int = 20_000
    unseen: bool = False
    epochs: int = 12
    batch: int = 128
    learning_rate: float = 1e-3
    patience: int = 12

    @property
    def loop(self) -> Config:
        return replace(super().loop, cosine=True)

    @property
    def drill(self) -> Drill:
        return Drill(self.candidates, self.hard_share, self.whole_weight, self.noise, self.forgets)

    @property
    def shape(self) -> dict[str, Any]:
        """The network's options that do not depend on the encoder."""
        return {
            "slots": list(SLOTS),
            "model": self.model,
            "heads": self.heads,
            "layers": self.layers,
            "dropout": self.dropout,
            "with_pairs": self.with_pairs,
        }


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out."""
    config = configured(SetConfig(), run.overrides)
    seen = style_vectors(run, run.visual or find("style"))
    lessons = lessons_of(run, config)
    torch.manual_seed(config.seed)
    options = {"width": seen.known.shape[1], **config.shape}
    network = SetTransformer(**options)
    network.weights.copy_(torch.from_numpy(part_weights(seen.card)))
    task = SetTask(
        network,
        known=seen.known,
        fresh=seen.fresh,
        slots=torch.from_numpy(slot_numbers([i.slot for i in lessons.wardrobe.items], SLOTS)),
        lessons=lessons,
        drill=config.drill,
        config=config.loop,
    )
    out = run.work / NAME
    history = fit(
        task, config=config.loop, out=out, score="fitb", resume=run.resume, device=run.device
    )
    card = head_card(run, config, purpose=Purpose.SET, name=NAME, history=history)
    return save_network(
        network,
        run.out,
        _card(card, config, seen=seen, options=options),
        examples=examples(options["width"]),
        are_sets=True,
    )


def examples(width: int) -> dict[str, torch.Tensor]:
    """Give the exporter two sets, one with a place left empty."""
    return {"vectors": torch.ones(2, 3, width), "slots": torch.tensor([[2, 3, 4], [2, 3, 0]])}


def lessons_of(run: Run, config: SetConfig) -> Lessons:
    """Gather the looks to learn from, and questions about those held out."""
    wardrobe = gather(run.collections, most_looks=config.most_looks)
    generator = np.random.default_rng(config.seed)
    looks, held = hold_out(
        wardrobe.looks, share=config.held_out, generator=generator, unseen=config.unseen
    )
    return Lessons(wardrobe, looks, questions(held, wardrobe, generator=generator))


def _card(common: Card, config: SetConfig, *, seen: StyleVectors, options: dict[str, Any]) -> Card:
    return replace(
        common,
        options=options,
        reads=f"{EMBEDDINGS_OF}{seen.card.identity}",
        dimension=options["width"],
        training=asdict(config),
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )

"""What the recipes of heads share: looks over encoded items, held-out questions, configuration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from workers.checkpoints import Card, Purpose, find
from workers.training.features import SeenItems, seen_items
from workers.training.looks import Question, Wardrobe, gather, hold_out, questions
from workers.training.loop import Config
from workers.training.recipe import Run, data_description, source_commit
from workers.training.state import History


@dataclass(frozen=True)
class HeadConfig:
    """What decides the training of a head, besides its data."""

    hidden: int = 512
    held_out: float = 0.1
    most_looks: int = 1000
    epochs: int = 25
    batch: int = 512
    learning_rate: float = 5e-4
    weight_decay: float = 1e-2
    patience: int = 8
    seed: int = 0

    @property
    def loop(self) -> Config:
        return Config(
            epochs=self.epochs,
            batch=self.batch,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            patience=self.patience,
            seed=self.seed,
        )


@dataclass(frozen=True)
class Material:
    """Encoded items, looks to learn from, and questions about looks held out."""

    seen: SeenItems
    wardrobe: Wardrobe
    looks: Sequence[tuple[int, ...]]
    asked: Sequence[Question]


def material(run: Run, config: HeadConfig) -> Material:
    """Encode the items with the visual checkpoint and split the looks."""
    seen = seen_items(run.collections, visual=run.visual or find("visual"), cache=run.work)
    wardrobe = gather(run.collections, most_looks=config.most_looks)
    generator = np.random.default_rng(config.seed)
    looks, held = hold_out(wardrobe.looks, share=config.held_out, generator=generator)
    return Material(seen, wardrobe, looks, questions(held, wardrobe, generator=generator))


def head_card(
    run: Run, config: HeadConfig, *, purpose: Purpose, name: str, history: History
) -> Card:
    """Write what the cards of all heads have in common."""
    return Card(
        name=name,
        version=run.version,
        purpose=purpose,
        network=name,
        reads="",
        dimension=0,
        data=data_description(run.collections),
        training=asdict(config),
        seed=config.seed,
        commit=source_commit(),
        metrics={"looks_held_out": history.best},
        licence="Apache-2.0",
    )

"""The recipe of `siamese-hist`: two sisters with colour histograms, end to end, as encoder and scorer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from workers.checkpoints import EMBEDDINGS_OF, PIXELS, Card, CheckpointError, Purpose
from workers.datasets.collection import Item
from workers.datasets.looks import Indices, gather, hold_out
from workers.evaluation.metrics import auc
from workers.export import pair_examples, pixel_examples, save_network
from workers.images import Pixels
from workers.networks.histogram import COLOURS
from workers.networks.naive_cnn import WIDTH
from workers.networks.siamese_hist import HADAMARD, SiameseNetwork
from workers.training.config import with_overrides
from workers.training.loop import device_of
from workers.training.pictures import (
    PictureConfig,
    labelled_pictures,
    network_outputs,
    pixels_of,
)
from workers.training.run import Run

NAME = "siamese-hist"
INTENDED_USE = "Ranking a few hundred candidates by whether they belong to the same set."
LIMITS = "Knows sets of the kind it was trained on: looks, or classes where there were no looks."
TRIES = 20  # draws of a negative before an anchor goes without

Batch = tuple[Indices, NDArray[np.float32]]


@dataclass(frozen=True)
class SiameseConfig(PictureConfig):
    """What decides a run; the numbers of the older system: BCE, Adam 1e-3, batch 32, 10 epochs.

    `merge` is "hadamard" or "concatenate"; `most_pairs` bounds the anchors of an epoch.
    """

    merge: str = HADAMARD
    most_looks: int | None = None
    most_pairs: int | None = None


class SetPairs:
    """Draws as many pairs from the same set as from different ones."""

    def __init__(self, sets: Sequence[Sequence[int]]) -> None:
        self._sets = [tuple(dict.fromkeys(members)) for members in sets]
        self._sets = [members for members in self._sets if len(members) > 1]
        self._of: dict[int, set[int]] = defaultdict(set)
        for number, members in enumerate(self._sets):
            for index in members:
                self._of[index].add(number)
        self.items = sorted(self._of)

    def draw(
        self, generator: Generator, *, most: int | None = None
    ) -> tuple[Indices, NDArray[np.float32]]:
        """Draw for every item, or `most` of them, one partner and one negative.

        Returns:
            (P, 2) item indices, and (P,) 1 for the same set, 0 for none in common. An item that
            shares a set with nearly all others may get no negative.
        """
        pairs: list[tuple[int, int]] = []
        labels: list[float] = []
        for anchor in generator.permutation(self.items)[:most].tolist():
            pairs.append((anchor, self._partner(anchor, generator)))
            labels.append(1.0)
            negative = self._negative(anchor, generator)
            if negative is not None:
                pairs.append((anchor, negative))
                labels.append(0.0)
        return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(labels, dtype=np.float32)

    def _partner(self, anchor: int, generator: Generator) -> int:
        own = sorted(self._of[anchor])
        members = self._sets[own[generator.integers(len(own))]]
        others = [index for index in members if index != anchor]
        return others[generator.integers(len(others))]

    def _negative(self, anchor: int, generator: Generator) -> int | None:
        for at in generator.integers(len(self.items), size=TRIES):
            drawn: int = self.items[at]
            if not self._of[drawn] & self._of[anchor]:
                return drawn
        return None


@dataclass(frozen=True)
class PairMaterial:
    """Items with pictures, and the sets to learn from and to validate on, by item index."""

    items: tuple[Item, ...]
    learnt: SetPairs
    held: SetPairs


@dataclass(eq=False)
class SiameseTask:
    """Pairs drawn anew every epoch; the pairs of the validation are drawn once."""

    network: SiameseNetwork
    material: PairMaterial
    pixels: Pixels
    config: SiameseConfig

    def __post_init__(self) -> None:
        generator = np.random.default_rng([self.config.seed, 2])
        self._held = self.material.held.draw(generator, most=self.config.most_pairs)

    def batches(self, epoch: int) -> list[Batch]:
        """Draw and cut into (pairs (B, 2), labels (B,)), partner and negative of an anchor together."""
        size = self.config.batch
        generator = np.random.default_rng([self.config.seed, epoch])
        pairs, labels = self.material.learnt.draw(generator, most=self.config.most_pairs)
        starts = range(0, len(pairs), size)
        return [(pairs[at : at + size], labels[at : at + size]) for at in starts]

    def loss(self, batch: Batch) -> Tensor:
        """Binary cross-entropy; every picture of the batch passes the CNN once."""
        pairs, labels = batch
        shown, places = np.unique(pairs, return_inverse=True)  # (U,), places of (B, 2)
        on = device_of(self.network)
        pixels = torch.from_numpy(np.ascontiguousarray(self.pixels[shown])).to(on)  # (U, S, S, 3)
        logit = self.network(pixels, torch.from_numpy(places.reshape(-1, 2)).to(on))["logit"]
        return functional.binary_cross_entropy_with_logits(
            logit.float(), torch.from_numpy(labels).to(on)
        )

    def validate(self) -> dict[str, float]:
        """Loss and area under the curve of the held-out pairs."""
        pairs, labels = self._held
        items = np.array(self.material.held.items, dtype=np.int64)  # (H,)
        seen = network_outputs(self.network.encoder, self.pixels[items])  # (H, D)
        places = torch.from_numpy(np.searchsorted(items, pairs))
        on = device_of(self.network)
        a, b = torch.from_numpy(seen).to(on)[places.to(on)].unbind(1)
        logit = self.network.scorer(a, b)["logit"].float().cpu()
        loss = functional.binary_cross_entropy_with_logits(logit, torch.from_numpy(labels))
        right, wrong = (logit.numpy()[labels == value] for value in (1, 0))
        return {"valid_loss": float(loss), "auc": auc(right, wrong)}


def train(run: Run) -> dict[Path, Card]:
    """Train, export and save both; the best epoch by the area under the curve of held-out pairs."""
    config = with_overrides(SiameseConfig(), run.overrides)
    material = pair_material(run, config)
    pixels = pixels_of(material.items, config, cache=run.work)
    torch.manual_seed(config.seed)
    network = SiameseNetwork(merge=config.merge)
    task = SiameseTask(network, material=material, pixels=pixels, config=config)
    history = run.fit(task, config=config, name=NAME, score="auc")
    encoder = _encoder_card(run, config, metrics=history.best)
    scorer = _scorer_card(encoder, config)
    folders = run.out / "encoder", run.out / "scorer"
    examples = pixel_examples(config.side_px), pair_examples(WIDTH + COLOURS)
    return {
        folders[0]: save_network(network.encoder, folders[0], encoder, examples=examples[0]),
        folders[1]: save_network(network.scorer, folders[1], scorer, examples=examples[1]),
    }


def pair_material(run: Run, config: SiameseConfig) -> PairMaterial:
    """Take looks as sets, products of held-out looks apart; where there are no looks, classes.

    Raises:
        CheckpointError: There is too little to hold anything out.
    """
    corpus = gather(run.collections, most_looks=config.most_looks)
    if corpus.looks:
        generator = np.random.default_rng(config.seed)
        learnt, held = hold_out(corpus.looks, share=config.held_out, generator=generator)
        used = sorted({index for look in (*learnt, *held) for index in look})
        place = {index: at for at, index in enumerate(used)}
        items = tuple(corpus.items[index] for index in used)
        sets = [[[place[index] for index in look] for look in looks] for looks in (learnt, held)]
    else:
        found = labelled_pictures(run.collections, config)
        items = found.items
        labels = range(len(found.names))
        sets = [
            [np.flatnonzero(mask & (found.labels == label)).tolist() for label in labels]
            for mask in (~found.held, found.held)
        ]
    pairs = [SetPairs(each) for each in sets]
    if not all(each.items for each in pairs):
        raise CheckpointError("Too few sets of two or more pictures to learn from and to hold out.")
    return PairMaterial(items, *pairs)


def _encoder_card(run: Run, config: SiameseConfig, *, metrics: dict[str, float]) -> Card:
    parts = {"shape": WIDTH, "colour": COLOURS}
    return replace(
        run.card(config, name=NAME, purpose=Purpose.VISUAL),
        reads=PIXELS,
        dimension=WIDTH + COLOURS,
        parts=parts,
        weights=dict.fromkeys(parts, 0.5),
        preprocessing=config.preprocessing,
        metrics={"pairs_held_out": metrics},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )


def _scorer_card(encoder: Card, config: SiameseConfig) -> Card:
    return replace(
        encoder,
        purpose=Purpose.PAIR,
        reads=f"{EMBEDDINGS_OF}{encoder.identity}",
        options={"merge": config.merge},
        parts={},
        weights={},
        preprocessing={},
    )

"""The recipe of `set-scorer`: whole looks above looks in which something was replaced.

It reads the stored vectors of a style encoder, as they serve and as if it had never met the item.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from recommender.garments import SLOTS
from workers.checkpoints import EMBEDDINGS_OF, Card, Purpose, find, load_card
from workers.datasets.looks import Indices, Look, LookCorpus, LookSplit, Question
from workers.evaluation.answers import answers
from workers.evaluation.vectors import item_vectors, part_weights
from workers.export import save_network
from workers.networks.registry import load_network
from workers.networks.set_transformer import FIRST_SLOT, NOTHING, UNKNOWN, SetTransformer
from workers.networks.style_fabric import FabricStyle
from workers.training.config import with_overrides
from workers.training.descriptions import describe_items
from workers.training.heads import HeadConfig, split_for
from workers.training.look_contrast import look_batches
from workers.training.loop import device_of
from workers.training.run import Run

NAME = "set-scorer"
INTENDED_USE = "Scoring whole outfits, and ranking a candidate for a place given several items."
LIMITS = (
    "Reads vectors of its style encoder alone; scores order sets and are no calibrated probability."
)
PAD = -1  # in a set of item indices
AT_ONCE = 2048  # sets in one pass while validating
DESCRIBED_AT_ONCE = 512


@dataclass(frozen=True)
class SetConfig(HeadConfig):
    """What decides a run, besides its data.

    `candidates` wrong items are drawn for a place of a look, `hard_share` of them from the family that
    it held, the others from all that is worn. `whole_weight` counts the look against one with every item
    replaced, beside filling in the blank. `noise` is the length of what is added to each vector, whose
    own length is 1 for each part; `forgets` is the share of sets shown as a style encoder without a
    memory sees them. Of a look that holds more than `most_items` as many are drawn anew each time.

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
    most_items: int = 6
    held_out: float = 0.05
    most_looks: int = 20_000
    unseen: bool = False
    epochs: int = 12
    batch: int = 128
    learning_rate: float = 1e-3
    patience: int = 12
    cosine: bool = True

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


@dataclass(frozen=True)
class StyleVectors:
    """Per item, in the collections' order: `known` and `fresh`, both (N, D).

    A memory knows the looks that it was learnt from by heart, so the vectors of their products agree
    better than those of any new arrival will. Whoever learns from `known` alone trusts them too much.
    `fresh` are without the memory; of an encoder that has none they are the same.
    """

    card: Card
    known: Tensor
    fresh: Tensor


@dataclass(frozen=True)
class SetBatch:
    """Sets to be told apart: (B, 1 + candidates, K) with the look first, and (B, K) all replaced.

    Item indices, padded; a candidate that is known to go with the rest is no wrong answer and not `asked`.
    """

    sets: Indices
    asked: NDArray[np.bool_]
    replaced: Indices


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out."""
    config = with_overrides(SetConfig(), run.overrides)
    vectors = style_vectors(run, run.visual or find("style"))
    split = split_for(run, config, unseen=config.unseen)
    torch.manual_seed(config.seed)
    width = vectors.known.shape[1]
    options = {"width": width, **config.shape}
    network = SetTransformer(**options)
    network.weights.copy_(torch.from_numpy(part_weights(vectors.card)))
    slots = torch.from_numpy(slot_numbers([item.slot for item in split.corpus.items], SLOTS))
    task = SetTask(network, vectors=vectors, slots=slots, split=split, config=config)
    history = run.fit(task, config=config, name=NAME, score="fitb")
    card = replace(
        run.card(config, name=NAME, purpose=Purpose.SET),
        options=options,
        reads=f"{EMBEDDINGS_OF}{vectors.card.identity}",
        dimension=width,
        metrics={"looks_held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    return save_network(network, run.out, card, examples=examples(width), are_sets=True)


def examples(width: int) -> dict[str, Tensor]:
    """Give the exporter two sets, one with a place left empty."""
    return {"vectors": torch.ones(2, 3, width), "slots": torch.tensor([[2, 3, 4], [2, 3, 0]])}


def style_vectors(run: Run, encoder: Path) -> StyleVectors:
    """Embed the items of all collections; what is slow is cached beside the checkpoint."""
    card = load_card(encoder)
    if not card.options.get("remembered"):
        encoded = item_vectors(run.collections, folder=encoder, cache=run.work)
        vectors = torch.from_numpy(encoded.embedding)
        return StyleVectors(card, vectors, vectors)
    network, _ = load_network(encoder)
    assert isinstance(network, FabricStyle)  # noqa: S101 - no other network has a memory
    descriptions = describe_items(
        run.collections, network.fabric, cache=run.work, device=run.device
    )
    network.cpu()
    known = embed_descriptions(network, descriptions)
    empty_memory(network)
    return StyleVectors(card, known, embed_descriptions(network, descriptions))


def embed_descriptions(network: FabricStyle, descriptions: NDArray[np.float32]) -> Tensor:
    """Embed many descriptions, some at a time: (N, WIDTH) to (N, D)."""
    parts = torch.split(torch.from_numpy(descriptions), DESCRIBED_AT_ONCE)
    with torch.inference_mode():
        vectors = torch.cat([network.embed_description(part) for part in parts])
    return vectors.clone()


def empty_memory(network: FabricStyle) -> None:
    """Make every item a new arrival to a network, in place."""
    network.style.keys = network.style.keys[:0]


class Rivals:
    """What could stand in an item's place, drawn as often as it is worn."""

    def __init__(self, corpus: LookCorpus, looks: Sequence[Look]) -> None:
        self._corpus = corpus
        self._worn = np.array([index for look in looks for index in look])
        family = corpus.family[self._worn]
        self._of_family = {int(kind): self._worn[family == kind] for kind in np.unique(family)}

    def draw(self, item: int, *, count: int, is_hard: bool, generator: Generator) -> list[int]:
        """Draw for the place of one item of a look, with repetition."""
        offered = self._of_family[int(self._corpus.family[item])] if is_hard else self._worn
        drawn: list[int] = offered[generator.integers(len(offered), size=count)].tolist()
        return drawn

    def is_wrong(self, rival: int, context: Iterable[int]) -> bool:
        """Tell whether a rival is a wrong answer: in no look with any of the context."""
        known = self._corpus.together.get(rival, frozenset())
        return not any(index in known for index in context)


@dataclass(eq=False)
class SetTask:
    """Looks with rivals as batches, held-out questions as validation."""

    network: SetTransformer
    vectors: StyleVectors
    slots: Tensor  # (N,)
    split: LookSplit
    config: SetConfig

    def __post_init__(self) -> None:
        self._rivals = Rivals(self.split.corpus, self.split.looks)

    def batches(self, epoch: int) -> list[SetBatch]:
        """Shuffle the looks and draw their rivals anew; decided by seed and epoch."""
        size, seed = self.config.batch, self.config.seed
        generator = np.random.default_rng([seed, epoch])
        return [
            draw_sets(looks, self._rivals, self.config, generator=generator)
            for looks in look_batches(self.split.looks, size=size, seed=seed, epoch=epoch)
        ]

    def loss(self, batch: SetBatch) -> Tensor:
        """Cross-entropy of the right item among the candidates, and of looks against replaced ones."""
        count, choices, longest = batch.sets.shape
        logits = self._logits(batch.sets.reshape(-1, longest)).reshape(count, choices)
        asked = torch.from_numpy(batch.asked).to(logits.device)  # (B, choices)
        blank = functional.cross_entropy(
            logits.masked_fill(~asked, float("-inf")), asked.new_zeros(count, dtype=torch.int64)
        )
        replaced = self._logits(batch.replaced)  # (B,)
        whole = functional.softplus(-logits[:, 0]) + functional.softplus(replaced)
        return blank + self.config.whole_weight * whole.mean()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the score of the whole set."""
        return set_figures(self.split.questions, lambda sets: self._logits(pad_sets(sets)))

    def _logits(self, sets: Indices) -> Tensor:
        """Score (S, K) padded sets of item indices: (S,)."""
        on = device_of(self.network)
        index = torch.from_numpy(sets)
        at = index.clamp(min=0)
        vectors = self.vectors.known[at].to(on)  # (S, K, D)
        if self.network.training:
            is_fresh = torch.rand(len(at), 1, 1, device=on) < self.config.forgets
            vectors = torch.where(is_fresh, self.vectors.fresh[at].to(on), vectors)
            step = self.config.noise * vectors.shape[2] ** -0.5
            vectors = vectors + step * torch.randn_like(vectors)
        slots = torch.where(index != PAD, self.slots[at], NOTHING).to(on)  # (S, K)
        logits: Tensor = self.network(vectors, slots)["logit"]
        return logits


def draw_sets(
    looks: Sequence[Look], rivals: Rivals, config: SetConfig, *, generator: Generator
) -> SetBatch:
    """Draw a place of each look, rivals for it, and a rival for every item."""
    rows, asked, replaced = [], [], []
    hard = round(config.candidates * config.hard_share)
    counts = ((hard, True), (config.candidates - hard, False))
    for whole in looks:
        look = _part(whole, config.most_items, generator)
        at = int(generator.integers(len(look)))
        context = (*look[:at], *look[at + 1 :])
        drawn = [
            rival
            for count, is_hard in counts
            for rival in rivals.draw(look[at], count=count, is_hard=is_hard, generator=generator)
        ]
        rows += [look, *((*context, rival) for rival in drawn)]
        asked.append([True, *(rivals.is_wrong(rival, context) for rival in drawn)])
        is_hard = bool(generator.random() < config.hard_share)
        replaced.append(
            [rivals.draw(i, count=1, is_hard=is_hard, generator=generator)[0] for i in look]
        )
    sets = pad_sets(rows).reshape(len(looks), 1 + config.candidates, -1)
    return SetBatch(sets, np.array(asked), pad_sets(replaced))


def _part(look: Look, most: int, generator: Generator) -> Look:
    """Draw as many items of a look as are allowed; a batch is as wide as its longest look."""
    if len(look) <= most:
        return look
    return tuple(generator.choice(look, size=most, replace=False).tolist())


def set_figures(
    questions: Sequence[Question], score: Callable[[Sequence[Look]], Tensor]
) -> dict[str, float]:
    """Answer questions by the score of the whole set; {} without questions.

    Args:
        questions: Held out.
        score: A list of sets of item indices to (S,) scores.
    """
    if not questions:
        return {}
    sets = list(dict.fromkeys((*q.context, a) for q in questions for a in q.answers))
    parts = [score(sets[start : start + AT_ONCE]) for start in range(0, len(sets), AT_ONCE)]
    scores = dict(zip(sets, torch.cat(parts).tolist(), strict=True))
    return answers(questions, lambda context, a: scores[(*context, a)]).figures()


def pad_sets(sets: Sequence[Sequence[int]]) -> Indices:
    """Lay sets out as (S, longest), the rest filled with -1."""
    longest = max(map(len, sets))
    return np.array([[*each, *[PAD] * (longest - len(each))] for each in sets], dtype=np.int64)


def slot_numbers(slots: Iterable[str], known: Sequence[str]) -> Indices:
    """Number slots as the network reads them, those it does not know as unknown."""
    numbers = {slot: FIRST_SLOT + index for index, slot in enumerate(known)}
    return np.array([numbers.get(slot, UNKNOWN) for slot in slots], dtype=np.int64)

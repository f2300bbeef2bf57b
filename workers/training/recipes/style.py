"""The recipe of `style`: one head on a frozen backbone's statistics, contrast over looks, a memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from workers.checkpoints import (
    PIXELS,
    WEIGHTS,
    Card,
    CheckpointError,
    Purpose,
    find,
    load_card,
)
from workers.datasets.looks import Indices, Look, LookSplit
from workers.evaluation.answers import figures_by_vectors
from workers.export import pixel_examples, save_network
from workers.networks.fabric import COLOURS, READ, SIDE_PX, WIDTH, Fabric
from workers.networks.mobilenet_v2 import load_imagenet
from workers.networks.style_fabric import FabricStyle, StyleHead
from workers.networks.visual import unit
from workers.training.config import Config, UnknownSettingError, with_overrides
from workers.training.descriptions import describe_items, whitening
from workers.training.heads import HeadConfig, split_for
from workers.training.look_blocks import fine_tune
from workers.training.look_contrast import LooksTask, pair_counts
from workers.training.loop import device_of
from workers.training.run import Run

NAME = "style"
NETWORK = "style-fabric"
INTENDED_USE = "Finding products that go well together, by inner product of their vectors."
TUNED_LOOKS = 64  # in a batch of fine-tuning: 250 pictures through the last blocks at once
LIMITS = (
    "Knows the taste of its looks and no other; train it on the shop's own looks when it has any."
)


@dataclass(frozen=True)
class StyleConfig(HeadConfig):
    """What decides the training, besides its data.

    `batch` counts looks. `noise` is the standard deviation added to whitened descriptions, `forgets` the
    share of memories left out at a time, so that the perceptron learns to do without. `unseen` holds whole
    products out with their looks, as a checkpoint for other shops must be measured, and leaves out the
    memory; a shop's own encoder is to know its products. Colours beside what was learnt are for other shops
    too: from one world of looks to another they carry best. `tuned_epochs` fine-tunes the backbone's last
    blocks on the looks first (docs/experiments.md says for how much).
    """

    width: int = 192
    members: int = 3
    colour_weight: float = 0.0
    reduced: int = 384
    held_out: float = 0.05
    most_looks: int = 20_000
    epochs: int = 20
    batch: int = 128
    learning_rate: float = 1e-3
    patience: int = 20
    cosine: bool = True
    noise: float = 0.4
    forgets: float = 0.3
    elsewhere_weight: float = 1.0
    unseen: bool = False
    tuned_epochs: int = 0
    tuned_learning_rate: float = 1e-4

    @property
    def tuning(self) -> Config:
        """How the backbone's last blocks learn before the head."""
        learning_rate = self.tuned_learning_rate
        return replace(
            self, epochs=self.tuned_epochs, learning_rate=learning_rate, batch=TUNED_LOOKS
        )


class StyleTask(LooksTask):
    """A style head that learns from batches of looks; held-out questions as validation."""

    def __init__(
        self, network: StyleHead, *, reduced: Tensor, split: LookSplit, config: StyleConfig
    ) -> None:
        super().__init__(split, config=config)
        self.network = network
        self._reduced = reduced  # (N, R)
        self._settings = config
        self._place = memory_places(split.looks, count=len(split.corpus.items))  # (N,)

    def loss(self, batch: list[Look]) -> Tensor:
        """Contrast all items of the batch's looks, each member of the network by itself."""
        items, worn = pair_counts(batch, self._split.corpus.family)
        members = self._members(torch.from_numpy(items), device_of(self.network))
        losses = [
            self._contrast(
                vectors,
                items=items,
                worn=worn,
                log_temperature=self.network.log_temperature,
                elsewhere_weight=self._settings.elsewhere_weight,
            )
            for vectors in members
        ]
        return torch.stack(losses).mean()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean inner product with the context."""
        return figures_by_vectors(self._split.questions, self._embed)

    def _embed(self, items: Indices) -> NDArray[np.float32]:
        on, chosen = device_of(self.network), torch.from_numpy(items)
        parts = self.network.embed_by_member(self._reduced[chosen].to(on), self._recall(chosen, on))
        return np.asarray(self.network.join_members(parts).cpu().numpy())

    def _members(self, items: Tensor, on: torch.device) -> list[Tensor]:
        """Embed items by each member of the network, noisy and partly forgotten: (n, D) each."""
        reduced = self._reduced[items].to(on)  # (n, R)
        noisy = reduced + self._settings.noise * torch.randn_like(reduced)
        kept = (torch.rand(len(items), 1) >= self._settings.forgets).to(on)  # (n, 1)
        return self.network.embed_by_member(noisy, self._recall(items, on) * kept)

    def _recall(self, items: Tensor, on: torch.device) -> Tensor:
        """Recall items by number: (n, width), zero for those that no look teaches."""
        memory = self.network.memory
        if not len(memory):
            return memory.new_zeros(len(items), memory.shape[1])
        place = self._place[items].to(on)  # (n,)
        own: Tensor = memory[place.clamp(min=0)] * (place >= 0)[:, None]
        return own


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out.

    Raises:
        CheckpointError: There is no backbone to start from.
        UnknownSettingError: The members cannot share the width.
    """
    config = with_overrides(StyleConfig(), run.overrides)
    if config.width % config.members:
        raise UnknownSettingError(
            f"The width, {config.width}, must be a multiple of members, {config.members}."
        )
    fabric = backbone(run.backbone)
    split = split_for(run, config, unseen=config.unseen)
    if config.tuned_epochs:
        fine_tune(fabric, run, split, config=config.tuning)
    descriptions = describe_items(run.collections, fabric, cache=run.work, device=run.device)
    centre, matrix = whitening(descriptions, width=min(config.reduced, WIDTH))
    reduced = (torch.from_numpy(descriptions) - centre) @ matrix.T  # (N, R)
    keys = reduced[:0] if config.unseen else memory_keys(reduced, split.looks)  # (M, R)
    options = {
        "reduced": len(matrix),
        "hidden": config.hidden,
        "width": config.width,
        "members": config.members,
        "remembered": len(keys),
    }
    head = _new_head(options, config.seed, whitened=(centre, matrix), keys=keys)
    task = StyleTask(head, reduced=reduced, split=split, config=config)
    history = run.fit(task, config=config, name=NAME, score="fitb")
    network = FabricStyle(has_colours=config.colour_weight > 0, **options)
    network.fabric.load_state_dict(fabric.cpu().state_dict())
    network.style.load_state_dict(head.state_dict())
    card = replace(_card(run, config, options), metrics={"looks_held_out": history.best})
    return save_network(network, run.out, card, examples=pixel_examples(SIDE_PX))


def _new_head(
    options: dict[str, int],
    seed: int,
    *,
    whitened: tuple[Tensor, Tensor],
    keys: Tensor,
) -> StyleHead:
    """Build a head that knows how descriptions are whitened and what its products are found by."""
    torch.manual_seed(seed)
    head = StyleHead(**options)
    with torch.no_grad():
        head.centre.copy_(whitened[0])
        head.reduce.weight.copy_(whitened[1])
        head.keys.copy_(keys)
    return head


def memory_places(looks: Sequence[Look], *, count: int) -> Tensor:
    """Give each product of looks its place in the memory: (count,), -1 for all others."""
    places = torch.full((count,), -1)
    worn = sorted({index for look in looks for index in look})
    places[worn] = torch.arange(len(worn))
    return places


def memory_keys(reduced: Tensor, looks: Sequence[Look]) -> Tensor:
    """Collect what each product in the memory is found by: (M, R) of unit norm, in their places."""
    return unit(reduced[sorted({index for look in looks for index in look})])


def backbone(weights: str | None) -> Fabric:
    """Take the statistics' weights from a file of ImageNet weights, or from the shipped `style`.

    Raises:
        CheckpointError: No file was named and the shipped checkpoint has no such backbone.
    """
    fabric = Fabric()
    if weights is not None:
        full = load_imagenet(Path(weights))
        fabric.features.load_state_dict(full.features[: max(READ) + 1].state_dict())
        return fabric
    shipped = find("style")
    if load_card(shipped).network != NETWORK:
        raise CheckpointError("The shipped style has no backbone; name ImageNet's with --backbone.")
    own = {
        name.removeprefix("fabric."): value.float()
        for name, value in load_file(shipped / WEIGHTS).items()
        if name.startswith("fabric.")
    }
    fabric.load_state_dict(own, strict=False)  # BatchNorm's counters are not kept
    return fabric


def _card(run: Run, config: StyleConfig, options: dict[str, int]) -> Card:
    has_colours = config.colour_weight > 0
    parts = {"style": config.width} | ({"colour": COLOURS} if has_colours else {})
    weights = {"style": 1 - config.colour_weight, "colour": config.colour_weight}
    return replace(
        run.card(config, name=NAME, purpose=Purpose.STYLE),
        network=NETWORK,
        options={**options, "has_colours": has_colours},
        reads=PIXELS,
        dimension=sum(parts.values()),
        parts=parts,
        weights=weights if has_colours else {},
        preprocessing={"function": "workers.images.prepare", "side_px": SIDE_PX},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )

"""The recipe of `style`: one head on a frozen backbone's statistics, contrast over looks, a memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from workers.checkpoints import (
    PIXELS,
    WEIGHTS,
    Card,
    CheckpointError,
    Purpose,
    find,
    load_card,
)
from workers.export import save_network
from workers.networks.fabric import COLOURS, READ, SIDE_PX, WIDTH, Fabric
from workers.networks.mobilenet_v2 import load_imagenet
from workers.networks.style_fabric import FabricStyle, StyleHead
from workers.training.described import described_items, whitening
from workers.training.heads import HeadConfig, head_card
from workers.training.looks import Look, Question, Wardrobe, gather, hold_out, questions
from workers.training.loop import Config, fit
from workers.training.recipe import Run, UnknownSettingError, configured
from workers.training.style import Lesson, StyleTask, Taught, keys_of
from workers.training.tuned import tune

NETWORK = "style-fabric"
INTENDED_USE = "Finding products that go well together, by inner product of their vectors."
TUNED_LOOKS = 64  # in a batch of fine-tuning: 250 pictures through the last blocks at once
LIMITS = (
    "Knows the taste of its looks and no other; train it on the shop's own looks when it has any."
)


@dataclass(frozen=True)
class StyleConfig(HeadConfig):
    """What decides the training, besides its data.

    `batch` counts looks. `unseen` holds whole products out with their looks, as a checkpoint for other
    shops must be judged, and leaves out the memory; a shop's own encoder is to know its products. Colours
    beside what was learnt are for strangers too: from one world of looks to another they carry best. `tuned_epochs`
    fine-tunes the backbone's last blocks on the looks first (docs/experiments.md says for how much).
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
    noise: float = 0.4
    forgets: float = 0.3
    elsewhere_weight: float = 1.0
    unseen: bool = False
    tuned_epochs: int = 0
    tuned_learning_rate: float = 1e-4

    @property
    def loop(self) -> Config:
        return replace(super().loop, cosine=True)

    @property
    def tuning(self) -> Config:
        """How the backbone's last blocks learn before the head."""
        return replace(
            self.loop,
            epochs=self.tuned_epochs,
            learning_rate=self.tuned_learning_rate,
            batch=TUNED_LOOKS,
        )

    @property
    def lesson(self) -> Lesson:
        return Lesson(self.noise, self.forgets, self.elsewhere_weight)


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out.

    Raises:
        CheckpointError: There is no backbone to start from.
        UnknownSettingError: The members cannot share the width.
    """
    config = configured(StyleConfig(), run.overrides)
    if config.width % config.members:
        raise UnknownSettingError(
            f"The width, {config.width}, must be a multiple of members, {config.members}."
        )
    fabric = backbone(run.backbone)
    wardrobe, looks, asked = _lessons(run, config)
    if config.tuned_epochs:
        tune(
            fabric,
            run.collections,
            Taught(torch.empty(0), wardrobe, looks, asked),
            config=config.tuning,
            work=run.work,
            resume=run.resume,
            device=run.device,
        )
    described = described_items(run.collections, fabric, cache=run.work, device=run.device)
    centre, matrix = whitening(described, width=min(config.reduced, WIDTH))
    reduced = (torch.from_numpy(described) - centre) @ matrix.T
    taught = Taught(reduced, wardrobe, looks, asked)
    keys = reduced[:0] if config.unseen else keys_of(reduced, taught.looks)
    options = {
        "reduced": len(matrix),
        "hidden": config.hidden,
        "width": config.width,
        "members": config.members,
        "remembered": len(keys),
    }
    head = _head(options, config.seed, whitened=(centre, matrix), keys=keys)
    task = StyleTask(head, taught=taught, lesson=config.lesson, config=config.loop)
    out = run.work / "style"
    history = fit(
        task, config=config.loop, out=out, score="fitb", resume=run.resume, device=run.device
    )
    network = FabricStyle(has_colours=config.colour_weight > 0, **options)
    network.fabric.load_state_dict(fabric.cpu().state_dict())
    network.style.load_state_dict(head.state_dict())
    example = torch.zeros(2, SIDE_PX, SIDE_PX, 3, dtype=torch.uint8)
    common = head_card(run, config, purpose=Purpose.STYLE, name="style", history=history)
    card = _card(common, config, options)
    return save_network(network, run.out, card, examples={"pixels": example})


def _head(
    options: dict[str, int],
    seed: int,
    *,
    whitened: tuple[torch.Tensor, torch.Tensor],
    keys: torch.Tensor,
) -> StyleHead:
    """A head that knows how descriptions are whitened and what its products are found by."""
    torch.manual_seed(seed)
    head = StyleHead(**options)
    with torch.no_grad():
        head.centre.copy_(whitened[0])
        head.reduce.weight.copy_(whitened[1])
        head.keys.copy_(keys)
    return head


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


def _lessons(run: Run, config: StyleConfig) -> tuple[Wardrobe, Sequence[Look], Sequence[Question]]:
    """Gather the looks: the wardrobe, what is learnt from, questions about what is held out."""
    wardrobe = gather(run.collections, most_looks=config.most_looks)
    generator = np.random.default_rng(config.seed)
    looks, held = hold_out(
        wardrobe.looks, share=config.held_out, generator=generator, unseen=config.unseen
    )
    return wardrobe, looks, questions(held, wardrobe, generator=generator)


def _card(common: Card, config: StyleConfig, options: dict[str, int]) -> Card:
    has_colours = config.colour_weight > 0
    parts = {"style": config.width} | ({"colour": COLOURS} if has_colours else {})
    weights = {"style": 1 - config.colour_weight, "colour": config.colour_weight}
    return replace(
        common,
        network=NETWORK,
        purpose=Purpose.STYLE,
        options={**options, "has_colours": has_colours},
        reads=PIXELS,
        dimension=sum(parts.values()),
        parts=parts,
        weights=weights if has_colours else {},
        preprocessing={"function": "workers.images.prepare", "side_px": SIDE_PX},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )

"""The recipe of `siamese-style`: a Siamese head on a frozen encoder such as `style-512`, contrastive on looks."""

from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from workers.checkpoints import PIXELS, Card, CheckpointError, Purpose
from workers.datasets.looks import Indices
from workers.export import pixel_examples, save_network
from workers.networks.registry import load_network
from workers.networks.resnet import SiameseStyle
from workers.training.config import with_overrides
from workers.training.heads import HeadConfig, Outputs, PairTask, head_material
from workers.training.loop import device_of
from workers.training.run import Run
from workers.training.triplets import RANDOM, Negatives

NAME = "siamese-style"
INTENDED_USE = "Finding products that go well together, by the distance of their vectors."
LIMITS = "Knows the taste of its looks and no other."


@dataclass(frozen=True)
class SiameseStyleConfig(HeadConfig):
    """What decides a run; `negatives` are "random", "family" or "mixed", distances lie in [0, 2]."""

    hidden: int = 256
    width: int = 128
    margin: float = 1.0
    negatives: str = RANDOM
    per_positive: int = 1
    epochs: int = 20


def contrastive_margin(a: Tensor, b: Tensor, together: Tensor, *, margin: float) -> Tensor:
    """Pull pairs that go together to one point and push others out of a margin.

    Args:
        a: (B, D).
        b: (B, D).
        together: (B,) 1 or 0.
        margin: Distance beyond which an unlike pair costs nothing.

    Returns:
        Scalar, the mean.

    Source: Hadsell, Chopra and LeCun 2006, "Dimensionality Reduction by Learning an Invariant
    Mapping", equation 4 (there with 1 for unlike pairs).
    """
    squared = (a - b).square().sum(dim=1)  # (B,)
    distance = (squared + 1e-12).sqrt()  # the root of 0 has no gradient
    short = functional.relu(margin - distance).square()
    return ((together * squared + (1 - together) * short) / 2).mean()


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out.

    Raises:
        CheckpointError: No encoder was named to put the head on.
    """
    if run.visual is None:
        raise CheckpointError("siamese-style is a head: name its style-512 with --visual DIR.")
    config = with_overrides(SiameseStyleConfig(), run.overrides)
    negatives = Negatives(config.negatives, config.per_positive)
    encoded, split = head_material(run, config)
    if not split.looks:
        raise CheckpointError("siamese-style learns from looks, and this data has none.")
    encoder, trunk = load_network(run.visual)
    torch.manual_seed(config.seed)
    features = torch.from_numpy(encoded.features)  # (N, F)
    widths = {"width": features.shape[1], "hidden": config.hidden, "out": config.width}
    network = SiameseStyle(encoder, **widths)

    def outputs(pairs: Indices) -> Outputs:
        sides = features[torch.from_numpy(pairs)].to(device_of(network)).unbind(1)  # (B, F) each
        a, b = (network.embed(side).float() for side in sides)  # (B, D) each
        return {"a": a, "b": b, "score": (a * b).sum(dim=1)}

    def loss(outputs: Outputs, labels: Tensor) -> Tensor:
        a, b = outputs["a"], outputs["b"]
        return contrastive_margin(a, b, labels.to(a), margin=config.margin)

    task = PairTask(network, outputs, split=split, negatives=negatives, config=config, loss=loss)
    history = run.fit(task, config=config, name=NAME, score="fitb")
    card = replace(
        run.card(config, name=NAME, purpose=Purpose.STYLE),
        options={"encoder": trunk.network, "encoder_options": trunk.options, **widths},
        reads=PIXELS,
        dimension=config.width,
        parts={"style": config.width},
        preprocessing=trunk.preprocessing,
        training={**asdict(config), "encoder": trunk.identity},
        metrics={"looks_held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    examples = pixel_examples(trunk.preprocessing["side_px"])
    return save_network(network, run.out, card, examples=examples)

"""The recipe of `siamese-style`: a Siamese head on a frozen encoder such as `style-512`, contrastive on looks."""

from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from torch import Tensor

from workers.checkpoints import PIXELS, Card, CheckpointError, Purpose
from workers.export import save_network
from workers.networks.registry import load_network
from workers.networks.resnet import SiameseStyle
from workers.training.compat import pair_answers
from workers.training.heads import HeadConfig, Material, head_card, material
from workers.training.looks import Indices
from workers.training.loop import Config, device_of, fit
from workers.training.metric_losses import contrastive_margin
from workers.training.recipe import Run, configured
from workers.training.triplets import RANDOM, Drawn, Triplets

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


class SiameseStyleTask:
    """Pairs of looks and rivals in the partner's place as batches, held-out questions as validation."""

    def __init__(
        self,
        network: SiameseStyle,
        *,
        given: Material,
        drawn: Drawn,
        margin: float,
        config: Config,
    ) -> None:
        self.network = network
        self._features = torch.from_numpy(given.seen.features)  # (N, F)
        self._triplets = Triplets(given.wardrobe, looks=given.looks, drawn=drawn, seed=config.seed)
        self._asked = given.asked
        self._margin = margin
        self._batch = config.batch
        self._epoch = 0

    def batches(self, epoch: int) -> list[tuple[Indices, Tensor]]:
        """Draw rivals anew, shuffle, and cut into (pairs (B, 2), labels (B,))."""
        self._epoch = epoch
        return self._triplets.batches(epoch, size=self._batch)

    def loss(self, batch: tuple[Indices, Tensor]) -> Tensor:
        """Contrastive loss with a margin."""
        pairs, labels = batch
        a, b = self._embedded(pairs)
        return contrastive_margin(a, b, labels.to(a), margin=self._margin)

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean inner product with the context."""

        def alike(pairs: Indices) -> Tensor:
            a, b = self._embedded(pairs)
            return (a * b).sum(dim=1)

        return pair_answers(self._asked, alike, self._epoch)

    def _embedded(self, pairs: Indices) -> tuple[Tensor, Tensor]:
        shown = self._features[torch.from_numpy(np.ascontiguousarray(pairs))]  # (B, 2, F)
        on = device_of(self.network)
        a, b = (self.network.embed(side.to(on)).float() for side in shown.unbind(1))
        return a, b


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out.

    Raises:
        CheckpointError: No encoder was named to put the head on.
    """
    if run.visual is None:
        raise CheckpointError("siamese-style is a head: name its style-512 with --visual DIR.")
    config = configured(SiameseStyleConfig(), run.overrides)
    drawn = Drawn(config.negatives, config.per_positive)
    given = material(run, config)
    if not given.looks:
        raise CheckpointError("siamese-style learns from looks, and this data has none.")
    encoder, seen = load_network(run.visual)
    torch.manual_seed(config.seed)
    widths = {
        "width": given.seen.features.shape[1],
        "hidden": config.hidden,
        "out": config.width,
    }
    network = SiameseStyle(encoder, **widths)
    task = SiameseStyleTask(
        network, given=given, drawn=drawn, margin=config.margin, config=config.loop
    )
    out = run.work / "siamese-style"
    history = fit(
        task, config=config.loop, out=out, score="fitb", resume=run.resume, device=run.device
    )
    card = replace(
        head_card(run, config, purpose=Purpose.STYLE, name="siamese-style", history=history),
        options={"encoder": seen.network, "encoder_options": seen.options, **widths},
        reads=PIXELS,
        dimension=config.width,
        parts={"style": config.width},
        preprocessing=seen.preprocessing,
        training={**asdict(config), "encoder": seen.identity},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    side_px = seen.preprocessing["side_px"]
    example = torch.zeros(2, side_px, side_px, 3, dtype=torch.uint8)
    return save_network(network, run.out, card, examples={PIXELS: example})

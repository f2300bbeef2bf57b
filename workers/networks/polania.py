"""Polanía and Gupte's compatibility network: one CNN for both pictures, colours, a learnt metric.

From the paper: shared CNN, embeddings with colour histograms, fully connected metric network.
From the older system that followed it: VGG-16, 8 bins per channel, 536 → 256 → 64 → 1, dropout 0.5.
Ours: every block of an embedding has unit norm, and the ground is left out of the histogram.

Source: Polanía and Gupte 2019, "Learning Fashion Compatibility Across Apparel Categories for Outfit
Recommendation" (ICIP), as far as its abstract goes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.vgg import make_layers

from workers.networks.histogram import RGBHistogram

VGG_16: tuple[int | str, ...] = (
    *(64, 64, "M", 128, 128, "M", 256, 256, 256, "M"),
    *(512, 512, 512, "M", 512, 512, 512),  # the last pooling gives way to the global average
)
TINY: tuple[int | str, ...] = (8, "M", 16)  # for tests
SMALL: tuple[int | str, ...] = (32, "M", 64, "M", 128, 128, "M", 256)  # for a CPU
LAYERS = {"vgg16": VGG_16, "small": SMALL, "tiny": TINY}
HIDDEN = (256, 64)
DROPOUT = 0.5
# ImageNet channel means and deviations, RGB, of pixels in [0, 1]; what torchvision's weights expect.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SHORTEST = 1e-6  # norm below which a block is left as it is


class PolaniaEncoder(nn.Module):
    """Pixels to [shape | colour]: the CNN's global average and a colour histogram, each of unit norm."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, *, layers: str = "vgg16") -> None:
        super().__init__()
        self.features = make_layers(LAYERS[layers])
        self.width = int([entry for entry in LAYERS[layers] if entry != "M"][-1])
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION)[:, None, None], persistent=False)
        self.histogram = RGBHistogram()

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed pictures.

        Args:
            pixels: (B, H, W, 3) uint8 RGB.

        Returns:
            `embedding` (B, width + 24), both blocks of unit norm.
        """
        rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, H, W)
        maps = self.features((rgb - self.mean) / self.deviation)
        shape = maps.mean(dim=(2, 3))  # (B, width)
        colour = self.histogram(pixels)
        blocks = [functional.normalize(block, dim=1, eps=SHORTEST) for block in (shape, colour)]
        return {"embedding": torch.cat(blocks, dim=1)}


class PolaniaScorer(nn.Module):
    """The metric network: the products of two embeddings' entries, through two layers, to one score."""

    def __init__(
        self,
        *,
        blocks: Sequence[int],
        hidden: Sequence[int] = HIDDEN,
        dropout: float = DROPOUT,
    ) -> None:
        super().__init__()
        self.blocks = tuple(blocks)
        width = sum(self.blocks)
        first, second = hidden
        self.metric = nn.Sequential(
            *(nn.Linear(width, first), nn.BatchNorm1d(first), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(first, second), nn.BatchNorm1d(second), nn.ReLU(), nn.Dropout(dropout)),
        )
        self.classifier = nn.Linear(second, 1)

    def forward(self, a: Tensor, b: Tensor) -> dict[str, Tensor]:
        """Score pairs.

        Args:
            a: (B, width) embeddings, blocks side by side.
            b: (B, width) embeddings.

        Returns:
            `score` (B,) in [0, 1], the same for (a, b) and (b, a), and its `logit`.
        """
        logit = self.classifier(self.metric(self.products(a, b))).squeeze(1)
        return {"score": torch.sigmoid(logit), "logit": logit}

    def products(self, a: Tensor, b: Tensor) -> Tensor:
        """Multiply entry by entry, each block by unit vectors times its width: (B, width).

        The products of two unit vectors of 512 entries are about 1/512, far below what BatchNorm
        takes for noise; times the width they are about 1 in every block.
        """
        widths = list(self.blocks)
        pairs = zip(torch.split(a, widths, 1), torch.split(b, widths, 1), strict=True)
        units = [
            functional.normalize(x, dim=1, eps=SHORTEST)
            * functional.normalize(y, dim=1, eps=SHORTEST)
            * x.shape[1]
            for x, y in pairs
        ]
        return torch.cat(units, dim=1)

    @property
    def metric_weights(self) -> list[Tensor]:
        """Give the weights under the matrix-normal prior, each (outputs, inputs)."""
        return [layer.weight for layer in self.metric if isinstance(layer, nn.Linear)]


class PolaniaNetwork(nn.Module):
    """Encoder and scorer as one network, for training end to end."""

    def __init__(self, *, encoder: PolaniaEncoder, scorer: PolaniaScorer) -> None:
        super().__init__()
        self.encoder = encoder
        self.scorer = scorer

    def forward(self, pixels: Tensor, pairs: Tensor) -> dict[str, Tensor]:
        """Score pairs of pictures, all through the same CNN.

        Args:
            pixels: (U, H, W, 3) uint8, each picture of the batch once.
            pairs: (B, 2) int64, which two of them.
        """
        embedding = self.encoder(pixels)["embedding"]  # (U, D)
        a, b = embedding[pairs].unbind(1)
        scored: dict[str, Tensor] = self.scorer(a, b)
        return scored

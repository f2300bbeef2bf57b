"""ResNets of ImageNet as encoders, frozen or fine-tuned, and as a classifier of article types.

Source: He et al. 2016, "Deep Residual Learning for Image Recognition"; torchvision's architecture
and key names.
"""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet
from torchvision.models.resnet import BasicBlock, ResNet

from workers.networks.naive_cnn import in_unit_range
from workers.networks.registry import ENCODERS, build_network

# ImageNet channel means and deviations, RGB, of pixels in [0, 1].
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIDE_PX, RESIZE_PX = 224, 256
STYLE_WIDTH = 512


class ResNetTrunk(nn.Module):
    """Pixels to the global average pool: 2048 numbers of ResNet50, 512 of ResNet18."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, architecture: str) -> None:
        super().__init__()
        whole = trunk(architecture)
        self.width = int(whole.fc.in_features)
        whole.fc = nn.Identity()  # the classifier of ImageNet goes
        self.body = whole
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION)[:, None, None], persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Embed (B, H, W, 3) uint8 pictures: (B, width)."""
        seen: Tensor = self.body((in_unit_range(pixels) - self.mean) / self.deviation)
        return seen


class ResNetEncoder(nn.Module):
    """The average pool itself, or 512 numbers made of it by a fine-tuned layer."""

    def __init__(self, *, architecture: str = "resnet50", width: int = 0) -> None:
        super().__init__()
        self.trunk = ResNetTrunk(architecture)
        self.head = nn.Linear(self.trunk.width, width) if width else nn.Identity()
        self.dimension = width or self.trunk.width

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed (B, H, W, 3) uint8 pictures: `embedding` (B, dimension) of unit norm."""
        return {"embedding": functional.normalize(self.head(self.trunk(pixels)), dim=1)}


class ResNetClassifier(nn.Module):
    """ImageNet's last layer replaced by one for the article types."""

    def __init__(self, *, categories: int, architecture: str = "resnet50") -> None:
        super().__init__()
        self.trunk = ResNetTrunk(architecture)
        self.category = nn.Linear(self.trunk.width, categories)

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Classify (B, H, W, 3) uint8 pictures: `category_logits` (B, categories)."""
        return {"category_logits": self.category(self.trunk(pixels))}


class SiameseStyle(nn.Module):
    """A Siamese head on a frozen encoder, such as `style-512`: near what it is worn with."""

    def __init__(
        self, encoder: nn.Module, *, width: int = STYLE_WIDTH, hidden: int = 256, out: int = 128
    ) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.head = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, out))

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed (B, H, W, 3) uint8 pictures: `embedding` (B, out) of unit norm."""
        seen = self.encoder(pixels)
        return {"embedding": self.embed(seen.get("features", seen["embedding"]))}

    def embed(self, features: Tensor) -> Tensor:
        """Embed (B, width) of what the encoder gives: (B, out) of unit norm."""
        return functional.normalize(self.head(features), dim=1)


def trunk(architecture: str) -> ResNet:
    """Build a ResNet without weights: "resnet50", "resnet18", or "tiny" for tests."""
    if architecture == "tiny":
        return ResNet(BasicBlock, [1, 1, 1, 1], num_classes=2)
    built: ResNet = getattr(resnet, architecture)(weights=None)
    return built


ResNet18 = partial(ResNetEncoder, architecture="resnet18")
Style512 = partial(ResNetEncoder, width=STYLE_WIDTH)


def build_siamese_style(
    *, encoder: str = "style-512", encoder_options: dict[str, Any] | None = None, **widths: int
) -> SiameseStyle:
    """Build the encoder and the head for a checkpoint's options."""
    built = build_network(ENCODERS, encoder, options=encoder_options or {})
    return SiameseStyle(built, **widths)

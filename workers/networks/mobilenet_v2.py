"""MobileNetV2 with TensorFlow's padding and BatchNorm, so that TensorFlow's weights mean the same."""

from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

# (expansion, channels, blocks, stride of the first block): table 2 of the paper.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
WIDTH = 1280
BATCH_NORM_EPSILON = 1e-3  # TensorFlow's; torch's default of 1e-5 is another network


class SameConv(nn.Conv2d):
    """A 3×3 convolution padded as TensorFlow pads "SAME" on even sides.

    With stride 2 the one row and column of padding lie right and below, not left and above.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Convolve.

        Args:
            x: (B, C, H, W), H and W even when the stride is 2.

        Returns:
            (B, C', H / stride, W / stride).
        """
        before = 1 if self.stride[0] == 1 else 0
        padded = functional.pad(x, (before, 1, before, 1))
        return functional.conv2d(padded, self.weight, None, self.stride, 0, 1, self.groups)


class Block(nn.Module):
    """Inverted residual: widen, convolve each channel by itself, narrow; add the input if it fits."""

    def __init__(self, inputs: int, outputs: int, *, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        widen = [] if expansion == 1 else [_conv_norm(inputs, hidden, kernel=1)]
        self.conv = nn.Sequential(
            *widen,
            _conv_norm(hidden, hidden, kernel=3, stride=stride, groups=hidden),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPSILON),
        )
        self.adds_input = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Transform (B, inputs, H, W) to (B, outputs, H / stride, W / stride)."""
        y: Tensor = self.conv(x)
        return x + y if self.adds_input else y


class MobileNetV2(nn.Module):
    """The backbone without its classifier.

    Source: Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks".
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_conv_norm(3, 32, kernel=3, stride=2)]
        inputs = 32
        for expansion, channels, blocks, first_stride in STAGES:
            for index in range(blocks):
                stride = first_stride if index == 0 else 1
                layers.append(Block(inputs, channels, stride=stride, expansion=expansion))
                inputs = channels
        layers.append(_conv_norm(inputs, WIDTH, kernel=1))
        self.features = nn.Sequential(*layers)

    def forward(self, pixels: Tensor) -> Tensor:
        """Compute the last feature map.

        Args:
            pixels: (B, 3, H, W) RGB in [-1, 1], H and W multiples of 32.

        Returns:
            (B, 1280, H / 32, W / 32), in [0, 6].
        """
        maps: Tensor = self.features(pixels)
        return maps


def load_imagenet(path: Path) -> MobileNetV2:
    """Build the backbone with the weights of a file in torchvision's key names.

    The file's classifier is left out; every other key must match, else torch raises.
    """
    network = MobileNetV2()
    tensors = {key: value.float() for key, value in load_file(path).items()}
    backbone = {key: value for key, value in tensors.items() if not key.startswith("classifier")}
    counters = {key: value for key, value in network.state_dict().items() if "num_batches" in key}
    network.load_state_dict(counters | backbone)
    return network


def absorb_norms(network: nn.Module, *, epsilon: float) -> None:
    """Move the scale of every BatchNorm into the convolution before it; the function stays.

    What is left multiplies by exactly 1 and shifts, so weights rounded to halves are still halves
    when an exporter folds the two, and the exported file is half as large.

    Args:
        network: In evaluation mode, convolutions and norms side by side in `nn.Sequential`s.
        epsilon: Of the norms afterwards; 1 - epsilon must fit a half.
    """
    for chain in (module for module in network.modules() if isinstance(module, nn.Sequential)):
        for conv, norm in pairwise(chain):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                _absorb(conv, norm, epsilon=epsilon)


def _absorb(conv: nn.Conv2d, norm: nn.BatchNorm2d, *, epsilon: float) -> None:
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("A BatchNorm without statistics cannot be absorbed.")
    with torch.no_grad():
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        conv.weight.mul_(scale[:, None, None, None])
        norm.running_mean.mul_(scale)
        norm.running_var.fill_(1 - epsilon)
        norm.weight.fill_(1)
    norm.eps = epsilon


def _conv_norm(
    inputs: int, outputs: int, *, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    conv = SameConv if kernel == 3 else nn.Conv2d
    return nn.Sequential(
        conv(inputs, outputs, kernel, stride=stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPSILON),
        nn.ReLU6(inplace=True),
    )


def pool(maps: Tensor) -> Tensor:
    """Average (B, C, H, W) over its positions to (B, C)."""
    return torch.mean(maps, dim=(2, 3))

"""The image towers of public libraries, built from a checkpoint's options alone: no network, no weights."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from workers.networks.visual import unit

REQUIREMENTS = "requirements-encoders.txt"


class LibraryMissingError(ImportError):
    """A public library that is not installed."""


class PublicNetwork(nn.Module):
    """A tower behind our door: raw pixels in, normalised as its makers did, unit embedding out."""

    mean: Tensor
    std: Tensor

    def __init__(self, tower: nn.Module, *, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.tower = tower
        for name, values in {"mean": mean, "std": std}.items():
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Embed (B, side, side, 3) uint8 pixels: `embedding` (B, D) of unit norm."""
        rgb = pixels.permute(0, 3, 1, 2).float() / 255  # (B, 3, side, side)
        return {"embedding": unit(self.tower((rgb - self.mean) / self.std))}


class PooledOutput(nn.Module):
    """A Hugging Face vision network that gives one vector per picture, whatever it calls that."""

    NAMES = ("image_embeds", "pooler_output")

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Pool (B, 3, H, W) to (B, D): what the network pools itself, else its class token."""
        out = self.network(pixel_values=pixel_values)
        pooled = [getattr(out, name, None) for name in self.NAMES]
        found = next((value for value in pooled if value is not None), None)
        vector: Tensor = out.last_hidden_state[:, 0] if found is None else found
        return vector.flatten(1)


def build(
    *, library: str, config: Mapping[str, Any], mean: Sequence[float], std: Sequence[float]
) -> PublicNetwork:
    """Build the network for a checkpoint's options, with fresh weights.

    Args:
        library: "timm", "open-clip" or "hf".
        config: What that library builds an image tower from.
        mean: Channel means of pixels in [0, 1].
        std: Channel deviations of the same.

    Raises:
        LibraryMissingError: The library is not installed; says how to install it.
    """
    return PublicNetwork(TOWERS[library](config), mean=mean, std=std)


def library_module(name: str) -> Any:
    """Import one of the optional libraries.

    Raises:
        LibraryMissingError: It is not installed; says how to install it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        message = f"This encoder needs {name}; run: pip install -r {REQUIREMENTS} ({error})."
        raise LibraryMissingError(message) from error


def timm_tower(config: Mapping[str, Any]) -> nn.Module:
    """Build a timm network without its classifier: `{"model": name}`."""
    tower: nn.Module = library_module("timm").create_model(
        config["model"], pretrained=False, num_classes=0, exportable=True
    )
    return tower


def open_clip_tower(config: Mapping[str, Any]) -> nn.Module:
    """Build the image half of an open_clip network from the `model_cfg` of its configuration file."""
    tower: nn.Module = library_module("open_clip.model")._build_vision_tower(
        config["embed_dim"], dict(config["vision_cfg"]), config.get("quick_gelu", False)
    )
    return tower


def hf_tower(config: Mapping[str, Any]) -> nn.Module:
    """Build a Hugging Face vision network from its (vision) configuration."""
    library = library_module("transformers")
    settings = library.AutoConfig.for_model(**config)
    with_projection = {"clip_vision_model": library.CLIPVisionModelWithProjection}
    chosen = with_projection.get(settings.model_type)
    network = chosen(settings) if chosen else library.AutoModel.from_config(settings)
    return PooledOutput(network)


TOWERS: dict[str, Callable[[Mapping[str, Any]], nn.Module]] = {
    "timm": timm_tower,
    "open-clip": open_clip_tower,
    "hf": hf_tower,
}

"""The networks there are, by name: build a fresh one, or load a checkpoint's."""

from collections.abc import Mapping
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import torch
from torch import nn

from workers.checkpoints import Card, Purpose, check_shapes, load_card, load_weights, verify
from workers.export import stored_state

ENCODERS: dict[str, str] = {
    "visual": "workers.networks.visual:VisualNetwork",
    "style-fabric": "workers.networks.style_fabric:FabricStyle",
    "tiny": "workers.networks.tiny:TinyNetwork",
    "polania": "workers.networks.polania:PolaniaEncoder",
    "naive-cnn": "workers.networks.naive_cnn:NaiveCNN",
    "siamese-hist": "workers.networks.siamese_hist:SiameseEncoder",
    "resnet50": "workers.networks.resnet:ResNetEncoder",
    "resnet18": "workers.networks.resnet:ResNet18",
    "style-512": "workers.networks.resnet:Style512",
    "siamese-style": "workers.networks.resnet:build_siamese_style",
}
PUBLIC_ENCODERS: dict[str, str] = {  # needs requirements-encoders.txt
    "public": "workers.networks.public:build",
}
PAIR_SCORERS: dict[str, str] = {
    "compat-mlp": "workers.networks.compat_mlp:CompatibilityMLP",
    "polania": "workers.networks.polania:PolaniaScorer",
    "siamese-hist": "workers.networks.siamese_hist:SiameseScorer",
}
SET_SCORERS: dict[str, str] = {
    "set-scorer": "workers.networks.set_transformer:SetTransformer",
}
CLASSIFIERS: dict[str, str] = {
    "classifier": "workers.networks.resnet:ResNetClassifier",
}
REGISTRIES: dict[Purpose, dict[str, str]] = {
    **dict.fromkeys((Purpose.VISUAL, Purpose.STYLE, Purpose.OPEN), ENCODERS | PUBLIC_ENCODERS),
    Purpose.PAIR: PAIR_SCORERS,
    Purpose.SET: SET_SCORERS,
    Purpose.CATEGORY: CLASSIFIERS,
}


class UnknownNetworkError(KeyError):
    """A name that is in no registry."""


def build_network(registry: Mapping[str, str], name: str, *, options: dict[str, Any]) -> nn.Module:
    """Build a registered network, `package.module:class`, with fresh weights.

    Raises:
        UnknownNetworkError: Lists the known names.
    """
    if name not in registry:
        message = f"No network is called {name!r}; known: {', '.join(sorted(registry))}."
        raise UnknownNetworkError(message)
    network: nn.Module = resolve_name(registry[name])(**options)
    return network


def load_network(folder: Path) -> tuple[nn.Module, Card]:
    """Load a checkpoint: hashes verified, every key and shape checked, evaluation mode."""
    card = load_card(folder)
    verify(folder, card)
    network = build_network(REGISTRIES[card.purpose], card.network, options=card.options)
    restore(network, folder, name=card.network)
    return network.eval(), card


def restore(network: nn.Module, folder: Path, *, name: str) -> None:
    """Copy a folder's weights into a network, every key and shape checked."""
    stored = load_weights(folder)
    own = stored_state(network)
    check_shapes(
        {key: value.shape for key, value in stored.items()},
        {key: tuple(value.shape) for key, value in own.items()},
        name=name,
    )
    with torch.no_grad():
        for key, value in own.items():
            value.copy_(torch.from_numpy(stored[key]))

"""From a name to a network: look-up in a registry, and loading of a checkpoint's weights."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import torch
from torch import nn

from workers.checkpoints import Card, check_shapes, load_card, load_weights, verify
from workers.export import kept_state


class UnknownNetworkError(KeyError):
    """A name that is in no registry."""


def look_up(registry: Mapping[str, str], name: str) -> Callable[..., nn.Module]:
    """Import the builder of a registered network, `package.module:function`.

    Raises:
        UnknownNetworkError: Lists the known names.
    """
    if name not in registry:
        message = f"No network is called {name!r}; known: {', '.join(sorted(registry))}."
        raise UnknownNetworkError(message)
    module, function = registry[name].split(":")
    builder: Callable[..., nn.Module] = getattr(import_module(module), function)
    return builder


def load_network(folder: Path, *, registry: Mapping[str, str]) -> tuple[nn.Module, Card]:
    """Load a checkpoint: hashes verified, every key and shape checked, evaluation mode."""
    card = load_card(folder)
    verify(folder, card)
    network = look_up(registry, card.network)(**card.options)
    restore(network, folder, name=card.network)
    return network.eval(), card


def restore(network: nn.Module, folder: Path, *, name: str) -> None:
    """Copy a folder's weights into a network, every key and shape checked."""
    stored = load_weights(folder)
    own = kept_state(network)
    check_shapes(
        {key: value.shape for key, value in stored.items()},
        {key: tuple(value.shape) for key, value in own.items()},
        name=name,
    )
    with torch.no_grad():
        for key, value in own.items():
            value.copy_(torch.from_numpy(stored[key]))

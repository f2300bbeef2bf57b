"""ImageNet weights for a torchvision architecture: downloaded, from a file, or none."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from workers.checkpoints import CheckpointError, check_shapes

IMAGENET, NONE = "imagenet", "none"


def start_from(network: nn.Module, source: str, *, architecture: str, drop: str = "fc.") -> None:
    """Copy weights into a network, every key and shape checked.

    Args:
        network: With torchvision's key names; changed in place.
        source: "imagenet" (torchvision downloads them once), "none", or a `.safetensors` or torch
            file with torchvision's keys. Nothing is ever unpickled.
        architecture: As torchvision names it.
        drop: Beginning of the keys that are left out, such as ImageNet's own classifier.

    Raises:
        CheckpointError: They cannot be had, or are another network's; says what to do.
    """
    if source == NONE:
        return
    try:
        stored = _download(architecture) if source == IMAGENET else _from_file(Path(source))
    except Exception as error:  # a network, a disk or an unpickler may fail in any way
        message = (
            f"No weights for {architecture} from {source!r} ({type(error).__name__}: {error}). "
            f"Download torchvision's {architecture} file where there is a network and name it with "
            "--backbone FILE, or start from nothing with --backbone none."
        )
        raise CheckpointError(message) from error
    wanted = network.state_dict()
    kept = {
        name: tensor
        for name, tensor in ((key.removeprefix("module."), value) for key, value in stored.items())
        if not name.startswith(drop)
    }
    check_shapes(
        {key: tuple(value.shape) for key, value in kept.items() if _matters(key)},
        {key: tuple(value.shape) for key, value in wanted.items() if _matters(key)},
        name=architecture,
    )
    network.load_state_dict(kept, strict=False)  # BatchNorm's counters may be missing


def _matters(key: str) -> bool:
    return not key.endswith("num_batches_tracked")


def _download(architecture: str) -> dict[str, Tensor]:
    from torchvision.models import get_model_weights  # noqa: PLC0415 - slow to import

    weights = get_model_weights(architecture)["IMAGENET1K_V1"]
    state: dict[str, Tensor] = weights.get_state_dict(progress=True, check_hash=True)
    return state


def _from_file(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return load_file(path)
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state

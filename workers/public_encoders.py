"""Bring a public image encoder into the shop: weights from the hub or a file, out comes a checkpoint.

`python -m workers.public_encoders NAME --out FOLDER [--weights FILE]`, then
`manage.py activate_checkpoint FOLDER`. Needs requirements-encoders.txt.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from workers.checkpoints import PIXELS, Card, CheckpointError, Purpose, file_hash
from workers.export import pixel_examples, save_network, stored_state
from workers.networks.public import LibraryMissingError, PooledOutput, build, library_module

# Documented picks; licences as their makers' pages state them.
PICKS = {
    "marqo-fashionSigLIP": ("open-clip:hf-hub:Marqo/marqo-fashionSigLIP", "Apache-2.0"),
    "fashion-clip": ("hf:patrickjohncyh/fashion-clip", "MIT"),
    "siglip2-base": ("timm:vit_base_patch16_siglip_224.v2_webli", "Apache-2.0"),
}
UNSTATED = "not stated here; read the model's page before use"
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
RESAMPLE = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}  # Pillow's numbers
NAMES = "timm:NAME, open-clip:hf-hub:ORG/NAME or hf:ORG/NAME"


class CannotFetchError(CheckpointError):
    """Weights that are not at hand; the message says which file to put where."""


@dataclass(frozen=True)
class Source:
    """Where an encoder comes from: a repository on the hub and the files that are needed of it."""

    library: str
    repository: str
    weights: tuple[str, ...]  # any one of them
    beside: tuple[str, ...] = ()  # all of them
    model: str = ""
    licence: str = UNSTATED


@dataclass(frozen=True)
class Tower:
    """What must be known to build an image tower and to feed it as its makers did."""

    config: Mapping[str, Any]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    framing: dict[str, Any] = field(default_factory=dict)


def main(arguments: list[str] | None = None) -> None:
    """Write the checkpoint, or say what is missing and how to get it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help=f"{', '.join(PICKS)}, or {NAMES}")
    parser.add_argument("--out", type=Path, required=True, help="Folder of the new checkpoint.")
    parser.add_argument("--weights", type=Path, help="A .safetensors file, instead of the hub.")
    parser.add_argument("--purpose", default="VISUAL", choices=["VISUAL", "STYLE"])
    asked = parser.parse_args(arguments)
    try:
        card = make_checkpoint(
            asked.name, asked.out, weights=asked.weights, purpose=Purpose(asked.purpose)
        )
    except (CheckpointError, LibraryMissingError) as error:
        sys.exit(str(error))
    sys.stdout.write(
        f"{card.identity}: {card.dimension} numbers from {card.preprocessing['side_px']} px; licence: "
        f"{card.licence}.\nNow: python manage.py activate_checkpoint {asked.out}\n"
    )


def make_checkpoint(
    name: str, out: Path, *, weights: Path | None = None, purpose: Purpose = Purpose.VISUAL
) -> Card:
    """Fetch or read a public encoder, export it and write its checkpoint.

    Raises:
        CannotFetchError: The weights are not at hand; says which files to put where.
        CheckpointError: The name means nothing, or the weights do not fit.
        LibraryMissingError: The library is not installed.
    """
    source = source_of(name)
    weights = weights or fetch(source, name=name)
    tower = DESCRIBE[source.library](source, weights.parent)
    options: dict[str, Any] = {"library": source.library, "config": tower.config}
    options |= {"mean": list(tower.mean), "std": list(tower.std)}
    network = build(**options).eval()
    load_tower(network.tower, weights)
    side_px = tower.framing["side_px"]
    examples = pixel_examples(side_px)
    with torch.inference_mode():
        width = network(**examples)["embedding"].shape[1]
    card = Card(
        name=_slug(name),
        version=file_hash(weights)[:8],
        purpose=purpose,
        network="public",
        options=options,
        reads=PIXELS,
        dimension=width,
        preprocessing={"function": "workers.images.prepare", **tower.framing},
        training={"source": f"{source.library}:{source.repository}", **_revision(weights)},
        licence=source.licence,
        intended_use="A public encoder, not trained by this project, for products of a shop.",
        limits="What it was trained on and whom it serves badly is for its own page to say.",
    )
    return save_network(network, out, card, examples=examples)


def source_of(name: str) -> Source:
    """Say where an encoder's files are.

    Raises:
        CheckpointError: The name has another form.
    """
    full, licence = PICKS.get(name, (name, UNSTATED))
    library, _, rest = full.partition(":")
    repository = rest.removeprefix("hf-hub:")
    if library == "timm" and rest:
        return _timm_source(rest, licence)
    if library == "open-clip" and repository:
        files = ("open_clip_model.safetensors", "model.safetensors")
        return Source(library, repository, files, ("open_clip_config.json",), licence=licence)
    if library == "hf" and repository:
        beside = ("config.json", "preprocessor_config.json")
        return Source(library, repository, ("model.safetensors",), beside, licence=licence)
    raise CheckpointError(f"{name!r} is no public encoder; try {', '.join(PICKS)}, or {NAMES}.")


def fetch(source: Source, *, name: str) -> Path:
    """Download what is needed, or find it in the hub's cache; returns the weights' path.

    Raises:
        CannotFetchError: It is not to be had; says which files to put where.
    """
    hub = library_module("huggingface_hub")
    try:
        folder = Path(
            hub.snapshot_download(
                source.repository, allow_patterns=[*source.weights, *source.beside]
            )
        )
    except (OSError, ValueError) as error:  # no network, no such repository, no such name
        raise CannotFetchError(_advice(source, name=name, reason=error)) from error
    found = [folder / file for file in source.weights if (folder / file).is_file()]
    if not found:
        reason = "the repository offers none as safetensors, and pickled weights are never opened"
        raise CannotFetchError(_advice(source, name=name, reason=reason))
    return found[0]


def load_tower(tower: nn.Module, weights: Path) -> None:
    """Copy an image tower's weights out of a file that may hold a text tower too.

    Raises:
        CheckpointError: The file is no safetensors file, or lacks weights the tower needs.
    """
    try:
        stored = load_file(weights)
    except (SafetensorError, OSError) as error:
        message = (
            f"{weights} cannot be read as safetensors ({error}); only safetensors is accepted."
        )
        raise CheckpointError(message) from error
    own = stored_state(tower.network if isinstance(tower, PooledOutput) else tower)
    prefix = _prefix(stored, own)
    missing = [key for key, value in own.items() if not _fits(stored.get(prefix + key), value)]
    if missing:
        message = (
            f"{weights} lacks {len(missing)} of the {len(own)} weights of this image tower or holds "
            f"them in another shape (first: {missing[0]}); it belongs to another network."
        )
        raise CheckpointError(message)
    with torch.no_grad():
        for key, value in own.items():
            value.copy_(stored[prefix + key])


def _timm_source(model: str, licence: str) -> Source:
    timm = library_module("timm")
    try:
        made = timm.get_pretrained_cfg(model, allow_unregistered=False)
    except RuntimeError as error:
        raise CheckpointError(f"timm knows no {model!r} ({error}).") from error
    stated = licence if licence != UNSTATED else made.license or UNSTATED
    repository = made.hf_hub_id or f"timm/{model}"
    return Source("timm", repository, ("model.safetensors",), model=model, licence=stated)


def _describe_timm(source: Source, _folder: Path) -> Tower:
    made = library_module("timm").get_pretrained_cfg(source.model)
    side_px = made.input_size[-1]
    framing: dict[str, Any] = {"side_px": side_px, "interpolation": made.interpolation}
    if made.crop_mode == "squash":
        framing |= {"fit": "stretch"}
    else:
        framing |= {"fit": "centre-crop", "resize_px": int(side_px / made.crop_pct)}
    return Tower({"model": source.model}, made.mean, made.std, framing)


def _describe_open_clip(_source: Source, folder: Path) -> Tower:
    said = _read_json(folder / "open_clip_config.json")
    model, shown = said["model_cfg"], said.get("preprocess_cfg", {})
    config = {key: model[key] for key in ("embed_dim", "vision_cfg", "quick_gelu") if key in model}
    side_px = _side(shown.get("size", model["vision_cfg"].get("image_size", 224)))
    fits = {"squash": "stretch", "shortest": "centre-crop"}
    fit = fits.get(shown.get("resize_mode", "shortest"))
    if fit is None:
        raise CheckpointError(
            f"Pictures cannot be framed as {shown['resize_mode']!r}, as it wants."
        )
    framing: dict[str, Any] = {"side_px": side_px, "fit": fit, "resize_px": side_px}
    framing |= {"interpolation": shown.get("interpolation", "bicubic")}
    mean, std = tuple(shown.get("mean", CLIP_MEAN)), tuple(shown.get("std", CLIP_STD))
    return Tower(config, mean, std, framing)


def _describe_hf(_source: Source, folder: Path) -> Tower:
    said = _read_json(folder / "config.json")
    shown = _read_json(folder / "preprocessor_config.json")
    config = said.get("vision_config", said)
    if "vision_config" in said:
        kind = config.get("model_type", f"{said['model_type']}_vision_model")
        config = {**config, "model_type": kind}
        # Older files keep the width of the projection only outside.
        config |= {"projection_dim": said["projection_dim"]} if "projection_dim" in said else {}
    size, crop = shown.get("size", 224), shown.get("crop_size")
    is_cropped = shown.get("do_center_crop", crop is not None)
    framing: dict[str, Any] = {"side_px": _side(crop if is_cropped else size)}
    framing |= {"fit": "centre-crop" if is_cropped else "stretch", "resize_px": _side(size)}
    framing |= {"interpolation": RESAMPLE[shown.get("resample", 3)]}
    mean, std = shown.get("image_mean", CLIP_MEAN), shown.get("image_std", CLIP_STD)
    return Tower(config, tuple(mean), tuple(std), framing)


DESCRIBE: dict[str, Callable[[Source, Path], Tower]] = {
    "timm": _describe_timm,
    "open-clip": _describe_open_clip,
    "hf": _describe_hf,
}


def _side(size: Any) -> int:
    """Read a side in pixels off any of the forms that configuration files use."""
    if isinstance(size, Mapping):
        return int(size.get("shortest_edge") or size["height"])
    return int(size[0] if isinstance(size, list | tuple) else size)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"{path.name} is not beside the weights; put it into {path.parent}."
        raise CannotFetchError(message) from error
    return said


def _prefix(stored: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> str:
    """Find under which name the tower stands in the file; the one that fits most of its keys."""
    first = next(iter(own))
    found = {key.removesuffix(first) for key in stored if key.endswith(first)} or {""}
    return max(sorted(found), key=lambda prefix: sum(prefix + key in stored for key in own))


def _fits(stored: Tensor | None, own: Tensor) -> bool:
    return stored is not None and stored.shape == own.shape


def _advice(source: Source, *, name: str, reason: object) -> str:
    first = str(reason).strip().splitlines()[0]
    files = " or ".join(source.weights) + "".join(f", {file}" for file in source.beside)
    return (
        f"The weights of {name} could not be downloaded: {first}\n"
        f"On a machine with a network, fetch from {source.repository} on the Hugging Face Hub: {files}.\n"
        f"Put them into one folder here, then run: python -m workers.public_encoders {name} "
        f"--weights FOLDER/{source.weights[0]} --out CHECKPOINT\n"
        "Until then the shipped encoder goes on serving."
    )


def _revision(weights: Path) -> dict[str, str]:
    """Name what was read: the hub's commit where it lies in the hub's cache, and always the hash."""
    is_cached = weights.parent.parent.name == "snapshots"
    revision = weights.parent.name if is_cached else "a local file"
    return {"revision": revision, "weights": weights.name, "sha256": file_hash(weights)}


def _slug(name: str) -> str:
    kept = name.rpartition("/")[2].rpartition(":")[2].lower()
    return "".join(letter if letter.isalnum() else "-" for letter in kept)[:80]


if __name__ == "__main__":
    main()

"""The recipe of `naive-cnn`: the plain CNN by category, from scratch."""

from dataclasses import asdict

import torch

from workers.checkpoints import PIXELS, Card, Purpose
from workers.export import save_network
from workers.networks.naive_cnn import WIDTH, NaiveCNN
from workers.training.labels import LabelTask
from workers.training.loop import fit
from workers.training.pictures import PictureConfig, labelled, pixels_of
from workers.training.recipe import Run, configured, data_description, source_commit

INTENDED_USE = "The plain baseline of the older systems: finding products that look alike."
LIMITS = "Trained from scratch on few pictures; colours and grounds weigh more than cuts."


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by accuracy on what is held out."""
    config = configured(PictureConfig(), run.overrides)
    material = labelled(run.collections, config)
    pixels = pixels_of(material.items, config, cache=run.work)
    torch.manual_seed(config.seed)
    options = {"categories": len(material.names)}
    network = NaiveCNN(**options)
    task = LabelTask(network, material=material, pixels=pixels, config=config)
    out = run.work / "naive-cnn"
    history = fit(
        task, config=config.loop, out=out, score="accuracy", resume=run.resume, device=run.device
    )
    card = Card(
        name="naive-cnn",
        version=run.version,
        purpose=Purpose.VISUAL,
        network="naive-cnn",
        options=options,
        reads=PIXELS,
        dimension=WIDTH,
        parts={"shape": WIDTH},
        weights={"shape": 1.0},
        preprocessing=config.preprocessing,
        categories=material.slots,
        data=data_description(run.collections),
        training=asdict(config),
        seed=config.seed,
        commit=source_commit(),
        metrics={"held_out": history.best},
        licence="Apache-2.0",
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    example = torch.zeros(2, config.side_px, config.side_px, 3, dtype=torch.uint8)
    return save_network(network, run.out, card, examples={"pixels": example})

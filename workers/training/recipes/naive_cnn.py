"""The recipe of `naive-cnn`: the plain CNN by category, from scratch."""

from dataclasses import replace

import torch

from workers.checkpoints import PIXELS, Card, Purpose
from workers.export import pixel_examples, save_network
from workers.networks.naive_cnn import WIDTH, NaiveCNN
from workers.training.config import with_overrides
from workers.training.pictures import LabelTask, PictureConfig, labelled_pictures, pixels_of
from workers.training.run import Run

NAME = "naive-cnn"
INTENDED_USE = "The plain baseline of the older systems: finding products that look alike."
LIMITS = "Trained from scratch on few pictures; colours and grounds weigh more than cuts."


def train(run: Run) -> Card:
    """Train, export and save; the best epoch by accuracy on what is held out."""
    config = with_overrides(PictureConfig(), run.overrides)
    material = labelled_pictures(run.collections, config)
    pixels = pixels_of(material.items, config, cache=run.work)
    torch.manual_seed(config.seed)
    options = {"categories": len(material.names)}
    network = NaiveCNN(**options)
    task = LabelTask(network, material=material, pixels=pixels, config=config)
    history = run.fit(task, config=config, name=NAME, score="accuracy")
    card = replace(
        run.card(config, name=NAME, purpose=Purpose.VISUAL),
        options=options,
        reads=PIXELS,
        dimension=WIDTH,
        parts={"shape": WIDTH},
        weights={"shape": 1.0},
        preprocessing=config.preprocessing,
        categories=material.slots,
        metrics={"held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    return save_network(network, run.out, card, examples=pixel_examples(config.side_px))

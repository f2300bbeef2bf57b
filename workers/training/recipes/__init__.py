"""One file per network: how it is trained, from a `Run` to its checkpoints."""

from pathlib import Path
from pkgutil import resolve_name

from workers.checkpoints import Card
from workers.training.run import Run

RECIPES: dict[str, str] = {
    "visual": "workers.training.recipes.visual:train",
    "style": "workers.training.recipes.style:train",
    "compat-mlp": "workers.training.recipes.compat_mlp:train",
    "polania": "workers.training.recipes.polania:train",
    "set-scorer": "workers.training.recipes.set_scorer:train",
    "naive-cnn": "workers.training.recipes.naive_cnn:train",
    "siamese-hist": "workers.training.recipes.siamese_hist:train",
    "resnet50": "workers.training.recipes.resnet:train_resnet50",
    "resnet18": "workers.training.recipes.resnet:train_resnet18",
    "style-512": "workers.training.recipes.style_512:train",
    "siamese-style": "workers.training.recipes.siamese_style:train",
    "classifier": "workers.training.recipes.classifier:train",
}


def train(recipe: str, run: Run) -> dict[Path, Card]:
    """Train by a recipe's name; the cards of what it made, by folder."""
    made: Card | dict[Path, Card] = resolve_name(RECIPES[recipe])(run)
    return {run.out: made} if isinstance(made, Card) else made

"""The answers to benchmarks never reach training: no recipe of looks is shown a look kept for a test."""

from itertools import permutations

import numpy as np
import pytest

from tests.workers.conftest import tiny_card
from tests.workers.retailer import write_export
from workers import datasets
from workers.datasets.looks import learnable_looks
from workers.evaluation.split import write_split
from workers.evaluation.vectors import ItemVectors
from workers.networks.fabric import WIDTH, Fabric
from workers.training import heads
from workers.training.recipes import compat_mlp, style
from workers.training.run import Run

EPOCHS = 2


class Caught(Exception):  # noqa: N818 - ends a recipe where its training would begin
    """Holds the task that a recipe was about to train."""


def caught_task(recipe, collection, tmp_path, monkeypatch):
    """Run a recipe on made-up vectors until it trains, and return what it would train."""
    generator = np.random.default_rng(0)
    count = len(collection.items)
    described = generator.normal(size=(count, WIDTH)).astype(np.float32)
    vectors = ItemVectors(tiny_card(), described[:, :16], described[:, :16])
    monkeypatch.setattr(style, "describe_items", lambda *_, **__: described)
    monkeypatch.setattr(style, "backbone", lambda _: Fabric())
    monkeypatch.setattr(heads, "item_vectors", lambda *_, **__: vectors)

    def catch(_run, task, **_):
        raise Caught(task)

    monkeypatch.setattr(Run, "fit", catch)
    with pytest.raises(Caught) as caught:
        recipe.train(Run([collection], tmp_path / "out", {"batch": 16}, resume=False))
    return caught.value.args[0]


def pairs_of_looks(task):
    """Every ordered pair that a batch of looks presents as worn together."""
    looks = [look for epoch in range(EPOCHS) for batch in task.batches(epoch) for look in batch]
    return {pair for look in looks for pair in permutations(look, 2)}


def right_pairs(task):
    """Every ordered pair that a batch labels as right."""
    batches = [batch for epoch in range(EPOCHS) for batch in task.batches(epoch)]
    return {tuple(pair) for pairs, right in batches for pair in pairs[right.numpy() > 0].tolist()}


RECIPES = [(style, pairs_of_looks), (compat_mlp, right_pairs)]


def numbered(collection, looks):
    index_of = {item.key: index for index, item in enumerate(collection.items)}
    return {pair for keys in looks for pair in permutations([index_of[key] for key in keys], 2)}


@pytest.fixture
def shop(tmp_path):
    part = {0: "test", 1: "valid"}
    return write_export(
        tmp_path / "shop", products=40, parts=lambda number: part.get(number % 8, "train")
    )


@pytest.mark.parametrize(("recipe", "shown"), RECIPES)
def test_no_pair_of_a_test_look_is_learnt(recipe, shown, shop, tmp_path, monkeypatch):
    collection = datasets.read(shop)
    kept = [keys for name, keys in collection.looks.items() if name.startswith("test/")]

    learnt = shown(caught_task(recipe, collection, tmp_path, monkeypatch))

    assert learnt
    assert learnt <= numbered(collection, learnable_looks(collection).values())
    assert learnt.isdisjoint(numbered(collection, kept))


@pytest.mark.parametrize(("recipe", "shown"), RECIPES)
def test_no_unseen_product_of_a_split_is_learnt(recipe, shown, shop, tmp_path, monkeypatch):
    write_split(datasets.read(shop), tmp_path / "split", share=0.3, seed=0)
    collection = datasets.read(tmp_path / "split")
    kept = [keys for name, keys in collection.looks.items() if name.startswith("test/")]

    learnt = shown(caught_task(recipe, collection, tmp_path, monkeypatch))

    products = {index for pair in learnt for index in pair}
    assert products.isdisjoint(i for pair in numbered(collection, kept) for i in pair)


@pytest.mark.parametrize(("recipe", "shown"), RECIPES)
def test_no_pair_of_a_real_test_look_is_learnt(recipe, shown, real_data, tmp_path, monkeypatch):
    collection = datasets.read(real_data / "retail")
    known = numbered(collection, learnable_looks(collection).values())
    kept = [keys for name, keys in collection.looks.items() if name.startswith("test/")]
    monkeypatch.setitem(globals(), "EPOCHS", 1)

    learnt = shown(caught_task(recipe, collection, tmp_path, monkeypatch))

    assert len(learnt) > 1000
    assert learnt.isdisjoint(numbered(collection, kept) - known)

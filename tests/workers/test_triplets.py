"""Rivals are of the kind that was asked for, and never known partners; test looks are never met."""

from pathlib import Path

import numpy as np
import pytest

from workers.datasets.collection import Collection, Item
from workers.datasets.looks import gather
from workers.training.config import UnknownSettingError
from workers.training.triplets import Negatives, Triplets

SLOTS = ("TOP", "BOTTOM", "SHOES")


@pytest.fixture
def corpus():
    """Ten looks of three, and two more that are kept for questions, of products of their own."""
    items = [
        Item(key=f"{slot}{n}", path=Path("none"), label=slot, slot=slot)
        for n in range(12)
        for slot in SLOTS
    ]
    parts = {n: "test" if n > 9 else "train" for n in range(12)}
    looks = {f"{part}/{n}": tuple(f"{slot}{n}" for slot in SLOTS) for n, part in parts.items()}
    return gather([Collection("shop", "", tuple(items), looks)])


def triplets(corpus, kind, per_positive=2):
    negatives = Negatives(kind, per_positive)
    return Triplets(corpus, looks=corpus.looks, negatives=negatives, seed=0)


def drawn_pairs(corpus, kind):
    return triplets(corpus, kind).rivals(np.random.default_rng(1))


@pytest.mark.parametrize("kind", ["random", "family", "mixed"])
def test_no_rival_is_a_known_partner(corpus, kind):
    rivals = drawn_pairs(corpus, kind)

    assert len(rivals) > 60
    assert not any(b in corpus.together[a] for a, b in rivals.tolist())


@pytest.mark.parametrize(
    ("kind", "share"),
    [("family", pytest.approx(0)), ("random", pytest.approx(1 / 3, abs=0.12))],
)
def test_rivals_of_the_family_are_never_of_the_anchor_s(corpus, kind, share):
    family = corpus.family
    rivals = drawn_pairs(corpus, kind)

    assert (family[rivals[:, 0]] == family[rivals[:, 1]]).mean() == share


def test_mixed_rivals_are_half_of_each(corpus):
    family = corpus.family
    rivals = drawn_pairs(corpus, "mixed")

    assert 0.04 < (family[rivals[:, 0]] == family[rivals[:, 1]]).mean() < 0.3


@pytest.mark.parametrize("kind", ["random", "family", "mixed"])
def test_no_product_of_a_test_look_is_in_any_batch(corpus, kind):
    batches = triplets(corpus, kind).batches(0, size=16)

    met = {corpus.items[i].key for pairs, _ in batches for i in pairs.ravel().tolist()}

    assert not any(key.endswith(("10", "11")) for key in met)


def test_every_pair_of_a_look_is_met_once_an_epoch_both_ways(corpus):
    batches = triplets(corpus, "random").batches(3, size=16)

    right = [tuple(p) for pairs, labels in batches for p in pairs[labels.numpy() == 1].tolist()]

    assert len(right) == len(set(right)) == 10 * 6
    assert {(b, a) for a, b in right} == set(right)


def test_the_epoch_decides_what_is_drawn(corpus):
    source = triplets(corpus, "mixed")

    first, again, other = (source.batches(epoch, size=500)[0][0].tolist() for epoch in (1, 1, 2))

    assert first == again
    assert first != other


def test_one_rival_for_each_partner_makes_triplets(corpus):
    source = triplets(corpus, "random", per_positive=1)

    assert source.count == 2 * 60
    assert len(source.rivals(np.random.default_rng(0))) > 50


def test_negatives_of_no_known_kind_are_refused():
    with pytest.raises(UnknownSettingError, match="known: random, family, mixed"):
        Negatives("hardest", 1)

"""The contrast over looks agrees with its definition, as do the batches and counts it is given."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests import naive
from workers.datasets.collection import Collection, Item
from workers.datasets.looks import LookSplit, gather
from workers.networks.visual import unit
from workers.training.config import Config
from workers.training.look_contrast import (
    COLDEST,
    HOTTEST,
    LooksTask,
    log_frequency,
    look_batches,
    look_contrast,
    pair_counts,
)

LOOKS = [(n, n + 1) for n in range(10)]


@pytest.fixture
def batch():
    """Six items of three families; what is worn together is known to go together."""
    generator = torch.Generator().manual_seed(3)
    together = torch.rand(6, 6, generator=generator) < 0.3
    together = together | together.T | torch.eye(6, dtype=torch.bool)
    family = torch.tensor([4, 4, 0, 0, 7, 7])
    return {
        "logits": torch.randn(6, 6, generator=generator),
        "worn": (together & (family[:, None] != family)).float() * 2,
        "known": together,
        "family": family,
    }


@pytest.mark.parametrize("elsewhere_weight", [0.0, 0.25, 1.0])
def test_contrast_agrees_with_the_loop(batch, elsewhere_weight):
    fast = look_contrast(**batch, elsewhere_weight=elsewhere_weight)
    lists = {name: value.tolist() for name, value in batch.items()}
    slow = naive.contrast_over_looks(**lists, elsewhere_weight=elsewhere_weight)

    assert fast.item() == pytest.approx(slow, rel=1e-4)


def test_a_known_partner_is_never_pushed_away(batch):
    batch["known"] = torch.ones(6, 6, dtype=torch.bool)

    assert look_contrast(**batch, elsewhere_weight=1.0).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("elsewhere_weight", [0.0, 1.0])
def test_logits_as_far_apart_as_they_get_leave_it_finite(batch, elsewhere_weight):
    batch["logits"] = batch["logits"].sign() / COLDEST

    assert look_contrast(**batch, elsewhere_weight=elsewhere_weight).isfinite()


def test_what_all_logits_of_a_row_have_in_common_changes_nothing(batch):
    plain = look_contrast(**batch, elsewhere_weight=0.25)
    batch["logits"] = batch["logits"] + 100

    raised = look_contrast(**batch, elsewhere_weight=0.25)

    assert raised.item() == pytest.approx(plain.item(), rel=1e-4)


def test_its_slope_is_right(batch):
    logits = batch.pop("logits").double().requires_grad_()

    assert torch.autograd.gradcheck(
        lambda given: look_contrast(given, elsewhere_weight=0.3, **batch), logits
    )


def test_batches_are_of_one_size_and_hold_each_look_once_at_most():
    batches = look_batches(LOOKS, size=4, seed=0, epoch=0)

    shown = [look for batch in batches for look in batch]
    assert [len(batch) for batch in batches] == [4, 4]
    assert len(set(shown)) == 8
    assert set(shown) <= set(LOOKS)


@pytest.mark.parametrize(("size", "sizes"), [(5, [5, 5]), (10, [10]), (11, [10])])
def test_no_look_waits_where_the_batches_come_out_even_or_there_is_but_one(size, sizes):
    batches = look_batches(LOOKS, size=size, seed=0, epoch=0)

    assert [len(batch) for batch in batches] == sizes
    assert {look for batch in batches for look in batch} == set(LOOKS)


def test_seed_and_epoch_decide_how_looks_are_shuffled():
    first, again, later, other = (
        look_batches(LOOKS, size=10, seed=seed, epoch=epoch)
        for seed, epoch in [(0, 0), (0, 0), (0, 1), (1, 0)]
    )

    assert first == again
    assert len({str(batches) for batches in (first, later, other)}) == 3


def test_a_task_cuts_its_looks_by_its_own_settings(corpus):
    looks = [(0, 2), (1, 3), (0, 4), (0, 3), (1, 2), (1, 4)]
    task = LooksTask(LookSplit(corpus, looks, []), config=Config(batch=2, seed=3))

    assert task.batches(1) == look_batches(looks, size=2, seed=3, epoch=1)


def test_pairs_are_counted_by_looks_and_those_of_one_family_are_not_worn_together():
    items, worn = pair_counts([(5, 2, 9), (2, 5), (9, 5)], np.array([0] * 9 + [1]))

    assert items.tolist() == [2, 5, 9]
    assert worn.tolist() == [[0, 0, 1], [0, 0, 2], [1, 2, 0]]


@pytest.fixture
def corpus():
    """Two tops, two bottoms and a bag, by number, in three looks; the bag has a family of its own."""
    slots = ["TOP", "TOP", "BOTTOM", "BOTTOM", "BAG"]
    items = [
        Item(key=str(n), path=Path("none.jpg"), label=slot, slot=slot, family=family)
        for n, (slot, family) in enumerate(zip(slots, ["", "", "", "", "clutch"], strict=True))
    ]
    looks = {"a": ("0", "2"), "b": ("1", "3"), "c": ("0", "4")}
    return gather([Collection("shop", "", tuple(items), looks)])


def test_what_is_worn_oftener_is_expected_oftener(corpus):
    known = log_frequency(corpus, [(0, 2), (0, 3), (1, 2, 4), (0, 4)])

    assert known == pytest.approx(np.log([4 / 2, 4 / 2, 3 / 2, 3 / 2, 2]))


def test_a_kind_that_is_never_worn_counts_as_if_worn_once(corpus):
    known = log_frequency(corpus, [(0, 2), (1, 3)])

    assert known == pytest.approx(np.log([1, 1, 1, 1, 1]))


@pytest.mark.parametrize(
    ("asked", "used"), [(0.5, 0.5), (COLDEST / 9, COLDEST), (HOTTEST * 9, HOTTEST)]
)
def test_vectors_are_contrasted_by_a_bounded_temperature_with_frequency_taken_off(
    corpus, asked, used
):
    task = LooksTask(LookSplit(corpus, corpus.looks, []), config=Config(batch=2))
    items, worn = pair_counts(corpus.looks, corpus.family)
    vectors = unit(torch.randn(len(items), 4, generator=torch.Generator().manual_seed(0)))

    contrast = task._contrast(
        vectors,
        items=items,
        worn=worn,
        log_temperature=torch.tensor(asked).log(),
        elsewhere_weight=0.25,
    )

    frequency = torch.from_numpy(log_frequency(corpus, corpus.looks))[items]
    expected = naive.contrast_over_looks(
        logits=(vectors @ vectors.T / used - frequency).tolist(),
        worn=worn.tolist(),
        known=corpus.are_together(items, items).tolist(),
        family=corpus.family[items].tolist(),
        elsewhere_weight=0.25,
    )
    assert contrast.item() == pytest.approx(expected, rel=1e-4)

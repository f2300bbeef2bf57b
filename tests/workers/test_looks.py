"""Looks become pairs, families and fair questions."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from workers.datasets import looks
from workers.datasets.collection import Collection, Item


def item(key, slot, **fields):
    return Item(key=key, path=Path("none.jpg"), label=slot.lower(), slot=slot, **fields)


@pytest.fixture
def corpus():
    """Two seasons of tops and bottoms, ten of each, one look per index and season."""
    items, worn = [], {}
    for season in ("summer", "winter"):
        for index in range(10):
            items.append(item(f"top{index}{season}", "TOP", season=season))
            items.append(item(f"bottom{index}{season}", "BOTTOM", season=season))
            worn[f"{season}{index}"] = (items[-2].key, items[-1].key)
    return looks.gather([Collection("shop", "", tuple(items), worn)])


@pytest.fixture
def generator():
    return np.random.default_rng(0)


def test_a_family_shares_data_set_slot_and_season(corpus):
    sizes = Counter(corpus.family.tolist())

    assert sorted(sizes.values()) == [10, 10, 10, 10]


def test_items_of_another_data_set_are_no_rivals(corpus):
    other = Collection("other", "", (item("top0summer", "TOP", season="summer"),))
    mine = Collection("shop", "", corpus.items)

    family = looks.gather([mine, other]).family

    assert family[-1] not in family[:-1]


def test_no_data_set_outweighs_the_others(corpus):
    worn = {str(n): (corpus.items[2 * n].key, corpus.items[2 * n + 1].key) for n in range(9)}
    collection = Collection("shop", "", corpus.items, worn)

    assert len(looks.gather([collection, collection], most_looks=4).looks) == 8


def test_pairs_go_both_ways_and_never_within_a_family():
    family = np.array([0, 0, 1])

    pairs = looks.directed_pairs([(0, 1, 2)], family)

    assert pairs.tolist() == [[0, 2], [1, 2], [2, 0], [2, 1]]


def test_no_looks_make_no_pairs():
    assert looks.directed_pairs([], np.array([0])).shape == (0, 2)


def test_what_shares_a_look_is_together(corpus):
    known = corpus.are_together(np.array([0, 2]), np.array([0, 1, 2, 3]))

    assert known.tolist() == [[True, True, False, False], [False, False, True, True]]


def test_looks_held_out_share_no_product_with_those_learnt_from(generator):
    worn = [(at, at + 1, at + 2) for at in range(20)]  # neighbours share two products

    training, held = looks.hold_out(worn, share=0.2, generator=generator)

    assert len(held) == 4
    assert {i for look in training for i in look}.isdisjoint(i for look in held for i in look)
    assert all(len(look) > 1 for look in training)


def test_wrong_answers_are_of_the_right_one_s_family(corpus, generator):
    asked = looks.questions(corpus.looks, corpus, generator=generator)

    families = [set(corpus.family[list(question.answers)]) for question in asked]

    assert len(asked) == 40
    assert all(len(family) == 1 for family in families)


def test_no_wrong_answer_is_known_to_go_with_the_context(corpus, generator):
    asked = looks.questions(corpus.looks, corpus, generator=generator)

    known = [corpus.are_together(np.array(q.context), np.array(q.answers[1:])).any() for q in asked]

    assert not any(known)


def test_the_same_seed_asks_the_same(corpus):
    first, again = (
        looks.questions(corpus.looks, corpus, generator=np.random.default_rng(5)) for _ in range(2)
    )

    assert first == again

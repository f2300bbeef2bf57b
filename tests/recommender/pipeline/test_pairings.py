"""Pairs are judged per product, stored both ways, and cut to the best of each slot."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from fashionshop.models import Product
from recommender.models import Checkpoint, Embedding, Pairing, Slot
from recommender.pipeline.pairings import refresh_pairings
from recommender.testing import fake_score

pytestmark = pytest.mark.django_db


def rows(product):
    pairings = Pairing.objects.filter(product=product).order_by("slot", "rank")
    return [(row.partner.title, row.slot, row.rank) for row in pairings]


@pytest.fixture
def outfit(looks_like, blouse, skirt, boots):
    for colour, product in ((0, blouse), (20, skirt), (60, boots)):
        looks_like(product, colour=colour, style=colour)
    return blouse


def test_a_pair_is_stored_in_both_directions_with_one_score(outfit, skirt):
    assert refresh_pairings(outfit.pk, score=fake_score) == 2

    there = Pairing.objects.get(product=outfit, partner=skirt)
    back = Pairing.objects.get(product=skirt, partner=outfit)
    assert there.score == back.score
    assert (there.slot, back.slot) == (Slot.BOTTOM, Slot.TOP)


@pytest.mark.parametrize("gone", ["skirt", "blouse"])
def test_a_product_deleted_while_it_is_judged_is_left_out_and_the_others_are_stored(
    outfit, skirt, blouse, gone
):
    def score(mine, theirs):
        Product.objects.get(title=gone).delete()
        return [0.5] * len(theirs)

    refresh_pairings(blouse.pk, score=score)

    kept = {("blouse", "boots"), ("boots", "blouse")} if gone == "skirt" else set()
    assert set(Pairing.objects.values_list("product__title", "partner__title")) == kept


def test_the_score_is_the_scorers(outfit, boots):
    refresh_pairings(outfit.pk, score=lambda mine, theirs: [0.125] * len(theirs))

    assert Pairing.objects.get(product=outfit, partner=boots).score == 0.125


def test_refreshing_twice_changes_nothing(outfit):
    refresh_pairings(outfit.pk, score=fake_score)
    before = set(Pairing.objects.values_list("product", "partner", "score", "rank"))

    refresh_pairings(outfit.pk, score=fake_score)

    assert set(Pairing.objects.values_list("product", "partner", "score", "rank")) == before


def test_ranks_count_within_a_slot_from_the_best(outfit, make_product, looks_like):
    for number, colour in enumerate((50, 10, 30)):
        looks_like(make_product(f"skirt {number}", Slot.BOTTOM), colour=colour, style=colour)

    refresh_pairings(outfit.pk, score=fake_score)

    assert rows(outfit) == [
        ("skirt 1", "BOTTOM", 1),
        ("skirt", "BOTTOM", 2),
        ("skirt 2", "BOTTOM", 3),
        ("skirt 0", "BOTTOM", 4),
        ("boots", "SHOES", 1),
    ]


def test_only_the_best_of_a_slot_are_kept_in_both_lists(outfit, make_product, looks_like, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"PAIRINGS_PER_SLOT": 2}
    skirts = [
        looks_like(make_product(f"skirt {n}", Slot.BOTTOM), colour=30 + n, style=30 + n)
        for n in range(4)
    ]

    for product in [outfit, *skirts]:
        refresh_pairings(product.pk, score=fake_score)

    assert rows(outfit) == [
        ("skirt", "BOTTOM", 1),
        ("skirt 0", "BOTTOM", 2),
        ("boots", "SHOES", 1),
    ]
    assert Pairing.objects.filter(product=skirts[3], slot=Slot.TOP).count() == 1


def test_a_newcomer_enters_the_lists_of_its_partners(outfit, make_product, looks_like):
    refresh_pairings(outfit.pk, score=fake_score)
    newcomer = looks_like(make_product("jeans", Slot.BOTTOM))

    refresh_pairings(newcomer.pk, score=fake_score)

    assert rows(outfit)[0] == ("jeans", "BOTTOM", 1)


def test_only_so_many_candidates_of_a_slot_are_judged(outfit, make_product, looks_like, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"CANDIDATES_PER_SLOT": 2}
    for number in range(6):
        looks_like(make_product(f"skirt {number}", Slot.BOTTOM), style=number)
    judged = []

    def count(mine, theirs):
        judged.append(len(theirs))
        return [0.5] * len(theirs)

    refresh_pairings(outfit.pk, score=count)

    assert judged == [3]  # two bottoms, one pair of shoes, one call


def test_a_product_without_vectors_has_no_pairings(outfit, make_product):
    newcomer = make_product("brand new", Slot.BOTTOM)

    assert refresh_pairings(newcomer.pk, score=fake_score) == 0


def test_a_candidate_without_a_visual_vector_is_left_out(outfit, boots):
    Embedding.objects.filter(picture__product=boots, checkpoint__purpose="VISUAL").delete()

    assert refresh_pairings(outfit.pk, score=fake_score) == 1


def test_a_sold_out_product_is_paired_with_those_to_be_had(outfit, skirt):
    Product.objects.filter(pk=outfit.pk).update(stock=0)

    assert refresh_pairings(outfit.pk, score=fake_score) == 2


@pytest.mark.parametrize("purpose", ["STYLE", "PAIR"])
def test_without_a_scorer_or_style_nothing_is_judged(outfit, purpose):
    Checkpoint.objects.filter(purpose=purpose).update(state="RETIRED")

    assert refresh_pairings(outfit.pk, score=fake_score) == 0


def test_a_scorer_goes_on_reading_the_vectors_it_was_trained_on(outfit):
    old = Checkpoint.objects.get(purpose="VISUAL")
    old.state = "RETIRED"
    old.save()
    Checkpoint.objects.create(name="newer", version="1", purpose="VISUAL", state="ACTIVE")

    assert refresh_pairings(outfit.pk, score=fake_score) == 2


def test_a_product_that_was_deleted_meanwhile_is_no_reason_to_fail(outfit, skirt):
    pk = skirt.pk
    skirt.delete()

    assert refresh_pairings(pk, score=fake_score) == 0


def test_what_a_garment_no_longer_goes_with_is_forgotten(outfit, boots):
    refresh_pairings(outfit.pk, score=fake_score)
    Product.objects.filter(pk=boots.pk).update(is_published=False)

    refresh_pairings(outfit.pk, score=fake_score)

    assert not Pairing.objects.filter(partner=boots).exists()
    assert not Pairing.objects.filter(product=boots, partner=outfit).exists()


@pytest.mark.parametrize("score", [-0.1, 1.1])
def test_the_database_refuses_a_score_that_is_none(outfit, score):
    with pytest.raises(IntegrityError):
        refresh_pairings(outfit.pk, score=lambda mine, theirs: [score] * len(theirs))


def test_the_database_refuses_a_pair_of_one(outfit, checkpoints):
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.create(
            product=outfit, partner=outfit, scorer=checkpoints["PAIR"], slot="TOP", score=1
        )


def test_the_cost_does_not_grow_with_the_candidates(
    outfit, make_product, looks_like, django_assert_num_queries
):
    for number in range(5):
        looks_like(make_product(f"skirt {number}", Slot.BOTTOM), style=number)

    # checkpoints, slot, neighbours, encoder, own and their vectors; lock, 2 deletions, bars, insertion, ranks,
    # cut; 2 savepoint lines of the test's own transaction.
    with django_assert_num_queries(15):
        refresh_pairings(outfit.pk, score=fake_score)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_garments_do_not_deadlock(outfit, skirt, boots):
    errors = []

    def work(products):
        try:
            for _ in range(10):
                for product in products:
                    refresh_pairings(product.pk, score=fake_score)
        except Exception as error:  # noqa: BLE001 -- the test looks at what came out
            errors.append(error)
        finally:
            connection.close()

    orders = [[outfit, skirt, boots], [boots, skirt, outfit]]
    threads = [threading.Thread(target=work, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert Pairing.objects.count() == 6

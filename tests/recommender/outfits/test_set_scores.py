"""Where a set scorer serves, what workers stored of it orders whole outfits; elsewhere their pairs do."""

from statistics import fmean, pstdev

import pytest
from django.utils import timezone

from recommender.features import PictureFeatures
from recommender.models import Checkpoint, Look, PairingJob, Rule, SetScore, Slot
from recommender.outfits import set_scores
from recommender.outfits.answer import OutfitOptions, best_proposals, outfits
from recommender.pipeline.consistency import repair
from recommender.pipeline.embeddings import store_embeddings
from recommender.pipeline.pairings import refresh_pairings
from recommender.pipeline.picture_sync import queue_embeddings
from recommender.pipeline.set_scores import MAX_SETS, forget_set_scores, refresh_set_scores
from recommender.ranking.filters import Filters
from recommender.strips.photo import PhotoFeatures
from recommender.switching.checkpoints import switch_checkpoint
from recommender.testing import fake_score
from recommender.worklist import claim_embedding_jobs

pytestmark = pytest.mark.django_db


def titles(outfit):
    return [piece.product.title for piece in outfit.pieces]


def contrary(sets, _slots):
    """Score sets by what they have of the second direction, which the cosine with a blouse dislikes."""
    return [fmean(vector[1] for vector in one) for one in sets]


def score_sets(product):
    """What a worker does when the product's pairings are due."""
    return refresh_set_scores(product.pk, score=contrary)


@pytest.fixture
def set_scorer(checkpoints):
    return Checkpoint.objects.create(
        name="fake-sets",
        version="1",
        purpose="SET",
        state="ACTIVE",
        reads="embeddings of fake-style@1",
    )


@pytest.fixture
def scored(set_scorer, wardrobe, blouse):
    """The blouse, whose outfits a worker has scored: it likes what the pairs do not."""
    score_sets(blouse)
    return blouse


@pytest.fixture
def blouse(make):
    return make("blouse", Slot.TOP)


@pytest.fixture
def wardrobe(make, blouse):
    """The later, the worse by its cosines, and the better in the set scorer's eyes."""
    return [
        make(f"{name} {n}", slot, style=5 + 10 * n)
        for name, slot in (("skirt", Slot.BOTTOM), ("shoes", Slot.SHOES))
        for n in range(3)
    ]


def test_what_the_set_scorer_says_orders_the_outfits(scored):
    answer = outfits([scored])

    assert titles(answer.outfits[0]) == ["blouse", "skirt 2", "shoes 2"]
    assert answer.versions == ("fake-style@1", "fake-sets@1")
    assert answer.outfits[0].set_score > answer.outfits[1].set_score


def test_reading_set_scores_costs_one_query(scored, django_assert_num_queries):
    with django_assert_num_queries(6):
        outfits([scored])
    Checkpoint.objects.filter(purpose="SET").update(state="RETIRED")

    with django_assert_num_queries(5):
        outfits([scored])


def test_a_worker_scores_whole_sets_of_one_piece_of_each_slot(set_scorer, wardrobe, blouse):
    asked = []

    def score(sets, slots):
        asked.extend(zip(sets, slots, strict=True))
        return contrary(sets, slots)

    assert refresh_set_scores(blouse.pk, score=score) == 9
    assert {tuple(slots) for _set, slots in asked} == {("TOP", "BOTTOM", "SHOES")}
    assert {len(vectors) for vectors, _slots in asked} == {3}
    assert {row.product_id for row in SetScore.objects.all()} == {blouse.pk}


def test_what_is_scored_is_what_a_page_proposes(wardrobe, blouse):
    _group, sets = best_proposals(blouse.pk, limit=MAX_SETS)

    shown = [
        [piece.product.pk for piece in one.pieces] for one in outfits([blouse], limit=9).outfits
    ]
    assert sorted([node.pk for node in nodes] for nodes in sets) == sorted(shown)
    assert [node.pk for node in sets[0]] == shown[0]


def test_no_more_than_the_best_are_scored(make, set_scorer, blouse):
    for n in range(9):
        make(f"skirt {n}", Slot.BOTTOM, style=n)
        make(f"shoes {n}", Slot.SHOES, style=n)

    assert score_sets(blouse) == MAX_SETS


def test_scoring_again_replaces_what_was_said(scored):
    before = set(SetScore.objects.values_list("pk", flat=True))

    assert refresh_set_scores(scored.pk, score=lambda sets, _slots: [0.5] * len(sets)) == 9

    assert set(SetScore.objects.values_list("score", flat=True)) == {0.5}
    assert before.isdisjoint(SetScore.objects.values_list("pk", flat=True))


def test_a_score_stays_the_share_of_pairs_that_are_right(scored):
    with_sets = {tuple(titles(one)): one.score for one in outfits([scored], limit=9).outfits}
    SetScore.objects.all().delete()

    plain = {tuple(titles(one)): one.score for one in outfits([scored], limit=9).outfits}

    assert with_sets == plain


def test_before_a_worker_has_scored_them_the_pairs_decide(wardrobe, blouse, set_scorer):
    answer = outfits([blouse])

    assert titles(answer.outfits[0]) == ["blouse", "skirt 0", "shoes 0"]
    assert (answer.versions, answer.outfits[0].set_score) == (("fake-style@1",), None)


def test_a_broker_that_is_down_changes_nothing(scored, bells):
    bells.error = ConnectionRefusedError(111)

    assert titles(outfits([scored]).outfits[0]) == ["blouse", "skirt 2", "shoes 2"]
    assert bells.rung == []


def test_what_came_since_stands_among_the_scored_by_its_pairs(scored, make):
    make("new shoes", Slot.SHOES, style=25)

    found = {tuple(titles(one)): one.set_score for one in outfits([scored], limit=12).outfits}

    assert {score is None for names, score in found.items() if "new shoes" in names} == {True}
    assert {score is None for names, score in found.items() if "new shoes" not in names} == {False}


def test_a_narrowed_question_reads_the_same_scores(scored, wardrobe):
    type(scored).objects.filter(pk=wardrobe[5].pk).update(price=90)

    answer = outfits([scored], filters=Filters(price_max=50))

    assert titles(answer.outfits[0]) == ["blouse", "skirt 2", "shoes 1"]
    assert answer.outfits[0].set_score is not None


def test_after_a_switch_of_the_style_it_stands_aside(scored, rival):
    Checkpoint.objects.filter(purpose="STYLE").update(state="RETIRED")
    newer = rival("STYLE", state="ACTIVE")

    answer = outfits([scored])

    assert answer.versions == (newer.label,)
    assert answer
    assert score_sets(scored) == 0


def test_no_scorer_no_set_score(scored):
    Checkpoint.objects.filter(purpose="SET").update(state="RETIRED")

    assert outfits([scored]).outfits[0].set_score is None
    assert score_sets(scored) == 0


def test_the_shops_own_looks_stay_first(scored, wardrobe):
    look = Look.objects.create(title="Sunday")
    for product in (scored, wardrobe[0], wardrobe[3]):
        look.items.create(product=product)

    first, second = outfits([scored], limit=2).outfits

    assert (first.look, titles(first)) == ("Sunday", ["blouse", "skirt 0", "shoes 0"])
    assert (second.look, second.set_score is None) == (None, False)


def test_what_the_merchant_buries_stays_down(scored, wardrobe):
    Rule.objects.create(kind=Rule.Kind.BURY, product=wardrobe[2], strength=0.9)

    outfit, *_others = outfits([scored]).outfits

    assert titles(outfit) == ["blouse", "skirt 1", "shoes 2"]
    assert outfit.set_score is not None


def test_a_swapped_piece_is_ordered_with_all_that_was_kept(scored, wardrobe):
    options = OutfitOptions(keep=[wardrobe[1].pk], swap="SHOES")

    answer = outfits([scored], options=options, limit=1)

    assert titles(answer.outfits[0]) == ["blouse", "skirt 1", "shoes 2"]
    assert answer.outfits[0].set_score is not None


def test_outfits_of_a_photo_are_ordered_by_pairs(scored):
    photo = PhotoFeatures("fake-style@1", [1.0, 0.0, 0.0], slot=Slot.TOP)

    assert {one.set_score for one in outfits([photo]).outfits} == {None}


def test_a_piece_without_a_vector_is_in_no_set(set_scorer, wardrobe, blouse, make_product):
    unseen = make_product("new shoes", Slot.SHOES)

    score_sets(blouse)

    assert not SetScore.objects.filter(members__contains=[str(unseen.pk)]).exists()
    answer = outfits([blouse], limit=12)
    assert "new shoes" in {title for one in answer.outfits for title in titles(one)}


def test_a_product_that_looks_different_now_is_in_no_scored_set(scored, wardrobe, checkpoints):
    skirt = wardrobe[0]
    queue_embeddings(skirt.recommender_pictures.all(), encoders=[checkpoints["STYLE"]])
    claim = claim_embedding_jobs(limit=10)
    sights = {
        job.picture_id: PictureFeatures({"fake-style@1": [0.0, 1.0, 0.0]}) for job in claim.jobs
    }

    store_embeddings(sights, jobs=claim.jobs, token=claim.token)

    assert SetScore.objects.count() == 6
    assert not SetScore.objects.filter(members__contains=[str(skirt.pk)]).exists()


def test_outfits_with_a_product_that_looks_different_now_are_scored_again(
    scored, wardrobe, checkpoints
):
    PairingJob.objects.create(product=scored, state="DONE")

    forget_set_scores([wardrobe[0].pk])

    job = PairingJob.objects.get()
    assert (job.state, job.due_at > timezone.now()) == ("PENDING", True)


def test_who_gains_a_partner_has_its_outfits_scored_again_once(
    set_scorer, wardrobe, blouse, checkpoints
):
    for product in (blouse, *wardrobe):
        PairingJob.objects.create(product=product, state="DONE")
    refresh_pairings(blouse.pk, score=fake_score)
    gained = set(PairingJob.objects.filter(state="PENDING").values_list("product", flat=True))
    PairingJob.objects.update(state="DONE")

    refresh_pairings(blouse.pk, score=fake_score)

    assert gained == {piece.pk for piece in wardrobe}
    assert not PairingJob.objects.filter(state="PENDING").exists()


def test_without_a_set_scorer_who_gains_a_partner_has_nothing_to_do(wardrobe, blouse):
    PairingJob.objects.create(product=wardrobe[0], state="DONE")

    assert refresh_pairings(blouse.pk, score=fake_score) == 6

    assert PairingJob.objects.get().state == "DONE"


def test_a_set_scorer_that_begins_to_serve_has_every_product_scored(set_scorer, wardrobe, blouse):
    Checkpoint.objects.filter(pk=set_scorer.pk).update(
        state="RETIRED", activated_at="2026-01-01T00:00Z"
    )
    PairingJob.objects.create(product=blouse, state="DONE")

    switch_checkpoint(set_scorer.pk)

    assert PairingJob.objects.get().state == "PENDING"


def test_one_that_comes_back_with_its_scores_has_nothing_to_do(scored, set_scorer):
    Checkpoint.objects.filter(pk=set_scorer.pk).update(
        state="RETIRED", activated_at="2026-01-01T00:00Z"
    )
    PairingJob.objects.create(product=scored, state="DONE")

    switch_checkpoint(set_scorer.pk)

    assert PairingJob.objects.get().state == "DONE"
    assert titles(outfits([scored]).outfits[0]) == ["blouse", "skirt 2", "shoes 2"]


def test_what_a_retired_one_said_goes_with_the_repair(scored, set_scorer):
    Checkpoint.objects.filter(pk=set_scorer.pk).update(state="RETIRED")

    repair()

    assert not SetScore.objects.exists()


@pytest.mark.parametrize("numbers", [[0.1, 0.5, 0.3], [3.0, -2.0, 9.0]])
def test_numbers_laid_over_others_keep_their_order_and_take_their_spread(numbers):
    laid = set_scores.rescale(numbers, [0.4, 0.6, 0.8])

    assert sum(laid) == pytest.approx(1.8)
    assert sorted(laid, key=dict(zip(laid, numbers, strict=True)).get) == sorted(laid)
    assert pstdev(laid) == pytest.approx(pstdev([0.4, 0.6, 0.8]))


def test_a_judge_that_says_the_same_of_all_leaves_them_equal():
    assert set_scores.rescale([0.7, 0.7], [0.2, 0.4]) == pytest.approx([0.3, 0.3])
    assert set_scores.rescale([], []) == []

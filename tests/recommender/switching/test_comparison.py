"""A new checkpoint is compared with the serving one before it is let near a shopper."""

import random
import time

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from recommender.models import (
    Checkpoint,
    ComparisonRun,
    Embedding,
    EmbeddingJob,
    Pairing,
    Picture,
    active_checkpoint,
)
from recommender.models.comparisons import ABANDONED
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from recommender.switching import comparison as selector
from recommender.switching import comparison_runs
from recommender.switching.cards import NoCheckpoint
from recommender.switching.checkpoints import CannotSwitch, switch_checkpoint
from recommender.switching.comparison import Comparison, comparison
from recommender.switching.comparison_runs import (
    ask_for_comparison,
    stored_comparison,
    work_off_comparisons,
)
from recommender.switching.coverage import coverage_of
from recommender.testing import give_vectors
from tests.recommender.rivals import turned

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


def test_the_same_vectors_change_nothing(tops, rival):
    same = rival()
    for top in tops:
        give_vectors(top, checkpoint=same, vector=_cover(top))

    compared = comparison(same)

    assert (compared.overlap, compared.most_changed, len(compared.overlaps)) == (1.0, [], 10)
    assert compared.bands[0] == ("All the same", 10)


def _cover(top):
    return top.recommender_pictures.get().embeddings.get(checkpoint__purpose="VISUAL").vector


def test_what_is_new_and_what_is_gone_is_named(tops, rival):
    turned(tops, other := rival())

    compared = comparison(other)

    first = next(one for one in compared.compared if one.product == tops[0])
    assert titles(first.before) == [f"top {n}" for n in range(1, 9)]
    assert titles(first.after) == [f"top {n}" for n in range(9, 1, -1)]
    assert (first.gone, first.new, first.overlap) == ({tops[1].pk}, {tops[9].pk}, 7 / 8)


def test_the_most_changed_come_first_and_the_bands_count_them_all(tops, rival):
    turned(tops[:4], other := rival())  # the others have no strip any more

    compared = comparison(other)

    assert [one.overlap for one in compared.compared] == sorted(compared.overlaps)
    assert sum(count for _label, count in compared.bands) == len(compared.overlaps)


def test_of_many_only_the_least_alike_are_kept(tops, rival, monkeypatch):
    monkeypatch.setattr(selector, "MOST_CHANGED", 3)
    turned(tops[:4], other := rival())

    compared = comparison(other)

    kept = [one.overlap for one in compared.compared]
    assert (kept, len(compared.overlaps)) == (sorted(compared.overlaps)[:3], 10)


def test_comparing_changes_nothing_that_shoppers_see(tops, rival):
    turned(tops, other := rival())

    comparison(other)

    other.refresh_from_db()
    assert other.state == Checkpoint.State.BUILDING
    assert titles(similar_products(tops[0]))[0] == "top 1"


def test_a_sample_is_the_same_each_time_and_says_its_size(tops, rival):
    turned(tops, other := rival())

    once, again, another = (comparison(other, sample=4, seed=seed) for seed in (0, 0, 1))

    asked = [{one.product.pk for one in each.compared} for each in (once, again, another)]
    assert (len(asked[0]), once.is_sample, once.products) == (4, True, 10)
    assert asked[0] == asked[1] != asked[2]


def test_a_worker_reports_how_far_it_is_and_what_it_found_is_kept(tops, rival, monkeypatch):
    monkeypatch.setattr(comparison_runs, "REPORT_EVERY", 1)
    turned(tops, other := rival())
    found = comparison(other)
    run = ask_for_comparison(other)

    work_off_comparisons()

    run.refresh_from_db()
    kept = stored_comparison(run)
    assert (run.done, run.wanted, run.finished_at is None) == (9, 10, False)
    assert (kept.between, kept.bands) == (pytest.approx(found.between, abs=1e-3), found.bands)
    assert [titles(one.after) for one in kept.most_changed] == [
        titles(one.after) for one in found.most_changed
    ]


def test_a_comparison_that_a_worker_abandoned_is_begun_again(tops, rival):
    run = ask_for_comparison(rival())
    due = ComparisonRun.objects.due()

    begun = ComparisonRun.objects.filter(pk=run.pk)
    begun.update(reported_at=timezone.now())
    assert not due.exists()
    begun.update(reported_at=timezone.now() - ABANDONED)

    assert due.get() == run


def test_asking_again_draws_another_sample_but_not_while_one_is_compared(tops, rival):
    other = rival()

    assert [ask_for_comparison(other).seed for _time in range(2)] == [0, 0]
    work_off_comparisons()

    assert ask_for_comparison(other).seed == 1


def test_a_figure_of_few_products_says_how_little_it_knows(tops, rival):
    turned(tops, other := rival())

    few, more, everything = (comparison(other, sample=sample) for sample in (2, 8, 10))

    assert few.margin > more.margin > 0
    assert everything.margin == 0
    assert everything.between == (everything.overlap, everything.overlap)


def test_products_that_happen_to_agree_are_no_certainty(tops, rival):
    same = rival()
    for top in tops:
        give_vectors(top, checkpoint=same, vector=_cover(top))

    low, high = comparison(same, sample=3).between

    assert (low < 0.7, high) == (True, 1.0)


def test_95_times_in_100_the_overlap_of_all_lies_where_a_dozen_say():
    chance = random.Random(0)  # noqa: S311 -- no secret is drawn
    shop = [chance.betavariate(0.5, 0.7) for _product in range(1000)]
    everything = sum(shop) / len(shop)

    between = [figures(chance.sample(shop, 12), of=1000).between for _time in range(400)]

    assert sum(low <= everything <= high for low, high in between) >= 0.95 * 400


def figures(overlaps, *, of):
    """A comparison of which only the figures are known."""
    return Comparison(None, None, None, judged=0, products=of, silent=0, overlaps=overlaps)


def test_a_style_encoder_is_compared_by_style_search_not_by_stored_pairings(
    checkpoints, blouse, skirt, boots, looks_like, rival
):
    for degrees, product in ((0, blouse), (10, skirt), (20, boots)):
        looks_like(product, style=degrees)
    Pairing.objects.create(
        product=blouse, partner=boots, scorer=checkpoints["PAIR"], slot="SHOES", score=0.9
    )
    other = rival("STYLE")
    for product, vector in ((blouse, [1, 0, 0]), (skirt, [0.1, 1, 0]), (boots, [0.9, 0.1, 0])):
        give_vectors(product, checkpoint=other, vector=vector)

    one = next(one for one in comparison(other).compared if one.product == blouse)

    assert (titles(one.before), titles(one.after)) == (["skirt", "boots"], ["boots", "skirt"])


def test_a_scorer_is_compared_by_the_pairings_it_has_stored(
    checkpoints, blouse, skirt, boots, make_product, rival
):
    other = rival("PAIR")
    for scorer, partner in ((checkpoints["PAIR"], skirt), (other, boots)):
        Pairing.objects.create(
            product=blouse, partner=partner, scorer=scorer, slot="BOTTOM", score=0.9
        )

    compared = comparison(other)

    one = next(one for one in compared.compared if one.product == blouse)
    assert (titles(one.before)[0], titles(one.after)[0]) == ("skirt", "boots")
    assert compared.judged == 1


def test_coverage_says_in_words_what_is_missing(tops, rival):
    turned(tops[:8], other := rival())
    failed = tops[8].recommender_pictures.get()
    EmbeddingJob.objects.create(picture=failed, checkpoint=other, sha256="0" * 64, state="DEAD")

    coverage = coverage_of(other)

    assert (coverage.made, coverage.waiting, coverage.failed) == (8, 1, 1)
    assert coverage.sentence == (
        "8 of 10 pictures have their vectors; missing: 1 not seen yet and 1 that it could not "
        f"read, for instance {failed.name}."
    )


@pytest.mark.parametrize(("missing", "is_enough"), [(1, True), (2, False)])
def test_999_of_1000_pictures_are_enough(blouse, rival, missing, is_enough):
    other = rival()
    pictures = Picture.objects.bulk_create(
        Picture(product=blouse, name=f"{n}.jpg", sha256="0" * 64) for n in range(1000)
    )
    _see(pictures[missing:], other)

    assert coverage_of(other).is_enough is is_enough


def test_a_version_that_lacks_pictures_does_not_switch_and_says_so(tops, rival):
    turned(tops[:9], other := rival())

    with pytest.raises(CannotSwitch, match=r"99.9%.*9 of 10 pictures.*1 not seen yet"):
        switch_checkpoint(other.pk)

    assert active_checkpoint("VISUAL").name == "fake-visual"


def test_an_encoder_that_fails_on_everything_never_serves(tops, rival):
    other = rival()
    for picture in Picture.objects.all():
        EmbeddingJob.objects.create(
            picture=picture, checkpoint=other, sha256="0" * 64, state="DEAD"
        )

    with pytest.raises(CannotSwitch, match="10 that it could not read"):
        switch_checkpoint(other.pk)


def test_a_scorer_whose_vectors_nobody_keeps_up_is_not_rolled_back_to(checkpoints, rival):
    old = rival("PAIR", reads="embeddings of gone@1", state="RETIRED", activated_at=timezone.now())

    with pytest.raises(NoCheckpoint, match="Activate that encoder first"):
        switch_checkpoint(old.pk)


def test_rolling_back_takes_less_than_a_second_in_a_shop_of_hundreds(checkpoints, blouse, rival):
    old, new = checkpoints["VISUAL"], rival()
    pictures = Picture.objects.bulk_create(
        Picture(product=blouse, name=f"{n}.jpg", sha256="0" * 64) for n in range(600)
    )
    _see(pictures, old)
    _see(pictures, new)
    switch_checkpoint(new.pk)

    started = time.perf_counter()
    switch_checkpoint(old.pk)

    assert time.perf_counter() - started < 1
    assert active_checkpoint("VISUAL") == old


def _see(pictures, checkpoint):
    vector = [1.0] + [0.0] * (checkpoint.dimension - 1)
    Embedding.objects.bulk_create(
        Embedding(picture=one, checkpoint=checkpoint, sha256=one.sha256, vector=vector)
        for one in pictures
    )


def test_rolling_back_does_not_wait_for_pictures_that_came_since(checkpoints, tops, rival):
    turned(tops, other := rival())
    switch_checkpoint(other.pk)
    Picture.objects.filter(product=tops[9]).update(sha256="f" * 64)

    assert switch_checkpoint(checkpoints["VISUAL"].pk).state == Checkpoint.State.ACTIVE

    assert EmbeddingJob.objects.get().picture.product == tops[9]


def test_the_command_prints_the_same_report(tops, rival, capsys):
    turned(tops, rival())

    call_command("compare_checkpoints", "rival@2")

    printed = capsys.readouterr().out
    assert "Similar: rival@2 beside fake-visual@1" in printed
    assert "overlap@8" in printed
    assert "gone: top" in printed


def test_the_command_lists_what_is_known(checkpoints):
    with pytest.raises(CommandError, match=r"no checkpoint 'x'; known are: fake-scorer@1"):
        call_command("compare_checkpoints", "x")


def test_the_first_answers_of_goes_with_are_what_is_compared(tops, rival, skirt, looks_like):
    looks_like(skirt)
    other = rival("STYLE")

    one = next(one for one in comparison(other).compared if one.product == skirt)

    assert titles(one.before) == titles(goes_with(skirt, limit=8))

"""A new checkpoint is compared with the serving one before it is let near a shopper."""

import time

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.utils import timezone

from recommender.models import Checkpoint, Embedding, EmbeddingJob, Pairing, Picture
from recommender.selectors.checkpoints import active_checkpoint
from recommender.selectors.comparison import comparison
from recommender.selectors.coverage import coverage_of
from recommender.selectors.goes_with import goes_with
from recommender.selectors.similar import similar_products
from recommender.services.checkpoints import CannotSwitch, NoCheckpoint, switch_checkpoint
from recommender.testing import give_vectors

pytestmark = pytest.mark.django_db

PAGE = "/admin/recommender/checkpoint/"


def titles(strip):
    return [item.product.title for item in strip.items]


@pytest.fixture
def rival(checkpoints):
    """A checkpoint of a purpose that is built in the shadow; by default of the visual one."""
    Checkpoint.objects.update(activated_at=timezone.now())

    def make(purpose="VISUAL", **fields):
        like = checkpoints[purpose]
        plain = {"dimension": like.dimension, "parts": [], "reads": like.reads}
        return Checkpoint.objects.create(
            name="rival", version="2", purpose=purpose, **(plain | fields)
        )

    return make


@pytest.fixture
def tops(make_product, looks_like):
    """Ten tops in the order of their likeness to the first."""
    made = [make_product(f"top {number}") for number in range(10)]
    return [looks_like(top, shape=n * 8, colour=n * 8) for n, top in enumerate(made)]


def turned(tops, checkpoint):
    """Give them vectors in the opposite order: what was far from the first is near."""
    for number, top in enumerate(tops):
        closeness = 1 if number == 0 else number / 10
        give_vectors(top, checkpoint=checkpoint, vector=[closeness, (1 - closeness**2) ** 0.5, 0])


def test_the_same_vectors_change_nothing(tops, rival):
    same = rival()
    for top in tops:
        give_vectors(top, checkpoint=same, vector=_cover(top))

    compared = comparison(same)

    assert (compared.overlap, compared.most_changed, len(compared.compared)) == (1.0, [], 10)
    assert compared.bands[0] == ("All the same", 10)


def _cover(top):
    return top.recommender_pictures.get().embeddings.get(checkpoint__purpose="VISUAL").vector


def test_what_is_new_and_what_is_gone_is_named(tops, rival):
    turned(tops, other := rival())

    compared = comparison(other)

    first = next(one for one in compared.compared if one.product == tops[0])
    assert titles(first.before) == [f"top {n}" for n in range(1, 9)]
    assert titles(first.after) == [f"top {n}" for n in range(9, 1, -1)]
    assert (first.dropped, first.new, first.overlap) == ({tops[1].pk}, {tops[9].pk}, 7 / 8)


def test_the_most_changed_come_first_and_the_bands_count_them_all(tops, rival):
    turned(tops[:4], other := rival())  # the others have no strip any more

    compared = comparison(other)

    overlaps = [one.overlap for one in compared.compared]
    assert overlaps == sorted(overlaps)
    assert sum(count for _label, count in compared.bands) == len(compared.compared)


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


def test_the_page_shows_old_above_new_and_marks_what_differs(admin_client, tops, rival):
    turned(tops, other := rival())

    page = admin_client.get(f"{PAGE}{other.pk}/compare/").content.decode()

    assert "All 10 pictures have their vectors." in page
    assert 'class="reco-gone"' in page
    assert 'class="reco-new"' in page
    assert f"{PAGE}{other.pk}/switch/" in page


def test_the_list_leads_to_comparing_and_switching(admin_client, tops, rival):
    other = rival()

    page = admin_client.get(PAGE).content.decode()

    assert page.count("/compare/") == page.count("/switch/") == 1
    assert f"{PAGE}{other.pk}/compare/" in admin_client.get(f"{PAGE}{other.pk}/change/").text


def test_switching_asks_first_and_notes_who_and_when(admin_client, admin_user, tops, rival):
    turned(tops, other := rival())
    address = f"{PAGE}{other.pk}/switch/"

    assert "Yes, switch to rival@2" in admin_client.get(address).text
    assert active_checkpoint("VISUAL").name == "fake-visual"
    admin_client.post(address)

    assert active_checkpoint("VISUAL") == other
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(other.pk))
    assert "Switched: rival@2 serves “Similar” now instead of fake-visual@1" in str(entry)


def test_the_one_before_is_a_click_away(admin_client, checkpoints, tops, rival):
    turned(tops, other := rival())
    admin_client.post(f"{PAGE}{other.pk}/switch/")
    address = f"{PAGE}{checkpoints['VISUAL'].pk}/switch/"

    assert "Yes, roll back to fake-visual@1" in admin_client.get(address).text
    page = admin_client.post(address, follow=True).text

    assert active_checkpoint("VISUAL") == checkpoints["VISUAL"]
    assert "Rolled back: fake-visual@1 serves" in page


def test_a_version_that_lacks_pictures_has_no_button_and_no_way_round(admin_client, tops, rival):
    address = f"{PAGE}{rival().pk}/switch/"

    assert "Yes, switch" not in admin_client.get(address).text
    page = admin_client.post(address, follow=True).text

    assert "0 of 10 pictures" in page
    assert active_checkpoint("VISUAL").name == "fake-visual"
    assert not LogEntry.objects.exists()


def test_an_assistant_may_compare_but_not_switch(client, tops, rival):
    turned(tops, other := rival())
    ada = User.objects.create_user("ada", is_staff=True)
    ada.user_permissions.add(Permission.objects.get(codename="view_checkpoint"))
    client.force_login(ada)

    page = client.get(f"{PAGE}{other.pk}/compare/")

    assert page.status_code == 200
    assert "/switch/" not in page.text + client.get(PAGE).text
    assert client.post(f"{PAGE}{other.pk}/switch/").status_code == 403


def test_a_stranger_is_sent_away(client, rival):
    other = rival()

    assert client.get(f"{PAGE}{other.pk}/compare/").status_code == 302
    assert client.post(f"{PAGE}{other.pk}/switch/").status_code == 302


def test_what_serves_is_not_compared_with_itself(admin_client, checkpoints, tops):
    page = admin_client.get(f"{PAGE}{checkpoints['VISUAL'].pk}/compare/")

    assert "serves now: there is nothing to compare it with" in page.text


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

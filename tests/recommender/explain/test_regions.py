"""Where in the pictures: asked of a worker once, told in words, drawn in the inspector."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import translation

from recommender import broker
from recommender.broker import NoWorker
from recommender.explain.region_searches import (
    PATIENCE,
    PAUSE,
    StillSearching,
    claim_search,
    store_regions,
)
from recommender.explain.regions import regions
from recommender.explain.why import why
from recommender.models import Pairing, Picture, RegionSearch
from recommender.strips.similar import Likeness

pytestmark = pytest.mark.django_db


def seen(**changes):
    """What a worker says of one picture."""
    region = {
        "row": "upper",
        "column": "left",
        "part": "shape",
        "score": 0.83,
        "drop": 0.21,
        "box": [0.25, 0.125, 0.5, 0.375],
        "frame": [0.25, 0.125, 0.75, 0.875],
        "heat": [[1.0, 0.5], [0.2, 0.0]],
    }
    return region | changes


FOUND = [seen(), seen(row="lower", column="centre", drop=0.1, part="colour")]


class Workers:
    """Workers that hear of each question at once and always see the same; `asked` are the questions."""

    def __init__(self):
        self.asked = []
        self.found = FOUND

    def hear(self, _bell):
        while search := claim_search():
            self.asked.append(search.question)
            if self.found is not None:
                store_regions(search, self.found)


@pytest.fixture(autouse=True)
def _somebody_is_there(monkeypatch):
    monkeypatch.setattr(broker, "has_worker", lambda: True)


@pytest.fixture
def worker(monkeypatch):
    workers = Workers()
    monkeypatch.setattr(broker, "ring", workers.hear)
    return workers


@pytest.fixture
def near(make_product, make_picture, looks_like, blouse):
    product = make_product("near")
    for degrees, one in ((0, blouse), (10, product)):
        make_picture(one)
        looks_like(one, shape=degrees, colour=degrees)
    return product


@pytest.fixture
def ask(blouse, near):
    def find(other=near, strip="SIMILAR", **asked):
        """Click, and click once more."""
        explanation = why(blouse, other, strip=strip, **asked)
        try:
            return regions(blouse, other, strip=strip, explanation=explanation)
        except StillSearching:
            return regions(blouse, other, strip=strip, explanation=explanation)

    return find


@pytest.fixture
def inspect(admin_client, blouse, near):
    def get(words=(), **query):
        words = dict(words)
        asked = {"other": "near", "strip": "SIMILAR", "regions": "on"} | query
        address = f"/admin/fashionshop/product/{blouse.pk}/inspect/"
        page = admin_client.get(address, asked, **words)
        return (
            page
            if "data-ask-again" not in page.content.decode()
            else admin_client.get(address, asked, **words)
        )

    return get


def test_each_picture_has_its_region_in_words(ask, worker, blouse, near):
    first, second = ask()

    assert (first.product, second.product) == (blouse.pk, near.pk)
    assert first.text == (
        "With the upper left covered, the score falls most: by 25 %, mainly in shape"
    )
    assert "lower middle" in second.text
    assert "colour" in second.text


def test_a_worker_is_asked_about_the_first_pictures_and_the_serving_encoder(ask, worker, near):
    ask()

    assert worker.asked[0]["pictures"][1] == Picture.objects.filter(product=near).first().pk
    assert worker.asked[0]["encoder"] == "fake-visual@1"
    assert worker.asked[0]["weights"] == pytest.approx({"shape": 0.83125, "colour": 0.16875})
    assert worker.asked[0]["scorer"] == ""


def test_the_second_time_nobody_is_asked(ask, worker):
    assert ask() == ask()

    assert len(worker.asked) == 1


def test_a_new_picture_or_another_weight_is_looked_at_anew(ask, worker, near):
    ask()
    ask(likeness=Likeness(0.5))
    Picture.objects.filter(product=near).update(sha256="1" * 64)
    ask()

    assert len(worker.asked) == 3


def test_a_stored_pairing_is_judged_by_its_scorer(ask, worker, blouse, skirt, make_picture):
    scorer = Pairing._meta.get_field("scorer").related_model.objects.get(purpose="PAIR")
    make_picture(skirt)
    Pairing.objects.create(product=blouse, partner=skirt, scorer=scorer, slot="BOTTOM", score=0.9)

    ask(skirt, "GOES_WITH")

    assert (worker.asked[0]["scorer"], worker.asked[0]["encoder"]) == (
        "fake-scorer@1",
        "fake-visual@1",
    )


def test_without_a_pairing_style_is_judged(ask, worker, blouse, skirt, make_picture, looks_like):
    make_picture(skirt)
    looks_like(skirt)

    ask(skirt, "GOES_WITH")

    assert (worker.asked[0]["scorer"], worker.asked[0]["encoder"]) == ("", "fake-style@1")


def test_a_product_without_a_picture_has_no_regions(ask, worker, near):
    Picture.objects.filter(product=near).delete()

    assert ask() == []
    assert worker.asked == []


def test_where_nothing_stands_out_nothing_is_named(ask, worker):
    worker.found = [seen(drop=0.001)] * 2

    assert "No single area stands out" in ask()[0].text


def test_who_asks_first_is_told_that_a_worker_looks_and_does_not_wait(ask, bells):
    with pytest.raises(StillSearching, match="Ask again"):
        ask()

    assert RegionSearch.objects.get().regions is None


def test_while_a_worker_looks_it_is_not_asked_once_more(ask, worker):
    worker.found = None

    for _time in range(3):
        with pytest.raises(StillSearching):
            ask()

    assert len(worker.asked) == 1


def test_a_worker_that_stays_silent_is_named_and_asked_again_after_a_pause(ask, worker):
    worker.found = None
    with pytest.raises(StillSearching):
        ask()

    RegionSearch.objects.update(asked_at=F("asked_at") - PATIENCE)
    with pytest.raises(NoWorker, match="try again"):
        ask()
    RegionSearch.objects.update(asked_at=F("asked_at") - PAUSE)
    worker.found = FOUND

    assert len(ask()) == 2
    assert len(worker.asked) == 2


def test_where_no_worker_is_there_it_is_said_at_once(ask, worker, monkeypatch):
    monkeypatch.setattr(broker, "has_worker", lambda: False)

    with pytest.raises(NoWorker, match="cannot be looked at now"):
        ask()

    assert not RegionSearch.objects.exists()


def test_a_file_that_is_gone_is_asked_for_again_later(ask, worker):
    worker.found = []
    assert ask() == []
    assert ask() == []

    worker.found = FOUND
    RegionSearch.objects.update(asked_at=F("asked_at") - PATIENCE - PAUSE)

    assert len(ask()) == 2
    assert len(worker.asked) == 2


def test_one_worker_takes_a_search_and_no_other(ask, monkeypatch):
    monkeypatch.setattr(broker, "ring", lambda _bell: None)
    with pytest.raises(StillSearching):
        ask()

    assert claim_search() is not None
    assert claim_search() is None


def test_what_nobody_has_asked_for_in_a_month_is_forgotten(ask, worker, near):
    ask()
    RegionSearch.objects.update(asked_at=F("asked_at") - timedelta(days=31))

    ask(likeness=Likeness(0.5))

    assert RegionSearch.objects.count() == 1


def test_the_inspector_draws_a_box_and_heat_over_both_pictures(inspect, worker):
    page = inspect().content.decode()

    assert page.count("<figure>") == 2
    assert page.count('class="reco-box"') == 2
    assert '<rect class="reco-box" x="250" y="125" width="250" height="250"/>' in page
    assert page.count('class="reco-heat"') == 4


def test_the_drawing_is_told_in_words_too(inspect, worker):
    page = inspect().content.decode()

    assert 'aria-label="near: With the lower middle covered' in page


def test_the_drawing_has_no_decimal_comma(inspect, worker):
    with translation.override("de"):
        page = inspect({"HTTP_ACCEPT_LANGUAGE": "de"}).content.decode()

    assert 'fill-opacity="0.55"' in page


def test_nobody_is_asked_unless_the_merchant_wants_it(inspect, worker):
    page = inspect(regions="").content.decode()

    assert worker.asked == []
    assert "<figure>" not in page


def test_the_inspector_asks_again_by_itself_while_a_worker_looks(inspect, bells):
    page = inspect().content.decode()

    assert 'role="status" data-ask-again-seconds="2"' in page
    assert "recommender/inspector.js" in page
    assert "It is shown, at rank 1." in page
    assert page.count("<figure>") == 0


def test_the_inspector_says_so_when_no_worker_answers(inspect, bells):
    inspect()
    RegionSearch.objects.update(asked_at=F("asked_at") - PATIENCE)

    page = inspect().content.decode()

    assert "The pictures cannot be looked at now." in page
    assert "data-ask-again" not in page
    assert "It is shown, at rank 1." in page


def test_what_is_not_shown_has_no_region(inspect, worker, near):
    type(near).objects.filter(pk=near.pk).update(stock=0)

    assert "has no score to look for" in inspect().content.decode()
    assert worker.asked == []


def test_the_api_gives_regions_where_they_are_asked_for(client, worker, blouse, near):
    address = f"/api/v1/products/{blouse.pk}/why/{near.pk}"
    client.get(address, {"regions": "true"})

    first, _second = client.get(address, {"regions": "true"}).json()["regions"]

    assert (first["product"], first["place"], first["part"]) == (
        str(blouse.pk),
        "upper left",
        "shape",
    )
    assert first["box"] == [0.25, 0.125, 0.5, 0.375]
    assert client.get(address).json()["regions"] == []
    assert len(worker.asked) == 1


def test_the_api_answers_all_else_at_once_and_says_when_to_ask_for_the_regions(
    client, bells, blouse, near
):
    reply = client.get(f"/api/v1/products/{blouse.pk}/why/{near.pk}", {"regions": "true"})

    assert (reply.status_code, reply["Retry-After"]) == (202, "2")
    assert reply.json()["placement"]["rank"] == 1
    assert reply.json()["regions"] == []


def test_the_api_says_that_no_worker_answers(client, bells, blouse, near):
    address = f"/api/v1/products/{blouse.pk}/why/{near.pk}"
    client.get(address, {"regions": "true"})
    RegionSearch.objects.update(asked_at=F("asked_at") - PATIENCE)

    reply = client.get(address, {"regions": "true"})

    assert (reply.status_code, reply.json()["code"]) == (503, "no_worker")
    assert (
        reply.json()["detail"]
        == "The pictures cannot be looked at now. Please try again in a moment."
    )
    assert reply["Retry-After"]

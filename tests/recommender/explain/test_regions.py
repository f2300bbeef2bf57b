"""Where in the pictures: asked of a worker once, told in words, drawn in the inspector."""

import pytest
from django.core.cache import cache
from django.utils import translation

from recommender import broker
from recommender.broker import NoWorker
from recommender.explain import regions as selector
from recommender.explain.regions import regions
from recommender.explain.why import why
from recommender.models import Pairing, Picture

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


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    cache.clear()


@pytest.fixture
def worker(monkeypatch):
    """A worker that always sees the same; returns the questions it was put."""
    asked = []

    def look(**question):
        asked.append(question)
        return {"regions": [seen(), seen(row="lower", column="centre", drop=0.1, part="colour")]}

    monkeypatch.setattr(selector, "ask_regions", look)
    return asked


@pytest.fixture
def near(make_product, make_picture, looks_like, blouse):
    product = make_product("near")
    for degrees, one in ((0, blouse), (10, product)):
        make_picture(one)
        looks_like(one, shape=degrees, colour=degrees)
    return product


@pytest.fixture
def ask(blouse, near):
    def find(other=near, strip="SIMILAR", **words):
        return regions(
            blouse, other, strip=strip, explanation=why(blouse, other, strip=strip), **words
        )

    return find


@pytest.fixture
def inspect(admin_client, blouse, near):
    def get(**query):
        asked = {"other": "near", "strip": "SIMILAR", "regions": "on"} | query
        return admin_client.get(f"/admin/fashionshop/product/{blouse.pk}/inspect/", asked)

    return get


def test_each_picture_has_its_region_in_words(ask, worker, blouse, near):
    first, second = ask()

    assert (first.product, second.product) == (blouse.pk, near.pk)
    assert first.text == (
        "With the upper left covered, the score falls most: by 0.21 of 0.83, mainly in shape"
    )
    assert "lower middle" in second.text
    assert "colour" in second.text


def test_a_worker_is_asked_about_the_first_pictures_and_the_serving_encoder(ask, worker, near):
    ask()

    assert worker[0]["pictures"][1] == Picture.objects.filter(product=near).first().pk
    assert worker[0]["encoder"] == "fake-visual@1"
    assert worker[0]["weights"] == {"shape": 0.85, "colour": 0.15}
    assert worker[0]["scorer"] == ""


def test_the_second_time_nobody_is_asked(ask, worker):
    assert ask() == ask()

    assert len(worker) == 1


def test_a_new_picture_or_another_weight_is_looked_at_anew(ask, worker, near):
    ask()
    ask(colour_weight=0.5)
    Picture.objects.filter(product=near).update(sha256="1" * 64)
    ask()

    assert len(worker) == 3


def test_a_stored_pairing_is_judged_by_its_scorer(ask, worker, blouse, skirt, make_picture):
    scorer = Pairing._meta.get_field("scorer").related_model.objects.get(purpose="PAIR")
    make_picture(skirt)
    Pairing.objects.create(product=blouse, partner=skirt, scorer=scorer, slot="BOTTOM", score=0.9)

    ask(skirt, "GOES_WITH")

    assert (worker[0]["scorer"], worker[0]["encoder"]) == ("fake-scorer@1", "fake-visual@1")


def test_without_a_pairing_style_is_judged(ask, worker, blouse, skirt, make_picture, looks_like):
    make_picture(skirt)
    looks_like(skirt)

    ask(skirt, "GOES_WITH")

    assert (worker[0]["scorer"], worker[0]["encoder"]) == ("", "fake-style@1")


def test_a_product_without_a_picture_has_no_regions(ask, worker, near):
    Picture.objects.filter(product=near).delete()

    assert ask() == []
    assert worker == []


def test_where_nothing_stands_out_nothing_is_named(ask, monkeypatch):
    monkeypatch.setattr(selector, "ask_regions", lambda **_: {"regions": [seen(drop=0.001)] * 2})

    assert "No single area stands out" in ask()[0].text


def test_a_worker_of_yesterday_is_no_worker(ask, monkeypatch):
    monkeypatch.setattr(selector, "ask_regions", lambda **_: {})

    with pytest.raises(NoWorker, match="try again"):
        ask()


def test_a_file_that_is_gone_is_asked_for_again(ask, monkeypatch, worker):
    with monkeypatch.context() as patch:
        patch.setattr(selector, "ask_regions", lambda **_: {"regions": []})
        assert ask() == []

    assert len(ask()) == 2


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
        page = inspect(HTTP_ACCEPT_LANGUAGE="de").content.decode()

    assert 'fill-opacity="0.55"' in page


def test_nobody_is_asked_unless_the_merchant_wants_it(inspect, worker):
    page = inspect(regions="").content.decode()

    assert worker == []
    assert "<figure>" not in page


def test_the_inspector_says_so_when_no_worker_answers(inspect, monkeypatch):
    def nobody(**_question):
        raise NoWorker(NoWorker.__doc__)

    monkeypatch.setattr(selector, "ask_regions", nobody)
    page = inspect()

    assert page.status_code == 200
    assert "No worker answered in time. Please try again" in page.content.decode()
    assert "It is shown, at rank 1." in page.content.decode()


def test_what_is_not_shown_has_no_region(inspect, worker, near):
    type(near).objects.filter(pk=near.pk).update(stock=0)

    assert "has no score to look for" in inspect().content.decode()
    assert worker == []


def test_the_api_gives_regions_where_they_are_asked_for(client, worker, blouse, near):
    address = f"/api/v1/products/{blouse.pk}/why/{near.pk}"

    first, _second = client.get(address, {"regions": "true"}).json()["regions"]

    assert (first["product"], first["place"], first["part"]) == (
        str(blouse.pk),
        "upper left",
        "shape",
    )
    assert first["box"] == [0.25, 0.125, 0.5, 0.375]
    assert client.get(address).json()["regions"] == []
    assert len(worker) == 1


def test_the_api_says_that_no_worker_answers(client, monkeypatch, blouse, near):
    def nobody(**_question):
        raise NoWorker(NoWorker.__doc__)

    monkeypatch.setattr(selector, "ask_regions", nobody)
    reply = client.get(f"/api/v1/products/{blouse.pk}/why/{near.pk}", {"regions": "true"})

    assert (reply.status_code, reply.json()["code"]) == (503, "no_worker")
    assert reply.json()["detail"] == "No worker answered in time. Please try again in a moment."
    assert reply["Retry-After"]


@pytest.fixture
def busy(bells, redis_url, settings):
    """Workers that hear of a question and answer none in time."""
    settings.RECOMMENDER = settings.RECOMMENDER | {"PHOTO_TIMEOUT_SECONDS": 0.1}
    return bells


def test_workers_that_are_busy_cost_the_view_alone(inspect, busy):
    page = inspect().content.decode()

    assert "No worker answered in time. Please try again in a moment." in page
    assert "It is shown, at rank 1." in page
    assert page.count("<figure>") == 0


def test_what_a_busy_worker_found_in_the_end_is_shown_when_asked_again(ask, busy):
    with pytest.raises(NoWorker, match="try again"):
        ask()
    ((_name, options),) = busy.rung
    broker.send_reply(options["kwargs"]["reply_to"], {"regions": [seen(), seen()]})

    assert len(ask()) == 2
    assert len(busy.rung) == 1

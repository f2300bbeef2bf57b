"""The merchant asks the inspector why a product is, or is not, beside another."""

import pytest
from django.contrib.auth.models import User

from fashionshop.models import Product
from recommender.models import Checkpoint, Rule
from recommender.ranking.calibration import shown_score

pytestmark = pytest.mark.django_db


@pytest.fixture
def tops(make_product, looks_like, blouse):
    made = [make_product(title) for title in ("near", "middle", "far")]
    for degrees, product in zip((0, 10, 40, 80), (blouse, *made), strict=True):
        looks_like(product, shape=degrees, colour=degrees)
    return made


@pytest.fixture
def inspect(admin_client, blouse):
    def get(**query):
        return admin_client.get(f"/admin/fashionshop/product/{blouse.pk}/inspect/", query)

    return get


def test_the_product_page_leads_to_the_inspector(admin_client, blouse):
    page = admin_client.get(f"/admin/fashionshop/product/{blouse.pk}/change/").content.decode()

    assert f"/admin/fashionshop/product/{blouse.pk}/inspect/" in page


@pytest.mark.usefixtures("tops")
def test_the_product_page_shows_the_other_end_of_the_order_too(admin_client, blouse):
    page = admin_client.get(f"/admin/fashionshop/product/{blouse.pk}/change/").context

    assert [row.card.title for row in page["farthest"]] == ["far", "middle", "near"]
    assert page["farthest"][0].score == page["previews"][0].items[-1].item.score


def test_an_empty_inspector_only_asks(inspect, tops):
    page = inspect()

    assert page.status_code == 200
    assert "errorlist" not in page.content.decode()


def test_a_shown_product_is_explained_in_its_place(inspect, tops):
    page = inspect(other="near", strip="SIMILAR").content.decode()

    assert "It is shown, at rank 1." in page
    assert "Similar in shape" in page
    assert page.count('aria-current="true"') == 1


def test_what_is_below_the_end_is_listed_as_not_shown(inspect, tops, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"STRIP_LENGTH": 1}

    page = inspect(other="far", strip="SIMILAR")

    assert "It ranks 3; the strip ends at 1." in page.content.decode()
    assert [row.is_shown for row in page.context["rows"]] == [True, False, False]


@pytest.mark.usefixtures("tops")
def test_strip_inspector_and_parts_agree_on_the_figures(admin_client, inspect, blouse):
    curve = {"kind": "logistic", "a": 9.0, "b": -5.0}
    Checkpoint.objects.filter(purpose="VISUAL").update(calibration=curve)

    previews = admin_client.get(f"/admin/fashionshop/product/{blouse.pk}/change/").context
    shown = [row.item.score for row in previews["previews"][0].items]
    answer = inspect(other="middle", strip="SIMILAR").context
    explanation = answer["explanation"]

    assert [row.score for row in answer["rows"]] == shown
    assert explanation.placement.score == shown[1]
    assert shown_score(explanation.likeness, Checkpoint.objects.get(purpose="VISUAL")) == (
        pytest.approx(shown[1], abs=1e-3)
    )


def test_ranks_run_without_a_gap(inspect, tops, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"STRIP_LENGTH": 2, "DIVERSITY": 0.9}

    rows = inspect(other="near", strip="SIMILAR").context["rows"]

    assert [row.rank for row in rows] == [1, 2, 3]


def test_the_rule_that_hides_it_is_one_click_away(inspect, tops):
    rule = Rule.objects.create(kind="HIDE", product=tops[0])

    assert (
        f"/admin/recommender/rule/{rule.pk}/change/"
        in inspect(other="near", strip="SIMILAR").content.decode()
    )


@pytest.mark.parametrize("by", ["pk", "title"])
def test_a_hidden_product_can_be_inspected(inspect, tops, by):
    Product.objects.filter(pk=tops[0].pk).update(is_published=False)

    page = inspect(other=getattr(tops[0], by), strip="SIMILAR").content.decode()

    assert "Shoppers may not see it." in page


@pytest.mark.parametrize("text", ["nobody", "-1", "’; --", "9" * 100])
def test_a_text_that_names_no_product_says_so(inspect, tops, text):
    page = inspect(other=text, strip="SIMILAR")

    assert "There is no such product." in page.content.decode()


def test_only_who_may_see_products_may_inspect_them(client, blouse):
    client.force_login(User.objects.create_user("assistant", password="x", is_staff=True))

    assert client.get(f"/admin/fashionshop/product/{blouse.pk}/inspect/").status_code == 403

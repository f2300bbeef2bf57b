"""What looks like it: the same kind of thing, to be had now, each design once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashionshop.models import Product
from recommender.models import Checkpoint, Picture, Slot
from recommender.ranking.filters import Filters
from recommender.ranking.question import photo_question
from recommender.strips.similar import Likeness, products_like_vector, similar_products
from recommender.testing import activate_fake_checkpoints, give_vectors
from tests import naive
from tests.effort import examples

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


@pytest.fixture
def tops(make_product, looks_like, blouse):
    """The blouse and three tops, less and less like it."""
    near, middle, far = (make_product(title) for title in ("near", "middle", "far"))
    for degrees, product in ((0, blouse), (10, near), (40, middle), (80, far)):
        looks_like(product, shape=degrees, colour=degrees)
    return [near, middle, far]


def test_what_looks_more_alike_comes_first(blouse, tops):
    strip = similar_products(blouse)

    assert titles(strip) == ["near", "middle", "far"]
    assert [item.rank for item in strip.items] == [1, 2, 3]
    assert strip.items[0].score == pytest.approx(0.985, abs=0.002)


def test_a_strip_names_its_encoder_and_itself(blouse, tops):
    first, second = similar_products(blouse), similar_products(blouse)

    assert first.versions == ("fake-visual@1",)
    assert first.recommendation_id != second.recommendation_id


def test_reasons_name_the_parts_that_are_alike(blouse, make_product, looks_like):
    looks_like(blouse)
    looks_like(make_product("same cut"), shape=5, colour=90)

    (item,) = similar_products(blouse).items

    assert [(reason.code, reason.text) for reason in item.reasons] == [
        ("shape", "Similar in shape"),
        ("category", "The same kind of thing"),
    ]


def test_a_product_is_never_similar_to_itself(blouse, tops, looks_like, checkpoints):
    second_view = Picture.objects.create(product=blouse, name="second.jpg", position=1)
    second_view.embeddings.create(
        checkpoint=checkpoints["VISUAL"], vector=[1.0, *[0.0] * 15, 1.0, 0.0, 0.0]
    )

    assert "blouse" not in titles(similar_products(blouse))


def test_only_the_same_slot_looks_similar(blouse, skirt, looks_like):
    looks_like(blouse)
    looks_like(skirt)

    assert not similar_products(blouse)


def test_a_sold_out_product_is_gone_at_the_next_request(blouse, tops):
    Product.objects.filter(title="near").update(stock=0)

    assert titles(similar_products(blouse)) == ["middle", "far"]


def test_an_unpublished_product_is_gone_at_the_next_request(blouse, tops):
    Product.objects.filter(title="near").update(is_published=False)

    assert titles(similar_products(blouse)) == ["middle", "far"]


def test_a_sold_out_product_still_shows_what_looks_like_it(blouse, tops):
    Product.objects.filter(pk=blouse.pk).update(stock=0, is_published=False)

    assert len(similar_products(blouse).items) == 3


def test_colours_of_its_own_design_are_left_out(blouse, tops):
    Product.objects.filter(title__in=["blouse", "near"]).update(design="B-1")

    assert titles(similar_products(blouse)) == ["middle", "far"]


def test_a_design_is_shown_once_by_its_most_similar_colour(blouse, tops):
    Product.objects.filter(title__in=["near", "middle"]).update(design="T-1")

    assert titles(similar_products(blouse)) == ["near", "far"]


def test_a_design_whose_best_colour_sold_out_is_shown_by_the_next(blouse, tops):
    Product.objects.filter(title__in=["near", "middle"]).update(design="T-1")
    Product.objects.filter(title="near").update(stock=0)

    assert titles(similar_products(blouse)) == ["middle", "far"]


def test_the_best_view_of_a_product_counts(blouse, tops, checkpoints):
    far = Product.objects.get(title="far")
    view = Picture.objects.create(product=far, name="other.jpg", position=1)
    view.embeddings.create(
        checkpoint=checkpoints["VISUAL"], vector=[1.0, *[0.0] * 15, 1.0, 0.0, 0.0]
    )

    assert titles(similar_products(blouse)) == ["far", "near", "middle"]


def test_the_cover_is_what_is_compared(blouse, tops, checkpoints):
    view = Picture.objects.create(product=blouse, name="detail.jpg", position=5)
    view.embeddings.create(
        checkpoint=checkpoints["VISUAL"], vector=[0.0, 1.0, *[0.0] * 14, 0.0, 1.0, 0.0]
    )

    assert titles(similar_products(blouse)) == ["near", "middle", "far"]


@pytest.mark.parametrize(
    ("colour_weight", "first"), [(0.0, "same cut"), (1.0, "same colour"), (None, "same cut")]
)
def test_the_weight_of_colour_changes_the_order(
    blouse, make_product, looks_like, colour_weight, first
):
    looks_like(blouse)
    looks_like(make_product("same cut"), shape=0, colour=80)
    looks_like(make_product("same colour"), shape=80, colour=0)

    assert titles(similar_products(blouse, likeness=Likeness(colour_weight)))[0] == first


def test_equals_are_ordered_by_key(blouse, make_product, looks_like):
    looks_like(blouse)
    twins = [looks_like(make_product(title), shape=20) for title in "cab"]

    found = [item.product.pk for item in similar_products(blouse).items]

    assert found == sorted(twin.pk for twin in twins)


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (2, 2), (50, 3), (None, 3)])
def test_as_many_as_asked_for_come_back_if_they_exist(blouse, tops, limit, count):
    assert len(similar_products(blouse, limit=limit).items) == count


def test_the_length_of_a_strip_is_a_setting(blouse, tops, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"STRIP_LENGTH": 2}

    assert titles(similar_products(blouse)) == ["near", "middle"]


def test_a_product_without_a_vector_has_an_empty_strip(blouse, tops, make_product):
    assert not similar_products(make_product("brand new"))


def test_without_a_checkpoint_the_strip_is_empty(blouse):
    strip = similar_products(blouse)

    assert not strip
    assert strip.versions == ()


def test_a_reply_never_mixes_two_spaces(blouse, tops, make_product):
    other = Checkpoint.objects.create(name="new", version="2", purpose="VISUAL", dimension=19)
    stranger = make_product("stranger")
    give_vectors(stranger, checkpoint=other, vector=[1.0, *[0.0] * 18])

    assert "stranger" not in titles(similar_products(blouse))


def test_encoders_of_different_widths_live_side_by_side(blouse, tops, make_product):
    narrow = Checkpoint.objects.create(name="narrow", version="1", purpose="VISUAL", dimension=3)
    for product in [blouse, *tops]:
        give_vectors(product, checkpoint=narrow, vector=[1.0, 0.0, 0.0])

    assert titles(similar_products(blouse)) == ["near", "middle", "far"]


def test_similar_costs_three_queries_and_the_hosts_prefetch(
    blouse, tops, django_assert_num_queries
):
    with django_assert_num_queries(4):
        similar_products(blouse)


def test_no_vector_leaves_the_database(blouse, tops, django_assert_num_queries, vectors_stay):
    with vectors_stay(), django_assert_num_queries(4):
        similar_products(blouse)


def test_a_photo_that_is_in_no_catalogue_finds_its_like(blouse, tops, checkpoints):
    strip = products_like_vector(
        [1.0, *[0.0] * 15, 1.0, 0.0, 0.0], question=photo_question(), limit=2
    )

    assert titles(strip) == ["blouse", "near"]


def test_a_photo_search_can_be_narrowed_in_the_same_statement(
    blouse, tops, checkpoints, django_assert_num_queries
):
    from django.db.models import Q

    with django_assert_num_queries(4):  # the question, the ranking, cards, the host's pictures
        strip = products_like_vector(
            [1.0, *[0.0] * 15, 1.0, 0.0, 0.0],
            question=photo_question(),
            filters=Filters(also=Q(title__startswith="m")),
        )

    assert titles(strip) == ["middle"]


def test_a_filter_that_nothing_can_pass_gives_an_empty_strip(tops, checkpoints):
    from django.db.models import Q

    strip = products_like_vector(
        [1.0, *[0.0] * 18], question=photo_question(), filters=Filters(also=Q(pk__in=[]))
    )

    assert not strip


def test_a_slot_with_a_quote_in_a_filter_is_only_text(blouse, tops, checkpoints):
    from django.db.models import Q

    strip = products_like_vector(
        [1.0, *[0.0] * 18],
        question=photo_question(),
        filters=Filters(also=Q(title="%s'; {columns} --")),
    )

    assert not strip


# Directions that half precision holds exactly, so that both twins see the same numbers.
DIRECTIONS = st.sampled_from([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)])
GARMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "shape": DIRECTIONS,
            "colour": DIRECTIONS,
            "design": st.sampled_from(["", "A", "B"]),
            "stock": st.integers(0, 1),
            "is_published": st.booleans(),
        }
    ),
    max_size=12,
)


@examples(30)
@given(garments=GARMENTS, limit=st.integers(0, 6), weight=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_if_k_eligible_products_exist_k_come_back_in_the_order_of_the_definition(
    make_product, garments, limit, weight
):
    Product.objects.all().delete()
    visual = activate_fake_checkpoints()["VISUAL"]
    anchor = make_product("anchor")
    _wear(anchor, visual, shape=(1.0, 0.0), colour=(1.0, 0.0))
    shelf = [_stocked(make_product, visual, number, one) for number, one in enumerate(garments)]

    strip = similar_products(anchor, limit=limit, likeness=Likeness(weight), diversity=0)

    assert [item.product.pk for item in strip.items] == naive.ranked_alike(
        {"shape": (1.0, 0.0), "colour": (1.0, 0.0)},
        shelf,
        weights={"shape": 1 - weight, "colour": weight},
        limit=limit,
    )


def _stocked(make_product, visual, number, garment):
    """Put a garment on the shelf; returns what the naive twin knows of it."""
    fields = {name: garment[name] for name in ("design", "stock", "is_published")}
    product = make_product(f"garment {number}", Slot.TOP, **fields)
    _wear(product, visual, shape=garment["shape"], colour=garment["colour"])
    return {
        "pk": product.pk,
        "group": garment["design"] or product.pk,
        "eligible": bool(garment["stock"] and garment["is_published"]),
        "shape": garment["shape"],
        "colour": garment["colour"],
    }


def _wear(product, visual, *, shape, colour):
    give_vectors(product, checkpoint=visual, vector=[*shape, *[0.0] * 14, *colour, 0.0])

"""Large slots have an index: it proposes, the statement disposes."""

import math

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Q

from fashionshop.models import Category, Product
from recommender.models import Checkpoint, Embedding, Picture, Rule, Slot
from recommender.pipeline import indexes
from recommender.pipeline.consistency import repair
from recommender.pipeline.indexes import note_slots, tend_indexes
from recommender.ranking import shortlist
from recommender.ranking.filters import Filters
from recommender.ranking.question import photo_question, question_about
from recommender.strips.goes_with import goes_with, style_neighbours
from recommender.strips.similar import Likeness, products_like_vector, similar_products
from recommender.testing import work_off
from tests.recommender.plans import indexes_in, plan_of, reads_vectors, table_of

pytestmark = pytest.mark.django_db
ANGLES = range(4, 164, 4)


def keys(strip):
    return [item.product.pk for item in strip.items]


@pytest.fixture
def shop(blouse, skirt, boots, looks_like, checkpoints):
    """A blouse, 40 tops more and more unlike it, a skirt and boots."""
    tops = Product.objects.bulk_create(
        Product(title=f"top {angle}", sku=angle, category=blouse.category, price=9, stock=5)
        for angle in ANGLES
    )
    pictures = Picture.objects.bulk_create(
        Picture(product=top, name=f"{top.sku}.jpg", sha256="0" * 64) for top in tops
    )
    Embedding.objects.bulk_create(
        Embedding(picture=picture, checkpoint=checkpoint, vector=vector)
        for picture, angle in zip(pictures, ANGLES, strict=True)
        for checkpoint, vector in _vectors(angle, checkpoints)
    )
    looks_like(skirt, style=10)
    looks_like(boots, style=20)
    return tops


def _vectors(angle, checkpoints):
    shape, colour, style = [
        [math.cos(math.radians(angle * times)), math.sin(math.radians(angle * times))]
        for times in (1, 0.5, 1)
    ]
    yield checkpoints["VISUAL"], [*shape, *[0.0] * 14, *colour, 0.0]
    yield checkpoints["STYLE"], [*style, 0.0]


@pytest.fixture
def blouse(make_product, looks_like):
    return looks_like(make_product("blouse"))


@pytest.fixture
def grow(shop, blouse, monkeypatch):
    """Let 20 vectors of a slot be many."""

    def many():
        monkeypatch.setattr(indexes, "INDEXED_FROM", 20)
        monkeypatch.setattr(indexes, "DROPPED_BELOW", 10)
        monkeypatch.setattr(shortlist, "EFFORTS", (12, 24))
        monkeypatch.setattr(shortlist, "SPARE", 2)
        _settle()
        return tend_indexes()

    return many


def _settle():
    """Within one transaction PostgreSQL neither indexes what is unchecked nor uses such an index
    for rows that were updated; in a shop these are transactions of their own."""
    vectors = list(Embedding.objects.select_related("picture__product__category"))
    for vector in vectors:
        vector.slot = vector.picture.product.category.slot
    Embedding.objects.all().delete()
    Embedding.objects.bulk_create(vectors)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def indexed(grow):
    """The same shop, large enough for an index of its tops."""
    return grow()


@pytest.fixture
def plans():
    """Explain every ranking before it runs; collects the plans."""
    seen = []

    def explain(execute, sql, params, many, context):
        if "hnsw.ef_search" in sql:
            execute("SET LOCAL enable_sort = off", [], False, context)  # small tables are sorted
            seen.append(plan_of(context["cursor"], sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield seen


def test_a_small_shop_has_no_index_and_notes_no_slot(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert tend_indexes() == indexes.MaintenanceReport()

    assert set(Embedding.objects.values_list("slot", flat=True)) == {""}
    assert not Checkpoint.objects.exclude(indexes={})


def test_a_large_slot_gets_an_index_of_every_encoder(indexed, checkpoints):
    keys = (checkpoints["VISUAL"].pk, checkpoints["STYLE"].pk)

    assert sorted(indexed.built) == sorted(f"reco_near_{key}_top" for key in keys)
    assert Checkpoint.objects.get(purpose="VISUAL").indexes == {"TOP": 41}


def test_what_is_there_is_not_built_again(indexed):
    assert tend_indexes() == indexes.MaintenanceReport()


def test_the_index_answers(indexed, blouse, plans):
    similar_products(blouse, limit=4, diversity=0)

    assert reads_vectors(table_of(plans[0], "found_top_12"))
    assert not reads_vectors(table_of(plans[0], "found_top_24"))
    assert f"reco_near_{Checkpoint.objects.get(purpose='VISUAL').pk}_top" in indexes_in(plans[0])
    assert not reads_vectors(table_of(plans[0], "exact_top"))


@pytest.mark.parametrize("colour_weight", [None, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("limit", [1, 6])
def test_with_an_index_the_strip_is_the_same(shop, blouse, grow, colour_weight, limit):
    asked = {"limit": limit, "likeness": Likeness(colour_weight)}
    exact = keys(similar_products(blouse, **asked))

    grow()

    assert keys(similar_products(blouse, **asked)) == exact


def test_style_neighbours_are_the_same_with_an_index(skirt, grow):
    def found():
        style = Checkpoint.objects.get(purpose="STYLE")
        return [
            row.pk for row in style_neighbours(question_about(skirt.pk), style=style, per_slot=5)
        ]

    exact = found()
    grow()

    assert found() == exact
    assert len(exact) == 6  # five tops and the boots


def test_goes_with_is_the_same_with_an_index(skirt, plans, grow):
    exact = keys(goes_with(skirt))
    grow()

    assert keys(goes_with(skirt)) == exact
    assert f"reco_near_{Checkpoint.objects.get(purpose='STYLE').pk}_top" in indexes_in(plans[0])


def test_a_photo_finds_products_of_slots_with_and_without_an_index(indexed, skirt):
    vector = [1.0, *[0.0] * 15, 1.0, 0.0, 0.0]
    strip = products_like_vector(vector, question=photo_question(), limit=6)

    assert skirt.pk in keys(strip)
    assert strip.items[0].product.title in {"skirt", "boots", "blouse"}


def test_where_filters_leave_too_little_the_same_statement_searches_on(
    indexed, shop, blouse, django_assert_num_queries, plans
):
    furthest = shop[-5:]
    Product.objects.filter(pk__in=[top.pk for top in furthest]).update(colour="teal")

    with django_assert_num_queries(4):  # as ever
        strip = similar_products(
            blouse, diversity=0, limit=5, filters=Filters(also=Q(colour="teal"))
        )

    assert keys(strip) == [top.pk for top in furthest]
    assert reads_vectors(table_of(plans[0], "exact_top"))


def test_a_filter_that_nothing_can_pass_gives_an_empty_strip(indexed, blouse):
    assert not similar_products(blouse, filters=Filters(also=Q(pk__in=[])))


def test_a_sold_out_product_is_gone_at_the_next_request(indexed, blouse):
    first = keys(similar_products(blouse))[0]
    Product.objects.filter(pk=first).update(stock=0)

    assert first not in keys(similar_products(blouse))
    assert len(similar_products(blouse).items) == 8


def test_a_product_that_changed_its_slot_never_appears_in_the_old_one(indexed, shop, blouse):
    first = similar_products(blouse).items[0].product
    dresses = Category.objects.create(name="Dresses", slug="dresses", slot=Slot.DRESS)
    Product.objects.filter(pk=first.pk).update(category=dresses)

    assert first.pk not in keys(similar_products(blouse))


def test_a_product_that_changed_its_slot_is_found_in_the_new_one_once_it_is_noted(indexed, skirt):
    tops = Category.objects.get(slot=Slot.TOP)
    Product.objects.filter(pk=skirt.pk).update(category=tops)

    assert note_slots(Checkpoint.objects.all()) == 2  # one vector of each encoder
    assert set(Embedding.objects.values_list("slot", flat=True)) == {"TOP", "SHOES"}
    assert note_slots(Checkpoint.objects.all()) == 0


def test_a_pinned_product_that_no_index_proposes_is_found(indexed, shop, blouse):
    furthest = shop[-1]
    Rule.objects.create(kind=Rule.Kind.PIN, product=furthest, position=1)

    assert keys(similar_products(blouse))[0] == furthest.pk


def test_what_is_shown_earlier_is_searched_exactly(indexed, shop, blouse):
    furthest = shop[-1]
    Product.objects.filter(pk=furthest.pk).update(season="SUMMER")
    Rule.objects.create(kind=Rule.Kind.BOOST, attribute="season", value="SUMMER", strength=5)

    assert keys(similar_products(blouse))[0] == furthest.pk


def test_an_indexed_strip_costs_no_query_more(indexed, blouse, django_assert_num_queries):
    with django_assert_num_queries(4):  # the question, the ranking, cards, the host's pictures
        similar_products(blouse)


def test_the_index_of_a_retired_checkpoint_is_dropped(indexed, checkpoints):
    Checkpoint.objects.filter(purpose="STYLE").update(state=Checkpoint.State.RETIRED)

    assert tend_indexes().dropped == (f"reco_near_{checkpoints['STYLE'].pk}_top",)
    assert Checkpoint.objects.get(purpose="STYLE").indexes == {}
    assert Checkpoint.objects.get(purpose="VISUAL").indexes == {"TOP": 41}


def test_the_index_of_a_slot_that_shrank_is_dropped(indexed, monkeypatch):
    monkeypatch.setattr(indexes, "DROPPED_BELOW", 100)

    assert len(tend_indexes().dropped) == 2
    assert not Checkpoint.objects.exclude(indexes={})


def test_a_checkpoint_too_wide_for_an_index_goes_without(grow, checkpoints, monkeypatch):
    monkeypatch.setattr(indexes, "WIDEST_INDEXED", 5)

    assert grow().built == (f"reco_near_{checkpoints['STYLE'].pk}_top",)


def test_an_index_that_somebody_dropped_is_built_again(indexed, checkpoints, blouse):
    name = f"reco_near_{checkpoints['VISUAL'].pk}_top"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")

    assert len(similar_products(blouse).items) == 8
    assert tend_indexes().built == (name,)


def test_the_command_says_what_it_did(indexed, capsys):
    call_command("tend_indexes")
    Checkpoint.objects.filter(purpose="STYLE").update(state=Checkpoint.State.RETIRED)
    call_command("tend_indexes")

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["Every", "Dropped"]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_the_shop_goes_on_while_an_index_is_built(grow):
    assert len(grow().built) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%%hnsw%%'")
        assert cursor.fetchone() == (2,)
    Checkpoint.objects.update(state=Checkpoint.State.RETIRED)
    assert len(tend_indexes().dropped) == 2


def test_a_new_vector_is_found_by_the_index_at_once(indexed, blouse, make_product, make_picture):
    newcomer = make_product("newcomer")
    make_picture(newcomer)
    work_off()

    stored = Embedding.objects.filter(picture__product=newcomer)
    assert {vector.slot for vector in stored} == {"TOP"}


def test_a_small_shop_notes_no_slot_with_a_new_vector(blouse, make_picture):
    make_picture(blouse)
    work_off()

    assert set(Embedding.objects.values_list("slot", flat=True)) == {""}


def test_repair_notes_slots_that_changed_behind_the_shops_back(
    indexed, make_product, make_picture, bells
):
    newcomer = make_product("newcomer")
    make_picture(newcomer)
    work_off()
    dresses = Category.objects.create(name="Dresses", slug="dresses", slot=Slot.DRESS)
    Product.objects.filter(pk=newcomer.pk).update(category=dresses)

    repair()

    moved = Embedding.objects.filter(picture__product=newcomer)
    assert {vector.slot for vector in moved} == {"DRESS"}


def test_where_filters_leave_too_little_the_index_is_asked_for_more_first(
    indexed, shop, blouse, plans
):
    further = shop[8:22]  # four of the nearest twelve, twelve of the nearest 24
    Product.objects.filter(pk__in=[top.pk for top in further]).update(colour="teal")

    strip = similar_products(blouse, diversity=0, limit=3, filters=Filters(also=Q(colour="teal")))

    assert keys(strip) == [top.pk for top in further[:3]]
    assert reads_vectors(table_of(plans[0], "found_top_24"))
    assert not reads_vectors(table_of(plans[0], "exact_top"))


def test_an_index_that_left_next_to_nothing_is_not_asked_again(indexed, shop, blouse, plans):
    Product.objects.filter(pk=shop[-1].pk).update(colour="teal")

    similar_products(blouse, diversity=0, limit=3, filters=Filters(also=Q(colour="teal")))

    assert not reads_vectors(table_of(plans[0], "found_top_24"))
    assert reads_vectors(table_of(plans[0], "exact_top"))

"""Products whose covers show the same picture count as one; what looks merely alike does not."""

import io

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from fashionshop.models import Product, ProductPicture, clean_picture
from recommender.explain.why_not import why_not
from recommender.fingerprints import BITS, MOST_BITS, fingerprint
from recommender.models import Checkpoint, Duplicate, Picture, Slot
from recommender.pipeline.consistency import repair
from recommender.pipeline.duplicates import MOST_ALIKE, collapse_duplicates
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from recommender.testing import work_off

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


def bits_apart(first, second):
    """How many bits of two fingerprints differ."""
    return ((first ^ second) & ((1 << BITS) - 1)).bit_count()


def garment(seed, *, colour="crimson"):
    """A drawing that no other seed's is like."""
    picture = Image.new("RGB", (120, 160), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(6):
        x, y = (seed * 37 + at * 53) % 90, (seed * 61 + at * 29) % 120
        draw.rectangle((x, y, x + 12 + seed % 20, y + 10 + at * 5), colour)
    return picture


def as_bytes(picture, *, quality=90):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.fixture
def on_sale(make_product, checkpoints):
    """A product with this picture as its cover, seen by a worker."""

    def make(title, picture, *, quality=90, slot=Slot.TOP, **fields):
        product = make_product(title, slot, **fields)
        show(product, picture, quality=quality)
        work_off()
        return product

    return make


def show(product, picture, *, quality=90):
    file = clean_picture(as_bytes(picture, quality=quality))
    return ProductPicture.objects.create(product=product, file=file)


def test_pieces_of_a_suit_in_one_photo_stay_two_products(on_sale):
    jacket = on_sale("jacket", garment(1), slot=Slot.OUTERWEAR)
    on_sale("trousers", garment(1), slot=Slot.BOTTOM)

    assert titles(goes_with(jacket)) == ["trousers"]


def test_a_shop_may_count_every_picture(on_sale, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"COLLAPSE_DUPLICATES": False}
    asked, _copy = on_sale("asked", garment(1)), on_sale("copy", garment(1))

    assert titles(similar_products(asked)) == ["copy"]


@pytest.fixture
def asked(on_sale):
    return on_sale("asked", garment(1))


@pytest.mark.parametrize(
    "altered",
    [
        lambda picture: Image.open(io.BytesIO(as_bytes(picture, quality=40))),
        lambda picture: picture.resize((60, 80)),
        lambda picture: picture.crop((1, 2, 119, 158)),
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.9),
    ],
    ids=["re-encoded", "smaller", "cropped", "darker"],
)
def test_the_fingerprint_of_a_copy_is_nearly_the_same(altered):
    picture = garment(3)

    assert bits_apart(fingerprint(picture), fingerprint(altered(picture))) <= MOST_BITS


def test_fingerprints_of_strangers_are_far_apart():
    first, *others = (fingerprint(garment(seed)) for seed in range(8))

    assert min(bits_apart(first, other) for other in others) > MOST_BITS


def test_a_fingerprint_fits_the_column_that_holds_it():
    assert all(-(2**63) <= fingerprint(garment(seed)) < 2**63 for seed in range(20))
    assert bits_apart(-1, 0) == 64


def test_two_products_of_one_picture_are_shown_once(asked, on_sale):
    on_sale("coat", garment(2))
    on_sale("the same coat", garment(2), quality=60)

    assert len(titles(similar_products(asked))) == 1


def test_a_copy_stands_in_for_one_that_is_sold_out(asked, on_sale):
    on_sale("coat", garment(2), stock=0)
    on_sale("the same coat", garment(2), quality=60)

    assert titles(similar_products(asked)) == ["the same coat"]


def test_a_copy_of_the_product_itself_is_not_beside_it(asked, on_sale):
    on_sale("copy", garment(1), quality=60)
    on_sale("coat", garment(2))

    assert titles(similar_products(asked)) == ["coat"]


def test_colours_of_a_copy_count_as_its_colours(asked, on_sale):
    on_sale("coat", garment(2))
    on_sale("the same coat", garment(2), quality=60, design="C-1")
    on_sale("red coat", garment(5), design="C-1")

    assert len(titles(similar_products(asked))) == 1
    assert Duplicate.objects.count() == 3


def test_a_colour_that_comes_later_is_counted_too(asked, on_sale):
    on_sale("coat", garment(2))
    on_sale("the same coat", garment(2), quality=60, design="C-1")
    on_sale("blue coat", garment(7), design="C-1")

    assert len(set(Duplicate.objects.values_list("key", flat=True))) == 1
    assert Duplicate.objects.count() == 3


def test_products_that_look_alike_but_not_the_same_stay_apart(asked, on_sale):
    for seed in (2, 3, 4):
        on_sale(f"coat {seed}", garment(seed))

    assert len(titles(similar_products(asked))) == 3
    assert not Duplicate.objects.exists()


def test_the_same_drawing_in_another_colour_stays_apart(asked, on_sale):
    on_sale("red", garment(2, colour="crimson"))
    on_sale("blue", garment(2, colour="navy"))

    assert not Duplicate.objects.exists()


def test_the_fingerprint_alone_does_not_merge(asked, on_sale, checkpoints):
    first, second = on_sale("one", garment(2)), on_sale("two", garment(3, colour="navy"))
    same = Picture.objects.get(product=first).fingerprint
    Picture.objects.filter(product=second).update(fingerprint=same)

    collapse_duplicates([second.pk])

    assert not Duplicate.objects.exists()


@pytest.mark.parametrize(
    ("bits", "degrees", "merged"), [(0, 50, 2), (0, 53, 0), (4, 37, 2), (4, 40, 0), (5, 0, 0)]
)
def test_the_more_fingerprints_differ_the_more_the_encoder_must_agree(
    on_sale, looks_like, bits, degrees, merged
):
    first, second = on_sale("one", garment(2)), on_sale("two", garment(3))
    looks_like(first)
    looks_like(second, shape=degrees)
    Picture.objects.filter(product=first).update(fingerprint=0)
    Picture.objects.filter(product=second).update(fingerprint=2**bits - 1)

    collapse_duplicates([second.pk])

    assert Duplicate.objects.count() == merged


def test_what_shows_the_same_picture_is_not_called_another_colour(asked, on_sale):
    copy = on_sale("copy", garment(1), quality=60)
    colour = on_sale("colour", garment(5), design="A-1")
    Product.objects.filter(pk=asked.pk).update(design="A-1")

    assert why_not(asked, copy).text == "It shows the same picture."
    assert why_not(asked, colour).text == "It is another colour of the product itself."


def test_a_new_cover_parts_what_was_one(asked, on_sale):
    on_sale("coat", garment(2))
    copy = on_sale("the same coat", garment(2), quality=60)

    copy.pictures.all().delete()
    show(copy, garment(4))

    assert not Duplicate.objects.exists()
    work_off()
    assert len(titles(similar_products(asked))) == 2


def test_of_three_copies_two_stay_together_when_the_first_changes(on_sale):
    first, *others = (on_sale(f"coat {n}", garment(2), quality=60 + n) for n in range(3))

    show(first, garment(4))
    ProductPicture.objects.filter(product=first).first().delete()

    assert {one.product_id for one in Duplicate.objects.all()} == {other.pk for other in others}


def test_a_deleted_product_leaves_its_copies_one(asked, on_sale):
    first = on_sale("coat", garment(2))
    on_sale("the same coat", garment(2), quality=60)
    on_sale("once more", garment(2), quality=70)

    first.delete()

    assert len(titles(similar_products(asked))) == 1


def test_a_picture_that_stands_for_many_products_merges_none(checkpoints, make_product):
    for n in range(MOST_ALIKE + 2):
        show(make_product(f"photo will follow {n}"), garment(2))

    work_off()

    assert not Duplicate.objects.exists()


def test_only_covers_are_compared(asked, on_sale):
    coat = on_sale("coat", garment(2))
    ProductPicture.objects.create(
        product=coat, file=clean_picture(as_bytes(garment(1))), position=1
    )
    work_off()

    assert titles(similar_products(asked)) == ["coat"]


def test_without_a_serving_encoder_nothing_is_merged(on_sale):
    first = on_sale("coat", garment(2))
    on_sale("the same coat", garment(2), quality=60)
    Duplicate.objects.all().delete()
    Checkpoint.objects.update(state=Checkpoint.State.RETIRED)

    collapse_duplicates([first.pk])

    assert not Duplicate.objects.exists()


def test_pictures_noted_before_there_were_fingerprints_are_mended(asked, on_sale):
    on_sale("coat", garment(2))
    on_sale("the same coat", garment(2), quality=60)
    Picture.objects.update(fingerprint=None)
    Duplicate.objects.all().delete()

    repair()
    work_off()

    assert len(titles(similar_products(asked))) == 1


def test_a_design_edited_by_the_merchant_is_heard_at_the_next_look(asked, on_sale):
    coat = on_sale("coat", garment(2), design="C-1")
    sibling = on_sale("red coat", garment(5), design="C-1")
    on_sale("the same coat", garment(2), quality=60)
    Product.objects.filter(pk=sibling.pk).update(design="")

    collapse_duplicates([coat.pk, sibling.pk])

    assert sibling.pk not in Duplicate.objects.values_list("product", flat=True)


def test_looking_for_duplicates_costs_the_same_for_one_and_for_many(
    on_sale, django_assert_max_num_queries
):
    products = [on_sale(f"coat {n}", garment(n)) for n in range(8)]

    with django_assert_max_num_queries(9):
        collapse_duplicates([product.pk for product in products])

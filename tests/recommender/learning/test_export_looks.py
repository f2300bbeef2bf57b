"""The shop's looks leave as files that the readers of data sets give back unchanged."""

import csv
import json

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from fashionshop.importing.general import GeneralTable
from fashionshop.models import Product
from fashionshop.storage import WholeFiles
from recommender.catalog import catalog
from recommender.learning.export import ForeignFolder, export_looks
from recommender.learning.looks import is_held_out
from recommender.models import Look, LookItem, Picture, Rule, Slot
from recommender.rules.changes import forbid_pair
from workers.datasets import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """Where the export goes; the shop's media lie beside it."""
    return tmp_path / "export"


@pytest.fixture
def put_together(db):
    """Make a look of products, in their order."""

    def make(*products, **fields):
        look = Look.objects.create(**fields)
        LookItem.objects.bulk_create(
            LookItem(look=look, product=product, position=place)
            for place, product in enumerate(products)
        )
        return look

    return make


@pytest.fixture
def outfit(blouse, skirt, boots, make_picture, put_together):
    """A look of three products with a picture each."""
    for product, colour in ((blouse, "crimson"), (skirt, "navy"), (boots, "black")):
        make_picture(product, colour)
    return put_together(boots, blouse, skirt)


def rows_of(folder):
    with (folder / "products.csv").open(newline="") as file:
        return {row["sku"]: row for row in csv.DictReader(file)}


def contents(folder):
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.name != "export.json"
    }


def test_the_reader_gives_back_the_same_looks(folder, outfit, put_together, blouse, skirt, boots):
    looks = [outfit, *(put_together(boots, skirt, blouse, pk=700 + more) for more in range(30))]

    export_looks(folder)

    expected = {
        f"{'valid' if is_held_out(look.pk) else 'train'}/{look.pk}": tuple(
            str(pk) for pk in look.items.values_list("product", flat=True)
        )
        for look in looks
    }
    assert read(folder).looks == expected
    assert {name.split("/")[0] for name in expected} == {"train", "valid"}


def test_what_a_training_is_shown_holds_no_look_that_is_held_out(
    folder, outfit, put_together, blouse, skirt, boots
):
    for number in range(700, 730):
        put_together(boots, skirt, blouse, pk=number)

    export = export_looks(folder)

    lesson = read(folder / "learn")
    assert len(lesson.looks) == export.learnt
    assert not [name for name in lesson.looks if is_held_out(int(name.removeprefix("train/")))]
    assert [item.path.resolve() for item in lesson.items] == [
        item.path for item in read(folder).items
    ]


def test_another_shop_can_import_an_export(folder, outfit, blouse):
    export_looks(folder)

    reader = GeneralTable(folder)

    rows = {row.sku: row for row in reader.rows()}
    assert rows.keys() == rows_of(folder).keys()
    assert rows[str(blouse.pk)].slot == "TOP"
    assert not any(row.problems for row in rows.values())
    assert [set(look.skus) for look in reader.looks()] == [rows.keys()]


def test_what_an_earlier_release_exported_gives_way(folder, outfit):
    export_looks(folder)
    for name in ("product_data.csv", "outfits_train.csv", "learn/product_data.csv"):
        (folder / name).write_text("cod_modelo_color,des_filename\n")

    export_looks(folder)

    assert len(read(folder).items) == 3
    assert not list(folder.rglob("product_data.csv"))


def test_what_the_catalogue_knows_comes_back_through_the_reader(
    folder, make_product, make_picture, put_together
):
    known = {"design": "A-7", "colour": "Navy", "season": "ALL_YEAR", "gender": "MEN"}
    coat, shoes = make_product("coat", Slot.OUTERWEAR, **known), make_product("shoes", Slot.SHOES)
    for product in (coat, shoes):
        make_picture(product)
    put_together(coat, shoes)

    export_looks(folder)

    item = next(item for item in read(folder).items if item.slot == "OUTERWEAR")
    assert (item.key, item.model, item.colour) == (str(coat.pk), "A-7", "Navy")
    assert (item.season, item.gender, item.family) == ("ALL_YEAR", "MEN", "OUTERWEAR")


def test_a_category_of_its_own_is_a_family_only_while_it_has_rivals(
    folder, make_product, make_picture, put_together, boots
):
    tops = [make_product(f"top {number}") for number in range(12)]
    for product in (boots, *tops):
        make_picture(product)
    put_together(boots, *tops)

    export_looks(folder)

    families = {item.slot: item.family for item in read(folder).items}
    assert families == {"TOP": "category-top", "SHOES": "SHOES"}


def test_a_hidden_or_sold_out_product_still_teaches(folder, outfit, blouse, skirt):
    Product.objects.filter(pk=blouse.pk).update(is_published=False)
    Product.objects.filter(pk=skirt.pk).update(stock=0)

    export = export_looks(folder)

    assert export.products == 3


def test_what_the_pictures_tell_stands_in_for_what_the_shop_does_not_say(
    folder, outfit, blouse, monkeypatch
):
    Picture.objects.filter(product=blouse).update(slot="DRESS", category="dress")
    monkeypatch.setattr(type(catalog()), "attributes", lambda _shop: {})
    monkeypatch.setattr(type(catalog()), "slot", super(type(catalog()), catalog()).slot)

    export_looks(folder)

    row = rows_of(folder)[str(blouse.pk)]
    assert (row["category"], row["slot"]) == ("dress", "DRESS")


def test_a_second_export_touches_no_file(folder, outfit):
    export_looks(folder)
    before = contents(folder)

    again = export_looks(folder)

    assert contents(folder) == before
    assert (again.products, again.written) == (3, 0)


def test_only_what_changed_is_written_again(folder, outfit, blouse, make_picture):
    export_looks(folder)
    before = contents(folder)
    blouse.pictures.all().delete()
    make_picture(blouse, "gold")

    export = export_looks(folder)

    changed = {path.name for path in contents(folder).items() ^ before.items() for path in path[:1]}
    assert export.written == 1
    assert len(changed) == 3  # the table, the new picture, and the old one that is gone
    assert len(list((folder / "images").iterdir())) == 3


def test_an_export_that_was_killed_goes_on(folder, outfit):
    def killed(products, _total):
        yield next(iter(products))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_looks(folder, track=killed)

    assert export_looks(folder).written == 2
    assert len(read(folder).looks) == 1


def test_a_missing_and_a_broken_picture_are_reported_and_the_rest_is_kept(
    folder, outfit, blouse, skirt
):
    Picture.objects.all().delete()
    storage = default_storage
    storage.delete(blouse.pictures.get().file.name)
    with storage.open(skirt.pictures.get().file.name, "wb") as file:
        file.write(b"no picture")

    export = export_looks(folder)

    reasons = {reason: what for reason, _count, what in export.reasons()}
    assert reasons["the picture's file is gone from storage"] == f"product {blouse.pk}"
    assert reasons["fewer than two products with a picture"] == f"look {outfit.pk}"
    assert "This is not a picture we can read" in " ".join(reasons)
    assert json.loads((folder / "export.json").read_text())["products"] == 1


def test_the_next_picture_stands_in_for_one_that_is_gone(folder, outfit, blouse, make_picture):
    make_picture(blouse, "gold", position=1)
    default_storage.delete(blouse.pictures.first().file.name)
    Picture.objects.all().delete()

    assert export_looks(folder).products == 3


def test_a_large_png_becomes_a_jpeg_of_sensible_size(folder, outfit, blouse, monkeypatch):
    from PIL import Image

    with default_storage.open(blouse.pictures.get().file.name, "wb") as file:
        Image.new("RGBA", (900, 1500), "gold").save(file, "PNG")
    Picture.objects.all().delete()

    export_looks(folder)

    (item,) = [item for item in read(folder).items if item.key == str(blouse.pk)]
    assert item.open().size == (384, 640)


def test_a_small_jpeg_is_kept_byte_for_byte(folder, outfit, blouse):
    export_looks(folder)

    (item,) = [item for item in read(folder).items if item.key == str(blouse.pk)]
    with blouse.pictures.get().file.open() as stored:
        assert item.path.read_bytes() == stored.read()


def test_a_folder_of_somebody_else_is_left_alone(folder, outfit):
    folder.mkdir()
    (folder / "products.csv").write_text("precious")

    with pytest.raises(ForeignFolder):
        export_looks(folder)

    assert [path.name for path in folder.iterdir()] == ["products.csv"]


def test_a_look_never_changes_sides_and_one_in_ten_is_held_out():
    assert [number for number in range(44) if is_held_out(number)] == [0, 7, 9, 10, 33, 40]
    assert sum(map(is_held_out, range(10_000))) == pytest.approx(1_000, rel=0.1)


def test_the_queries_do_not_grow_with_the_looks(
    folder, outfit, put_together, blouse, skirt, django_assert_max_num_queries
):
    for _ in range(20):
        put_together(blouse, skirt)

    with django_assert_max_num_queries(7):
        export_looks(folder)


def feedback(folder):
    rows = csv.reader((folder / "feedback.csv").read_text().splitlines())
    return [tuple(row) for row in rows][1:]


def test_a_thumbs_down_leaves_with_the_looks(folder, outfit, blouse, handbag, make_picture):
    make_picture(handbag)
    forbid_pair(blouse.pk, handbag.pk, strip="GOES_WITH", by="ada")

    export = export_looks(folder)

    assert feedback(folder) == [(str(blouse.pk), str(handbag.pk))]
    assert (export.parted, export.products) == (1, 4)
    assert str(handbag.pk) not in rows_of(folder / "learn")


@pytest.mark.parametrize("change", [{"strip": "SIMILAR"}, {"is_enabled": False}])
def test_what_is_no_wish_about_going_together_is_no_feedback(folder, outfit, blouse, skirt, change):
    rule = forbid_pair(blouse.pk, skirt.pk, strip="GOES_WITH", by="ada")
    Rule.objects.filter(pk=rule.pk).update(**change)

    export_looks(folder)

    assert feedback(folder) == []


def test_a_thumbs_down_on_what_has_no_picture_is_left_out(folder, outfit, blouse, handbag):
    forbid_pair(blouse.pk, handbag.pk, strip="GOES_WITH", by="ada")

    assert export_looks(folder).parted == 0
    assert feedback(folder) == []


def test_the_command_says_what_it_wrote_and_left_out(folder, outfit, boots, capsys):
    boots.pictures.all().delete()

    call_command("export_looks", str(folder))

    out = capsys.readouterr().out
    assert "2 products, 2 new pictures; " in out
    assert f"left out 1: has no picture (for instance product {boots.pk})" in out


def test_the_command_refuses_a_folder_of_somebody_else(folder, outfit):
    folder.mkdir()
    (folder / "notes.txt").write_text("precious")

    with pytest.raises(CommandError, match="holds files that no export wrote"):
        call_command("export_looks", str(folder))


def test_a_storage_that_fails_is_no_missing_picture(folder, outfit, monkeypatch):
    def unreachable(*_arguments):
        raise TimeoutError("the store does not answer")

    Picture.objects.all().delete()
    monkeypatch.setattr(WholeFiles, "_open", unreachable)

    with pytest.raises(CommandError, match="does not answer"):
        call_command("export_looks", str(folder))

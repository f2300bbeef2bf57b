"""The plug-in in a shop it was not written for; `tests/hosts/test_foreign.py` runs this file."""

import sys
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import models
from django.utils.html import escape
from shop.models import Garment

import recommender
from recommender.models import Look, Pairing, Picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, address):
    """The text of a garment's page."""

    def get(name):
        response = client.get(f"/{address(name)}")
        assert response.status_code == 200
        return response.content.decode()

    return get


def test_the_plug_in_comes_from_the_wheel():
    assert Path(recommender.__file__).is_relative_to(sys.prefix)


def test_the_key_is_of_the_kind_that_is_tested():
    expected = {"uuid": models.UUIDField, "char": models.CharField}[settings.PRIMARY_KEY]

    assert isinstance(Garment._meta.pk, expected)
    assert isinstance(Picture._meta.get_field("product").target_field, expected)


def test_neither_the_demo_shop_nor_the_workers_are_loaded():
    assert {name.partition(".")[0] for name in sys.modules} & {"fashionshop", "workers"} == set()


def test_neither_shop_nor_plug_in_lacks_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_shop_passes_its_checks(wardrobe):
    call_command("check", databases=["default"], fail_level="WARNING")


def test_saving_a_shot_is_all_it_takes(wardrobe):
    assert Picture.objects.count() == 5
    assert Pairing.objects.filter(product=wardrobe["jeans"]).count() == 3


def test_the_page_shows_what_looks_alike_and_what_goes_with_it(page):
    alike, _heading, goes_with = page("red shirt").partition(">Goes well with<")

    assert "pink shirt" in alike
    assert "jeans" not in alike
    assert "jeans" in goes_with
    assert "boots" in goes_with
    assert "https://cdn.example/shots/" in goes_with


def test_what_is_in_no_outfit_has_no_partners(page):
    assert "Goes well with" not in page("gift card")


def test_a_sold_out_garment_is_gone_at_the_next_request(page, wardrobe):
    Garment.objects.filter(pk=wardrobe["jeans"].pk).update(units=0)

    assert "jeans" not in page("red shirt")


def test_a_hidden_garment_is_gone_at_the_next_request(page, wardrobe):
    Garment.objects.filter(pk=wardrobe["pink shirt"].pk).update(hidden=True)

    assert "pink shirt" not in page("red shirt")


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", '"><img onerror=x>', "{{7*7}}", "\u2028"]
)
def test_a_hostile_name_is_inert(page, wardrobe, name):
    Garment.objects.filter(pk=wardrobe["pink shirt"].pk).update(name=name)

    html = page("red shirt")

    assert escape(name) in html
    assert "<script" not in html
    assert "<img onerror" not in html


def test_a_deleted_garment_leaves_no_trace(page, wardrobe):
    wardrobe["jeans"].delete()

    assert Picture.objects.count() == 4
    assert "jeans" not in page("red shirt")


def test_a_garment_without_a_shot_has_a_page(client, wardrobe, make_key):
    bare = Garment.objects.create(reference=make_key("bare"), name="bare")

    assert client.get(f"/{quote(str(bare.pk), safe='')}").status_code == 200


def test_the_commands_know_this_shops_keys(wardrobe, capsys):
    call_command("recommend", str(wardrobe["red shirt"].pk))
    call_command("embed_catalog")
    call_command("check_recommender")

    out = capsys.readouterr().out
    assert "pink shirt" in out
    assert "0 new jobs." in out
    assert "Every picture has what it must have." in out


def test_looks_leave_with_this_shops_keys_and_files(wardrobe, tmp_path):
    look = Look.objects.create()
    for garment in (wardrobe["red shirt"], wardrobe["jeans"]):
        look.items.create(product=garment)

    call_command("export_looks", str(tmp_path))

    products, looks = ((tmp_path / f"{name}.csv").read_text() for name in ("products", "looks"))
    rows = [line.split(",") for line in looks.splitlines()[1:]]
    assert [unquote(key) for _look, key in rows] == [
        str(wardrobe[name].pk) for name in ("red shirt", "jeans")
    ]
    assert all(key in products and " " not in key for _look, key in rows)
    assert len(list((tmp_path / "images").iterdir())) == 2


def test_files_that_lie_on_no_disk_are_read(wardrobe):
    shot = wardrobe["boots"].shots.get()
    noted = Picture.objects.get(product=wardrobe["boots"])

    assert not Path(shot.image.path).exists()
    assert not default_storage.exists(shot.image.name)
    assert (noted.name, noted.field) == (shot.image.name, "shop.Shot.image")


def test_a_shot_that_is_lost_is_an_error_that_says_where_it_was_looked_for(wardrobe, capsys):
    shot = wardrobe["boots"].shots.get()
    shot.image.storage.delete(shot.image.name)

    with pytest.raises(CommandError, match="Upload them again"):
        call_command("embed_catalog")

    assert "shop.Shot.image, storage InMemoryStorage" in capsys.readouterr().err

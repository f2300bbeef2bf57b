"""A picture is read from the storage of its own field, and what cannot be read is said at once."""

from types import SimpleNamespace

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.core.management import CommandError, call_command

from fashionshop.catalog import ShopCatalog
from fashionshop.models import ProductPicture
from recommender.models import Embedding, EmbeddingJob, Picture
from recommender.pipeline.consistency import findings
from recommender.pipeline.picture_files import StorageFailed, read_picture, stored_files
from recommender.pipeline.picture_sync import sync_products
from recommender.testing import photo, work_off

pytestmark = pytest.mark.django_db
FIELD = "fashionshop.ProductPicture.file"


@pytest.fixture
def shelf(monkeypatch):
    """The field keeps its files in a storage of its own, which like an object store has no paths."""
    storage = InMemoryStorage()
    monkeypatch.setattr(ProductPicture._meta.get_field("file"), "storage", storage)
    return storage


class Unreachable(FileSystemStorage):
    """Fails as object stores do, with errors that are no `OSError`."""

    def open(self, _name, _mode="rb"):
        raise LookupError("NoSuchBucket: photos")


def test_a_picture_in_a_named_storage_is_read_and_embedded(
    checkpoints, blouse, make_picture, shelf
):
    make_picture(blouse)

    assert work_off() == 1
    picture = Picture.objects.get()
    assert (picture.field, picture.sha256 != "") == (FIELD, True)
    assert shelf.exists(picture.name)
    assert Embedding.objects.count() == 2


def test_a_picture_noted_before_its_field_was_known_keeps_its_vector(
    checkpoints, blouse, make_picture
):
    make_picture(blouse)
    work_off()
    Picture.objects.update(field="")

    assert sync_products([blouse]) == 0
    assert Picture.objects.get().field == FIELD


def test_an_empty_file_field_is_no_picture(monkeypatch, blouse):
    files = [ProductPicture().file, None, SimpleNamespace(name="a.jpg")]
    monkeypatch.setattr(ShopCatalog, "pictures", lambda _shop, _product: files)

    assert list(stored_files(blouse)) == ["a.jpg"]


def test_a_storage_that_fails_names_picture_field_and_storage(blouse, make_picture, monkeypatch):
    make_picture(blouse)
    monkeypatch.setattr(ProductPicture._meta.get_field("file"), "storage", Unreachable())

    with pytest.raises(StorageFailed) as failed:
        read_picture(Picture.objects.get())

    assert str(failed.value) == (
        f"{Picture.objects.get().name} of product {blouse.pk} ({FIELD}, storage Unreachable) "
        "cannot be read: NoSuchBucket: photos"
    )


@pytest.mark.parametrize("field", ["shop.Shot.image", "fashionshop.ProductPicture.photo"])
def test_a_field_that_is_gone_is_a_storage_that_fails(blouse, field):
    with pytest.raises(StorageFailed, match=rf"\({field}, storage none: "):
        read_picture(Picture(product=blouse, name="a.jpg", field=field))


@pytest.fixture
def lost(checkpoints, blouse, make_picture, monkeypatch):
    """A picture that is looked for in a storage that does not hold it."""
    make_picture(blouse)
    work_off()
    monkeypatch.setattr(ProductPicture._meta.get_field("file"), "storage", InMemoryStorage())
    return Picture.objects.get()


def test_embed_catalog_fails_on_a_file_that_is_not_there(lost, blouse, capsys):
    with pytest.raises(CommandError, match=r"1 pictures are not there\. Upload them again, or"):
        call_command("embed_catalog")

    line = f"Not there: {lost.name} of product {blouse.pk} ({FIELD}, storage InMemoryStorage)"
    assert line in capsys.readouterr().err


def test_embed_catalog_stops_at_a_storage_that_fails(lost, monkeypatch):
    monkeypatch.setattr(ProductPicture._meta.get_field("file"), "storage", Unreachable())

    with pytest.raises(CommandError, match=r"NoSuchBucket: photos\nUpload them again"):
        call_command("embed_catalog")


def test_the_check_of_the_shop_names_a_file_that_is_not_there(lost, blouse):
    sync_products([blouse])

    (finding,) = (one for one in findings() if one.code == "unreadable")

    assert finding.count == 1
    assert finding.example.startswith(f"{lost.name} of product {blouse.pk} ")
    assert "run manage.py embed_catalog" in finding.text


def test_a_file_that_is_back_is_embedded_again(lost, blouse, monkeypatch):
    sync_products([blouse])
    storage = InMemoryStorage()
    monkeypatch.setattr(ProductPicture._meta.get_field("file"), "storage", storage)
    with storage.open(lost.name, "wb") as file:
        file.write(photo("navy"))

    assert sync_products([blouse]) == 2
    assert work_off() == 1
    assert not EmbeddingJob.objects.exclude(state="DONE").exists()

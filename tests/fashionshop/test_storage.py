"""Pictures on the shop's own disk."""

import errno
import html
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from fashionshop.models import Category, Product
from fashionshop.storage import StorageFull
from recommender.testing import photo

NAME = "products/ab/abcd.jpg"


def files(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_picture_saved_twice_is_one_file(settings):
    for _time in range(2):
        assert default_storage.save(NAME, ContentFile(b"pixels")) == NAME

    assert files(settings) == [settings.MEDIA_ROOT / NAME]


def test_a_save_that_breaks_off_leaves_no_file_of_that_name():
    def breaking():
        yield b"half"
        raise OSError("disk full")

    content = ContentFile(b"")
    content.chunks = breaking

    with pytest.raises(OSError, match="disk full"):
        default_storage.save(NAME, content)
    assert not default_storage.exists(NAME)


def test_nobody_ever_reads_half_a_picture():
    whole = b"x" * 3_000_000
    default_storage.save(NAME, ContentFile(whole))

    def read(_time):
        with default_storage.open(NAME) as file:
            return file.read() == whole

    with ThreadPoolExecutor(4) as pool:
        saves = [pool.submit(default_storage.save, NAME, ContentFile(whole)) for _ in range(20)]
        assert all(pool.map(read, range(40)))
        assert {save.result() for save in saves} == {NAME}


def full_disk(_storage, name, _content):
    """What a file system does when it is full: half of the file is there."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing_behind(settings, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "_save", full_disk)

    with pytest.raises(StorageFull, match="no room left"):
        default_storage.save(NAME, ContentFile(b"pixels"))
    assert files(settings) == []


def test_what_a_killed_process_left_half_written_is_swept_by_a_later_save(settings):
    parts = settings.MEDIA_ROOT / "parts"
    parts.mkdir(parents=True)
    (parts / "old").write_bytes(b"half")
    os.utime(parts / "old", (0, 0))
    (parts / "being written").write_bytes(b"half")

    default_storage.save(NAME, ContentFile(b"pixels"))

    assert {path.name for path in parts.iterdir()} == {"being written"}


@pytest.mark.django_db
def test_an_upload_on_a_full_disk_is_a_sentence_on_the_form_and_no_row(admin_client, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "_save", full_disk)
    category = Category.objects.create(name="Tops", slug="tops", slot="TOP")
    form = {"sku": "1", "title": "top", "category": category.pk, "price": "9", "stock": "1"}
    form |= {"gender": "", "season": "", "is_published": "on"}

    reply = admin_client.post(
        "/admin/fashionshop/product/add/",
        form | {"add_pictures": SimpleUploadedFile("top.jpg", photo("red"))},
    )

    assert reply.status_code == 200
    assert "no room left" in html.unescape(reply.content.decode())
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_a_disk_that_fills_up_while_a_product_is_saved_is_no_crash(
    admin_client, monkeypatch, settings
):
    def full(*_args):
        raise StorageFull(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("fashionshop.admin.add_pictures", full)
    admin_client.raise_request_exception = False
    category = Category.objects.create(name="Tops", slug="tops", slot="TOP")
    form = {"sku": "1", "title": "top", "category": category.pk, "price": "9", "stock": "1"}

    reply = admin_client.post(
        "/admin/fashionshop/product/add/",
        form | {"gender": "WOMEN", "season": "SUMMER"},
    )

    assert (reply.status_code, Product.objects.count()) == (507, 0)
    assert "no room left" in html.unescape(reply.content.decode())


@pytest.mark.django_db
def test_an_import_onto_a_full_disk_ends_with_a_sentence_and_keeps_what_it_had(
    monkeypatch, tmp_path
):
    (tmp_path / "tops").mkdir()
    (tmp_path / "tops" / "red.jpg").write_bytes(photo("red"))
    monkeypatch.setattr(FileSystemStorage, "_save", full_disk)

    with pytest.raises(CommandError, match=r"no room left.*the next run goes on"):
        call_command("import_catalog", str(tmp_path))
    assert not Product.objects.exists()

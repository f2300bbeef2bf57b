"""Pictures on the shop's own disk."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

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

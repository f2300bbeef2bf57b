"""A catalogue in a ZIP: what is unpacked, and what is refused in words."""

import struct
import zipfile

import pytest
from django.core.management import CommandError

from fashionshop.importing.archive import ArchiveLimits, BadArchive, unpacked
from fashionshop.models import Product
from recommender.testing import photo

TABLE = "sku,price,image\ns,9,a.jpg\n"


@pytest.fixture
def archive(tmp_path):
    """Make a ZIP of name → content; returns its path."""

    def make(files, *, compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / "catalogue.zip"
        with zipfile.ZipFile(path, "w", compression) as made:
            for name, content in files:
                made.writestr(name, content)
        return path

    return make


def entry(name, *, mode=0o100644, **changes):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


def refusal(path, **limits):
    with pytest.raises(BadArchive) as error, unpacked(path, limits=ArchiveLimits(**limits)):
        pass
    return str(error.value)


@pytest.mark.django_db
@pytest.mark.parametrize("folder", ["", "My catalogue/"])
def test_a_zip_is_imported_like_the_folder_in_it(archive, command, folder):
    files = [
        ("products.csv", TABLE),
        ("images/a.jpg", photo("navy")),
        ("mapping.csv", "what,found"),
    ]
    path = archive([
        *((folder + name, content) for name, content in files),
        ("__MACOSX/._products.csv", b"\0"),
        (".DS_Store", b"\0"),
    ])  # fmt: skip

    out, err = command(path)

    assert "Products (csv): 1 new" in out
    assert err == ""
    assert Product.objects.get().pictures.count() == 1
    assert "0 new, 0 changed, 1 unchanged" in command(path)[0]


def test_nothing_that_was_unpacked_is_left(archive):
    with unpacked(archive([("a.csv", TABLE)])) as folder:
        assert (folder / "a.csv").read_text() == TABLE

    assert not folder.exists()


def test_a_folder_is_given_as_it_is(folder):
    with unpacked(folder) as given:
        assert given == folder


def test_names_that_a_mac_packed_are_read(archive):
    path = archive([("robe-xtx.jpg", b"1"), ("b.jpg", b"2")])
    path.write_bytes(path.read_bytes().replace(b"robe-xtx.jpg", "robe-été.jpg".encode()[:12]))

    with unpacked(path) as folder:
        assert [file.name for file in folder.iterdir() if file.name.startswith("robe-é")]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/evil.csv",
        r"C:\evil.csv",
        "C:/evil.csv",
        r"a\..\b.csv",
    ],
)
def test_a_name_that_leads_out_is_refused(archive, name):
    assert "leads out of the folder" in refusal(archive([("a.csv", TABLE), (entry(name), "x")]))


def test_a_link_is_refused(archive):
    path = archive([("a.csv", TABLE), (entry("a.jpg", mode=0o120777), "/etc/passwd")])

    assert "'a.jpg' is a link" in refusal(path)


@pytest.mark.parametrize("name", ["more.zip", "deep/more.TAR", "a.csv.gz", "a.7z"])
def test_an_archive_in_an_archive_is_refused(archive, name):
    assert "is an archive itself" in refusal(archive([(name, b"PK\3\4")]))


@pytest.mark.parametrize(
    "names", [("A.jpg", "a.JPG"), ("a.jpg", "a.jpg"), ("gru\u0308n.jpg", "grün.jpg")]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_names_that_are_one_somewhere_are_refused(archive, names):
    assert "have one name on some machines" in refusal(archive((name, b"x") for name in names))


def test_an_encrypted_file_is_refused(archive):
    path = archive([("a.csv", TABLE)])
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)

    assert "'a.csv' is encrypted" in refusal(path)


def test_a_bomb_is_refused_before_it_is_unpacked(archive):
    path = archive([("a.csv", b"\0" * 12_000_000)])

    assert "grow more than 100 times" in refusal(path)


def test_a_small_table_of_equal_lines_is_no_bomb(archive):
    with unpacked(archive([("a.csv", "s,a.jpg\n" * 200_000)])) as folder:
        assert (folder / "a.csv").stat().st_size == 1_600_000


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"files": 1}, "holds more than 1 files"),
        ({"bytes": 50}, "is larger than 0 MB"),
        ({"unpacked_bytes": 20}, "would be larger than 2e-08 GB unpacked"),
    ],
)
def test_what_is_larger_than_allowed_is_refused(archive, limits, said):
    assert said in refusal(archive([("a.csv", TABLE), ("b.csv", TABLE)]), **limits)


def test_a_limit_is_kept_to_the_byte_and_to_the_file(archive):
    path = archive([("a.csv", TABLE), ("b.csv", TABLE)])
    just = {"files": 2, "bytes": path.stat().st_size, "unpacked_bytes": 2 * len(TABLE)}

    with unpacked(path, limits=ArchiveLimits(**just)) as folder:
        assert len(list(folder.iterdir())) == 2


def test_a_small_file_may_grow_as_often_as_it_will(archive):
    path = archive([("a.csv", TABLE * 100)])
    small = len(TABLE) * 100
    times, rest = divmod(small, path.stat().st_size)

    assert f"more than {times} times" in refusal(path, small_bytes=small - 1, ratio=times)
    with unpacked(path, limits=ArchiveLimits(small_bytes=small, ratio=times)):
        assert rest


def test_a_zip_may_hold_what_the_guide_says():
    limits = ArchiveLimits()

    assert (limits.bytes, limits.files) == (500_000_000, 2_000)
    assert (limits.unpacked_bytes, limits.ratio) == (2_000_000_000, 100)
    assert limits.small_bytes == 10_000_000


def test_many_tiny_files_are_refused(archive):
    path = archive(((f"{number}.jpg", b"") for number in range(2_001)), compression=0)

    assert "holds more than 2,000 files" in refusal(path)


def test_files_that_share_bytes_are_refused(archive):
    """What a bomb without nesting does: many names in the directory, one file in the body."""
    path = archive([("a.csv", b"x" * 1000), ("b.csv", b"y" * 1000)])
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    data[second + 42 : second + 46] = struct.pack("<L", 0)
    path.write_bytes(data)

    assert "overlaps another file" in refusal(path)


def test_a_file_larger_than_it_says_is_refused(archive):
    path = archive([("a.csv", b"x" * 5000)])
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\1\2")
    data[start + 24 : start + 28] = struct.pack("<L", 10)
    path.write_bytes(data)

    assert "Pack it again" in refusal(path)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\3\4" + b"\0" * 60])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "catalogue.zip"
    path.write_bytes(content)

    assert "Pack it again" in refusal(path)


def test_a_zip_cut_in_half_is_refused(archive):
    path = archive([("a.csv", TABLE * 100), ("b.csv", TABLE)])
    path.write_bytes(path.read_bytes()[:200])

    assert "Pack it again" in refusal(path)


def test_a_byte_that_flipped_is_noticed(archive):
    path = archive([("a.csv", "x" * 500)], compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"xxxx", b"xyxx", 1))

    assert "is damaged" in refusal(path)


def test_a_disk_without_room_is_told(archive, monkeypatch):
    usage = type("Usage", (), {"free": 5})
    monkeypatch.setattr("fashionshop.importing.archive.shutil.disk_usage", lambda _path: usage)

    assert "no room to unpack" in refusal(archive([("a.csv", TABLE)]))


def test_a_refused_zip_is_an_error_in_words(archive, command):
    with pytest.raises(CommandError, match="leads out of the folder"):
        command(archive([(entry("../a.csv"), "x")]))

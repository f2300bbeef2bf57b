"""Do the stored files hold what was noted of them, and which files does nothing in the shop name?"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db.models import FileField
from django.utils import timezone

from recommender.models import Picture
from recommender.photos import digest
from recommender.pipeline.picture_files import StorageFailed, read_picture

SAMPLE = 100
SETTLED = timedelta(days=1)  # a younger file may belong to a row that is being written
SET_ASIDE = "orphans"


def altered_pictures(*, full: bool) -> list[Picture]:
    """The pictures whose file is gone, out of reach or of other bytes; of a sample, or of all."""
    noted = Picture.objects.exclude(sha256="").defer("palette")
    chosen = noted.iterator() if full else noted.order_by("?")[:SAMPLE]
    return [picture for picture in chosen if not _holds_what_was_noted(picture)]


def _holds_what_was_noted(picture: Picture) -> bool:
    try:
        return digest(read_picture(picture)) == picture.sha256
    except (FileNotFoundError, StorageFailed):
        return False


@dataclass(frozen=True)
class OrphanedFile:
    """A file beside the pictures that no row of any model names."""

    storage: Storage
    name: str

    def __str__(self) -> str:
        return self.name

    def set_aside(self) -> None:
        """Move it where no page looks; nothing is deleted."""
        with self.storage.open(self.name) as file:
            self.storage.save(f"{SET_ASIDE}/{self.name}", file)
        self.storage.delete(self.name)


def orphaned_files() -> list[OrphanedFile]:
    """What lies in the pictures' folders for a day and belongs to nothing; reads every folder.

    A smaller version belongs to its picture: `a.240.jpg` or `a/240w.avif` to `a.jpg`.
    """
    labels = Picture.objects.exclude(field="").values_list("field", flat=True).distinct()
    fields = [_field(label) for label in labels.order_by()]
    return [one for storage in {field.storage for field in fields} for one in _orphans(storage)]


def _field(label: str) -> Any:
    model, _dot, name = label.rpartition(".")
    return apps.get_model(model)._meta.get_field(name)


def _orphans(storage: Any) -> Iterator[OrphanedFile]:
    named = set(_names_in(storage))
    stems = {posixpath.splitext(name)[0] for name in named}
    newest = timezone.now() - SETTLED
    noted = set(Picture.objects.values_list("name", flat=True)) & named
    for top in sorted({name.partition("/")[0] for name in noted if "/" in name}):
        for name in _files_under(storage, top):
            if stems.isdisjoint(_owners(name)) and storage.get_modified_time(name) < newest:
                yield OrphanedFile(storage, name)


def _names_in(storage: Any) -> Iterator[str]:
    """What any model of the host names in this storage."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField) and field.storage == storage:
                yield from model._base_manager.values_list(field.name, flat=True)


def _files_under(storage: Any, folder: str) -> Iterator[str]:
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{file}" for file in files)
    for inner in folders:
        yield from _files_under(storage, f"{folder}/{inner}")


def _owners(name: str) -> set[str]:
    """The names, less their suffix, that a file may be a smaller version of, its own among them."""
    folders = name.split("/")
    cuts = folders[-1].split(".")
    here = "/".join(folders[:-1])
    inside = {"/".join(folders[:depth]) for depth in range(1, len(folders))}
    return inside | {f"{here}/{'.'.join(cuts[:count])}" for count in range(1, len(cuts) + 1)}

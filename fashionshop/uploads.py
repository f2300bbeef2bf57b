"""Photos on their way from a merchant's form into the shop.

A browser forgets the chosen files when a form comes back with a mistake in it. So each good photo
is put aside at once, under a signed name that travels with the form, and taken from there when the
form is right at last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from PIL import Image

from fashionshop.models import Product, ProductPicture, clean_picture
from fashionshop.renditions import DecodedPicture
from fashionshop.storage import StorageFull
from recommender.photos import BadPhoto, digest
from recommender.stored_texts import translated

FOLDER = "pending"
KEPT_FOR = timedelta(days=1)  # then nobody will come back for them
_SIGNER = Signer(salt="fashionshop.uploads")


@dataclass(frozen=True)
class PendingPhoto:
    """A clean photo that waits for its product; `image` are its pixels while they are at hand."""

    name: str
    image: Image.Image | None = None

    @property
    def token(self) -> str:
        return _SIGNER.sign(self.name)

    @property
    def url(self) -> str:
        return default_storage.url(self.name)


@dataclass(frozen=True)
class Sent:
    """What the form brought: new files, and the tokens of those put aside before."""

    files: Sequence[UploadedFile] = ()
    tokens: Sequence[str] = ()


class PhotosInput(forms.FileInput):
    """One or many photos, and small pictures of those already put aside."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/*", "multiple": True})
        self.pending: list[PendingPhoto] = []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Sent:
        return Sent(files.getlist(name), data.getlist(f"{name}-pending"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}-pending" not in data

    def render(  # noqa: PLR0917 -- Django calls it so
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Draw the input and what was put aside; a browser takes no `value` for a file."""
        return render_to_string(
            "admin/fashionshop/product/chosen.html",
            {
                "input": super().render(name, None, attrs, renderer),
                "name": name,
                "pending": self.pending,
            },
        )


class PhotosField(forms.Field):
    """Any number of photos; cleans to a list of `PendingPhoto`, each bad file an error by name."""

    widget = PhotosInput

    def clean(self, value: Sent) -> list[PendingPhoto]:
        if value.files:
            _forget_abandoned()
        pending = {photo.name: photo for photo in map(_pending_photo, value.tokens) if photo}
        errors = []
        for file in value.files:
            try:
                photo = _put_aside(file)
            except StorageFull as error:
                raise ValidationError(str(error), code="no_room") from error
            except BadPhoto as error:
                errors.append(
                    ValidationError(f"{file.name}: {translated(str(error))}", code=error.code)
                )
            else:
                pending[photo.name] = photo
        self.widget.pending = list(pending.values())
        if errors:
            raise ValidationError(errors)
        return self.widget.pending

    def has_changed(self, _initial: Any, data: Sent | None) -> bool:
        return bool(data and (data.files or data.tokens))


@transaction.atomic
def add_pictures(product: Product, photos: Iterable[PendingPhoto]) -> int:
    """Store photos behind the pictures a product has; returns how many, without repetitions."""
    known = {Path(picture.file.name).stem for picture in product.pictures.all()}
    last = product.pictures.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    added = 0
    for photo in photos:
        file = _read(photo)
        if digest(file.read()) in known:
            continue
        picture = ProductPicture.objects.create(
            product=product, file=file, position=position + added
        )
        known.add(Path(picture.file.name).stem)
        added += 1
    return added


def _read(photo: PendingPhoto) -> ContentFile:
    """Read a photo, and forget it here once its product is saved."""
    with default_storage.open(photo.name) as file:
        data = file.read()
    transaction.on_commit(partial(default_storage.delete, photo.name))
    if photo.image is None:  # put aside by an earlier request
        return ContentFile(data, name="picture.jpg")
    return DecodedPicture(data, photo.image, name="picture.jpg")


def _put_aside(file: UploadedFile) -> PendingPhoto:
    photo = clean_picture(file.read())
    return PendingPhoto(default_storage.save(f"{FOLDER}/{uuid4().hex}.jpg", photo), photo.image)


def _pending_photo(token: str) -> PendingPhoto | None:
    """The photo a token names, unless somebody forged the token or the photo is gone."""
    try:
        name = _SIGNER.unsign(token)
    except BadSignature:
        return None
    return PendingPhoto(name) if default_storage.exists(name) else None


def _forget_abandoned() -> None:
    if not default_storage.exists(FOLDER):
        return
    too_old = timezone.now() - KEPT_FOR
    for file in default_storage.listdir(FOLDER)[1]:
        name = f"{FOLDER}/{file}"
        if default_storage.get_modified_time(name) < too_old:
            default_storage.delete(name)

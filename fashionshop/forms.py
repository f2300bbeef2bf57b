"""What a shopper may send."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from recommender.api.parameters import CropField
from recommender.photos import Crop

MOST_PIECES = 9  # more than any photo is found to hold


class PhotoForm(forms.Form):
    """A photo to search with; what it holds is checked where it is opened."""

    photo = forms.FileField(
        label=_("Take a photo"),
        required=False,
        allow_empty_file=True,  # the photo's own check has a kinder message
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    # A phone that is told to capture offers no picture that is saved already.
    saved = forms.FileField(
        label=_("Choose a picture"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    def clean(self) -> dict[str, Any]:
        """Take whichever was sent."""
        cleaned = super().clean() or {}
        cleaned["photo"] = cleaned.get("saved") or cleaned.get("photo")
        if cleaned["photo"] is None:
            text = gettext("Choose a photo first, or take one with your camera.")
            self.add_error("photo", text)
        return cleaned


class CheckoutForm(forms.Form):
    """Who buys, where it would go, and what the page that was sent had shown."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    total = forms.DecimalField(widget=forms.HiddenInput)


class CropForm(forms.Form):
    """A part of a photo that was looked at before: where it is, and what was seen then."""

    crop = forms.CharField(required=False)
    seen = forms.CharField(required=False)

    def clean_crop(self) -> Crop | None:
        """Read four shares; what makes no sense is the whole photo."""
        text = self.cleaned_data["crop"]
        try:
            return CropField().to_internal_value(text) if text else None
        except ValidationError:
            return None


class WishForm(forms.Form):
    """How the result of a photo search is narrowed; what makes no sense is passed over."""

    box = forms.IntegerField(required=False, min_value=0, max_value=MOST_PIECES)
    slot = forms.CharField(required=False, empty_value=None)
    category = forms.CharField(required=False)
    size = forms.CharField(required=False, label=_("Size"))
    price_min = forms.DecimalField(
        required=False, min_value=0, max_digits=9, decimal_places=2, label=_("From €")
    )
    price_max = forms.DecimalField(
        required=False, min_value=0, max_digits=9, decimal_places=2, label=_("To €")
    )

"""What a shopper may send."""

from django import forms


class PhotoForm(forms.Form):
    """A photo to search with; what it holds is checked where it is opened."""

    photo = forms.FileField(
        label="Your photo",
        allow_empty_file=True,  # the photo's own check has a kinder message
        error_messages={"required": "Choose a photo first, or take one with your camera."},
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

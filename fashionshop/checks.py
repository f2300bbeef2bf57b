"""What must not be so where the shop meets the world."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

SHORTEST_KEY = 32


@register(Tags.security, deploy=True)
def check_deployment(**_kwargs: Any) -> list[Error]:
    """E001: anybody could sign in, having read this repository; E002: anybody could guess their way in."""
    found = []
    if settings.SECRET_KEY == settings.DEMO_SECRET_KEY:
        hint = "Set SECRET_KEY in the environment to 50 random characters that nobody else knows."
        found.append(Error("SECRET_KEY is the demo's.", hint=hint, id="fashionshop.E001"))
    key = settings.RECOMMENDER["STAFF_KEY"]
    if key and len(key) < SHORTEST_KEY:
        hint = f"Set STAFF_KEY to {SHORTEST_KEY} random characters at least, or leave it empty."
        found.append(Error("STAFF_KEY can be guessed.", hint=hint, id="fashionshop.E002"))
    return found

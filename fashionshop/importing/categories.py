"""The shop's categories by name, made as a catalogue mentions them."""

from collections.abc import Mapping

from django.utils.text import slugify

from fashionshop.importing.slots import plain
from fashionshop.models import Category

SLUG_LIMIT = 80
UNNAMED = "Other"


class Categories:
    """Finds a category by name, capital and small letters counting as one, or makes it.

    The slot of a category that exists is the merchant's to choose and stays as it is.
    """

    def __init__(self) -> None:
        self._by_name = {plain(each.name): each for each in Category.objects.all()}
        self._slugs = {each.slug for each in self._by_name.values()}

    def named(self, name: str | None, *, slot: str) -> Category:
        name = name or UNNAMED
        if plain(name) not in self._by_name:
            category = Category.objects.create(name=name, slug=self._free_slug(name), slot=slot)
            self._by_name[plain(name)] = category
            self._slugs.add(category.slug)
        return self._by_name[plain(name)]

    def _free_slug(self, name: str) -> str:
        stem = slugify(name)[: SLUG_LIMIT - 4] or "category"
        slug, number = stem, 1
        while slug in self._slugs:
            number += 1
            slug = f"{stem}-{number}"
        return slug


def choose_slots(chosen: Mapping[str, str]) -> None:
    """Give the shop's categories the slots that the merchant chose in a mapping."""
    for category in Category.objects.all():
        slot = chosen.get(plain(category.name), category.slot)
        if slot != category.slot:
            category.slot = slot
            category.save(update_fields=["slot"])

"""Products by words: their titles and colours, and what kind of thing they are."""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import F, Func, QuerySet
from django.utils.translation import gettext

from fashionshop.garment_names import KNOWN
from fashionshop.models import Product
from recommender.models import Slot

CONFIG = "english"  # how words are cut to their stems; words it does not know stay whole
MOST_WORDS = 8


class Folded(Func):
    """A text without its accents, as `_folded` writes it."""

    template = r"regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036f]', '', 'g')"


def products_of_words(text: str) -> QuerySet[Product]:
    """What is published and has every word, or a word that begins so; the closest first.

    Reads the words of every product: some 15 ms for each thousand of them.
    """
    if not (words := _words(text)):
        return Product.objects.none()
    query = SearchQuery(" & ".join(map(_alternatives, words)), search_type="raw", config=CONFIG)
    vector = (
        SearchVector(Folded("title"), config=CONFIG, weight="A")
        + SearchVector(Folded("category__name"), config=CONFIG, weight="B")
        + SearchVector(Folded("colour"), "category__slot", config=CONFIG, weight="C")
    )
    found = Product.objects.published().alias(words=vector).filter(words=query)
    return found.order_by(SearchRank(F("words"), query).desc(), "-created_at", "-pk")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _folded(text))[:MOST_WORDS]


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _alternatives(word: str) -> str:
    """The word as it is being typed, or what the shop calls that in English: kleid, dress."""
    own = {each for each, name in _kinds() if any(n.startswith(word) for n in _words(name))}
    return "(" + " | ".join(f"{each}:*" for each in [word, *sorted(own - {word})]) + ")"


def _kinds() -> list[tuple[str, str]]:
    """English words for kinds of things, each with its name in the shopper's language."""
    slots = [(slot.value.lower(), str(slot.label)) for slot in Slot]
    return [*slots, *((name, gettext(name)) for name in KNOWN if name.isalpha())]

"""Which slot a category fills, in five languages and down the paths of a taxonomy."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from fashionshop.importing.words.slots import GERMAN, GOOGLE_CATEGORIES, NOT_ENGLISH, WORDS
from recommender.garments import slot_of

ENGLISH = "en"
LANGUAGES = (ENGLISH, *WORDS)
PATH = re.compile(r"\s*(?:>|»|\u203a|\|)\s*")
AND = re.compile(r"\s*(?:[&+/,;]|\b(?:und|et|y|e)\b)\s*")
SHORTEST_ENDING = 4  # of a German word that counts at the end of a longer one: Abend-kleid


class Slots:
    """Knows the slots of one catalogue's categories.

    A word of two languages (Robes are dresses or dressing gowns) means what it does in the language
    that knows most of the catalogue's categories. What the merchant chose comes before all words.
    """

    def __init__(
        self, labels: Iterable[str] = (), *, chosen: Mapping[str, str] | None = None
    ) -> None:
        self._chosen = chosen or {}
        self._votes = Counter(
            language
            for label in set(labels)
            for part in path_of(label)
            for language in _answers(part)
        )

    def of(self, *labels: str | None) -> str | None:
        """Name the slot of the first label that is known, the end of a path before its beginning.

        "" is what is worn with nothing; None is what nobody has heard of, or means two things.
        """
        parts = [part for label in labels if label for part in (label, *reversed(path_of(label)))]
        for part in parts:
            if (chosen := self._chosen.get(plain(part))) is not None:
                return chosen
        found = (
            self._in_words(part) for part in parts if part not in labels or not PATH.search(part)
        )
        return next((slot for slot in found if slot is not None), None)

    def _in_words(self, label: str) -> str | None:
        answers = _answers(label)
        if len(set(answers.values())) == 1:
            return next(iter(answers.values()))
        ranked = sorted(answers, key=lambda language: self._votes[language], reverse=True)
        if not ranked or self._votes[ranked[0]] == self._votes[ranked[1]]:
            return None
        return answers[ranked[0]]


def path_of(label: str) -> list[str]:
    """The parts of a taxonomy's path; Google's numbers by their names."""
    name = GOOGLE_CATEGORIES.get(label.strip(), label)
    return [part for part in PATH.split(name.strip()) if part]


def plain(word: str) -> str:
    """A name as it is compared: capitals and small letters, and both forms of accents, are one."""
    return " ".join(unicodedata.normalize("NFC", word).casefold().replace("’", "'").split())


@lru_cache(maxsize=4096)
def _answers(label: str) -> dict[str, str]:
    """Language → slot, for each language that knows a label."""
    found = {language: _slot_in(language, label) for language in LANGUAGES}
    return {language: slot for language, slot in found.items() if slot is not None}


def _slot_in(language: str, label: str) -> str | None:
    if language == ENGLISH:
        return None if NOT_ENGLISH & set(plain(label).split()) else slot_of(label)
    slots = {_slot_of_part(language, part) for part in AND.split(plain(label)) if part}
    return slots.pop() if len(slots) == 1 else None  # "Schuhe & Taschen" is two


def _slot_of_part(language: str, part: str) -> str | None:
    """The slot of the word that matters: the last in German, the first elsewhere; longer ones win."""
    words = _phrases(language)
    tokens = part.split()
    for length in range(min(len(tokens), 4), 0, -1):
        starts = range(len(tokens) - length + 1)
        for start in reversed(starts) if language == GERMAN else starts:
            phrase = " ".join(tokens[start : start + length])
            if (slot := words.get(phrase)) is not None:
                return slot
    return _slot_of_ending(tokens[-1]) if language == GERMAN and tokens else None


def _slot_of_ending(word: str) -> str | None:
    """The slot of a German word by the longest known one at its end: Lederhandtasche."""
    words = _phrases(GERMAN)
    endings = (word[start:] for start in range(1, len(word) - SHORTEST_ENDING + 1))
    return next((words[ending] for ending in endings if ending in words), None)


@cache
def _phrases(language: str) -> dict[str, str]:
    return {
        plain(word): slot for slot, words in WORDS[language].items() for word in words.split(",")
    }

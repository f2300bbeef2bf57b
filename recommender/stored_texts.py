"""Sentences that were written in English, where no reader was known, in the reader's language.

Workers and trainings store what went wrong in plain English, and the door for photos knows no
Django. So a sentence is recognised by its pattern when somebody reads it.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from recommender import photos

TEXTS = (
    *photos.MESSAGES,
    _("The picture's file is gone from storage; please upload it again."),
    _("The stored file no longer holds the picture that was uploaded. Please upload it again."),
    _("The encoder could make nothing of this picture."),
    _("has no picture"),
    _("the picture's file is gone from storage"),
    _("Given up: another training was started elsewhere."),
    _("It was interrupted (%(why)s)."),
    _("It stopped with an error: %(error)s"),
    _(
        "%(what)s was killed (signal %(signal)s), often for want of memory. "
        "The same command goes on where it was."
    ),
    _("%(what)s stopped with an error: %(last)s"),
    _("Without what was left out: %(error)s"),
    _("The looks held out make %(count)s questions, too few to decide by; %(fewest)s are needed."),
    _(
        "It names the right product in %(share)s of %(count)s questions about looks it never saw, "
        "clearly more often than %(rivals)s."
    ),
    _(
        "It names the right product in %(share)s of %(count)s questions about looks it never saw, "
        "which is not clearly more often than %(rivals)s."
    ),
    _("the pictures alone (%(share)s)"),
    _("the encoder that serves now (%(share)s)"),
    _("popularity (%(share)s)"),
    _("the pair scorer that ranks now (%(share)s)"),
)
VALUE = re.compile(r"%\\\((\w+)\\\)s")  # %(name)s, once `re.escape` has been over it


def translated(text: str) -> str:
    """The same sentence in the language of the request; what nobody knows stays as it is."""
    for message in TEXTS:
        found = _pattern(message).fullmatch(text)
        if found and gettext(message) != message:
            values = found.groupdict()
            if rivals := values.get("rivals"):
                values["rivals"] = ", ".join(map(translated, rivals.split(" and ")))
            said = gettext(message) % values
            return said if text.endswith(".") else said.rstrip(".")
    return text


@lru_cache
def _pattern(message: str) -> re.Pattern[str]:
    """A message as a pattern, each of its values a group."""
    return re.compile(VALUE.sub(r"(?P<\1>.+?)", re.escape(message.rstrip("."))) + r"\.?")

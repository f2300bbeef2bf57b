"""Every text is in every language the wheel ships, and a page speaks its reader's."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from recommender.stored_texts import TEXTS, translated

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["de", "fr", "es", "it", "ar"]
FOLDERS = {"recommender": ["recommender"], "fashionshop": ["fashionshop", "templates"]}
CATALOGUES = [(app, language) for app in FOLDERS for language in LANGUAGES]
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
PLACEHOLDER = re.compile(r"%\(\w+\)[^\s\w]*\d*[a-z]|%s|%%|\{\w+\}|</?\w+>")
# What stands in a template without being a word of a language: names, and what a developer types.
NAMES = re.compile(r"fashionshop|overlap@8")
MARKUP = re.compile(
    r"{% blocktranslate.*?{% endblocktranslate %}|{% comment.*?{% endcomment %}|<!--.*?-->|{#.*?#}"
    r"|<style.*?</style>|<code>.*?</code>|{%.*?%}|{{.*?}}|&\w+;",
    re.DOTALL,
)
SPOKEN = re.compile(r'\b(?:alt|title|placeholder|aria-label|aria-roledescription)="([^"]*)"')


def catalogue(app, language, kind):
    return ROOT / app / "locale" / language / "LC_MESSAGES" / f"django.{kind}"


def entries(path):
    """Message → its forms in the other language; a plural is a pair."""
    found = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields, name = {}, ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            key, quote, text = line.partition('"')
            name = key.strip() or name
            fields[name] = fields.get(name, "") + ast.literal_eval(quote + text)
        forms = tuple(text for name, text in fields.items() if name.startswith("msgstr"))
        plural = fields.get("msgid_plural")
        found[(fields["msgid"], plural) if plural else fields["msgid"]] = forms
    del found[""]
    return found


def messages_of(app):
    """What the sources mark for translation."""
    files = [
        path
        for folder in FOLDERS[app]
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".html"} and "migrations" not in path.parts
    ]
    texts = [_as_python(path) if path.suffix == ".html" else path.read_text() for path in files]
    return {message for text in texts for message in _marked(text)}


def _as_python(path):
    """The calls that a template stands for, one a line."""
    text = templatize(path.read_text(encoding="utf-8"))
    calls = re.findall(r"n?gettext\(.*?\)(?= )|_\(.*?\)(?= )", text, re.DOTALL)
    return "\n".join(re.sub(r",\s*count\)$", ", 1)", call) for call in calls)


def _marked(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            said = [part.value for part in node.args[:2] if isinstance(part, ast.Constant)]
            words = [value for value in said if isinstance(value, str)]
            if words:
                yield tuple(words) if len(words) == 2 else words[0]


@pytest.mark.parametrize(("app", "language"), CATALOGUES)
class TestCatalogue:
    def test_says_all_that_the_sources_say_and_no_more(self, app, language):
        assert entries(catalogue(app, language, "po")).keys() == messages_of(app)

    def test_leaves_nothing_out_and_nothing_in_doubt(self, app, language):
        path = catalogue(app, language, "po")

        assert [key for key, forms in entries(path).items() if not all(forms)] == []
        assert "fuzzy" not in path.read_text()

    def test_keeps_every_placeholder(self, app, language):
        for message, forms in entries(catalogue(app, language, "po")).items():
            singular, plural = message if isinstance(message, tuple) else (message, message)
            wanted = {*PLACEHOLDER.findall(singular), *PLACEHOLDER.findall(plural)}
            assert set(PLACEHOLDER.findall(forms[-1])) == wanted, message
            assert all(set(PLACEHOLDER.findall(form)) <= wanted for form in forms), message

    def test_was_compiled_after_its_last_change(self, app, language):
        with catalogue(app, language, "mo").open("rb") as file:
            compiled = gettext.GNUTranslations(file)
        for message, forms in entries(catalogue(app, language, "po")).items():
            if isinstance(message, tuple):
                known = [compiled._catalog[message[0], number] for number in range(len(forms))]
            else:
                known = [compiled.gettext(message)]
            assert tuple(known) == forms


def test_arabic_has_its_six_forms():
    for app in FOLDERS:
        plurals = {
            len(forms)
            for message, forms in entries(catalogue(app, "ar", "po")).items()
            if isinstance(message, tuple)
        }
        assert plurals == {6}


@pytest.mark.parametrize(
    "path",
    [
        *sorted(ROOT.glob("templates/**/*.html")),
        *sorted(ROOT.glob("recommender/templates/**/*.html")),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_template_has_no_word_outside_a_translation(path):
    text = MARKUP.sub(" ", path.read_text(encoding="utf-8"))

    words = " ".join([*SPOKEN.findall(text), re.sub(r"<[^>]*>", " ", text)])

    assert re.findall(r"[A-Za-z]{2,}", NAMES.sub("", words)) == []


def test_style_sheets_say_no_word():
    sheets = [*ROOT.glob("recommender/static/**/*.css"), *ROOT.glob("fashionshop/static/**/*.css")]

    assert sheets
    for sheet in sheets:
        contents = re.findall(r"content:([^;]*);", sheet.read_text())
        texts = [text for content in contents for text in re.findall(r'"([^"]*)"', content)]
        assert [text for text in texts if any(map(str.isalpha, text))] == []


class TestStoredText:
    def test_is_read_in_the_language_of_the_reader(self):
        with translation.override("de"):
            said = translated("The file is larger than 10 MB.")

        assert said == "Die Datei ist größer als 10 MB."

    def test_is_read_as_it_was_written_by_an_english_reader(self):
        assert translated("The file is larger than 10 MB.") == "The file is larger than 10 MB."

    def test_that_nobody_knows_stays_as_it_is(self):
        with translation.override("de"):
            assert translated("CUDA out of memory") == "CUDA out of memory"

    def test_names_its_rivals_in_the_language_too(self):
        text = (
            "It names the right product in 63% of 250 questions about looks it never saw, clearly "
            "more often than the pictures alone (40%) and popularity (31%)."
        )
        with translation.override("de"):
            assert translated(text).endswith(": die Bilder allein (40%), die Beliebtheit (31%).")

    @pytest.mark.parametrize("message", TEXTS)
    def test_is_known_again_with_any_values(self, message):
        text = re.sub(r"%\(\w+\)s", "7", message)
        with translation.override("fr"):
            assert translated(text) != text

"""What the documentation names exists, and what exists is named."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from recommender import checks, conf
from recommender.api import aliases, urls
from recommender.catalog import Card, Catalog, PictureSource
from recommender.pipeline import consistency, row_audit
from recommender.ranking.exclusion import Exclusion
from recommender.templatetags.recommender import register
from workers import tasks

ROOT = Path(__file__).resolve().parent.parent
DOCS = {path.name: path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")]}
EVERYTHING = "\n".join(DOCS.values())
REFERENCE = DOCS["reference.md"]
HOSTS = ROOT / "tests" / "hosts"
QUOTES = re.findall(
    r"<!-- quote: (\S+) -->\n```\w+\n(.*?)```", DOCS["host-shop.md"], flags=re.DOTALL
)
OUR_COMMANDS = sorted(
    name for name, app_name in get_commands().items() if app_name in {"recommender", "fashionshop"}
)
# Each option that stands behind a command, in the same code or on the same line of it.
OPTIONS = sorted(
    {
        (name, option)
        for name, words in re.findall(r"manage\.py (\w+)([^`\n&]*)", EVERYTHING)
        for option in re.findall(r"--[\w-]+", words)
    }
)
ENVIRONMENT = re.findall(
    r'env\.\w+\(\s*"(\w+)"', (ROOT / "fashionshop" / "settings.py").read_text()
)
CHECK_IDS = [
    found
    for module in Path(checks.__file__).parent.glob("*.py")
    for found in re.findall(r'"(recommender\.[EW]\d+)"', module.read_text())
]
FINDINGS = [
    found
    for module in (consistency, row_audit)
    for found in re.findall(
        r'\("(\w+)", "|(?:Finding|_listed)\(\s*"(\w+)"', Path(module.__file__).read_text()
    )
]


@pytest.mark.parametrize("name", conf.DEFAULTS)
def test_every_setting_is_documented_with_its_default(name):
    assert f"| `{name}` | `{conf.DEFAULTS[name]!r}` |" in REFERENCE


def test_no_setting_is_documented_that_does_not_exist():
    table = REFERENCE.split("## System checks")[0]

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.M)) == set(conf.DEFAULTS)


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_every_command_is_documented(name):
    assert f"manage.py {name}" in REFERENCE


@pytest.mark.parametrize("name", sorted({*register.tags, *register.filters}))
def test_every_template_tag_is_documented(name):
    assert re.search(rf"{{% {name} |\|{name} }}", REFERENCE)


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_of_a_command_in_the_text_exists(name, option):
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)

    assert option in parser.format_help()


@pytest.mark.parametrize(
    "name", sorted(name for name in tasks.app.tasks if name.startswith("workers."))
)
def test_every_task_is_documented(name):
    assert f"`{name}`" in REFERENCE


@pytest.mark.parametrize("pattern", [*urls.urlpatterns, *aliases.urlpatterns])
def test_every_path_of_the_api_is_documented(pattern):
    path = re.sub(r"<str:(\w+)>", r"{\1}", str(pattern.pattern))

    assert re.search(rf"`(GET|POST) {re.escape(path)}`", REFERENCE)


def test_no_system_check_is_documented_that_does_not_exist():
    assert set(re.findall(r"^\| `(recommender\.\w+)` \|", REFERENCE, flags=re.M)) == set(CHECK_IDS)


@pytest.mark.parametrize("check_id", sorted(set(CHECK_IDS)))
def test_every_system_check_is_documented(check_id):
    assert f"`{check_id}`" in REFERENCE


@pytest.mark.parametrize("code", sorted({one or other for one, other in FINDINGS}))
def test_every_finding_is_documented(code):
    assert f"`{code}`" in REFERENCE


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_every_variable_of_the_environment_is_documented(name):
    assert f"| `{name}` |" in REFERENCE


@pytest.mark.parametrize(("name", "text"), QUOTES)
def test_the_guide_for_hosts_quotes_the_shops_it_was_tested_with(name, text):
    source = (HOSTS / name).read_text()
    marked = re.search(r"# docs: \w+\n(.*?)\n *# docs: end", source, flags=re.DOTALL)
    quoted = marked[1] if marked else source

    assert _plain(text) == _plain(quoted)


def _plain(text):
    """The text from the left margin."""
    lines = text.strip("\n").splitlines()
    margin = min(len(line) - len(line.lstrip()) for line in lines if line)
    return "\n".join(line[margin:].rstrip() for line in lines).strip()


def test_the_guide_for_hosts_quotes_every_step():
    assert [name for name, _text in QUOTES] == [
        "foreign/shop/settings.py",
        "foreign/shop/catalog.py",
        "foreign/shop/templates/shop/garment.html",
        "foreign/shop/urls.py",
        "foreign/example.py",
        "oscar/boutique/catalog.py",
        "oscar/boutique/templates/oscar/catalogue/detail.html",
    ]


@pytest.mark.parametrize(("name", "most"), [("foreign/shop", 20), ("oscar/boutique", 40)])
def test_the_adapters_of_the_guide_are_short(name, most):
    adapter = (HOSTS / name / "catalog.py").read_text().partition("(Catalog):")[2]

    assert len([line for line in adapter.splitlines() if line.strip()]) <= most


@pytest.mark.parametrize("name", [name for name in vars(Catalog) if not name.startswith("_")])
def test_every_answer_of_a_catalog_is_documented(name):
    assert re.search(rf"^\| `{name}[`(]", DOCS["host-shop.md"], flags=re.M)


@pytest.mark.parametrize("shown", [Card, PictureSource])
def test_every_field_that_a_host_fills_is_documented(shown):
    (fields,) = re.findall(rf"`{shown.__name__}\((.+?)\)`", DOCS["host-shop.md"])

    assert re.findall(r"(\w+)(?:=[^,]+)?(?:, |$)", fields) == list(shown.__dataclass_fields__)


@pytest.mark.parametrize("name", sorted(DOCS))
def test_links_between_documents_lead_somewhere(name):
    folder = ROOT if name == "README.md" else ROOT / "docs"
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", DOCS[name])

    assert [target for target in targets if not (folder / target).exists()] == []


@pytest.mark.parametrize("name", sorted(DOCS))
def test_files_named_in_the_text_exist(name):
    named = set(
        re.findall(r"`((?:docs|workers|recommender|fashionshop|tests)/[\w./-]+)`", DOCS[name])
    )

    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("gate", Exclusion.values)
def test_every_gate_of_why_not_is_documented(gate):
    assert re.search(rf"^\|[^|]*`{gate}`", DOCS["api.md"], flags=re.M)


STORIES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCS["stories.md"].splitlines()
    if re.match(r"\| [ASMD]\d", line)
]


def test_every_story_is_listed_once():
    counts = {"A": 17, "S": 14, "M": 13, "D": 8}
    wanted = [f"{who}{number}" for who, last in counts.items() for number in range(1, last + 1)]

    assert [story[0] for story in STORIES] == wanted


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story[0])
def test_a_story_is_shown_by_tests_that_exist_or_says_what_is_missing(story):
    _number, _text, shown_by, missing = story
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown_by)

    assert named or missing
    for path, name in named:
        assert re.search(rf"^ *def {name}\(", (ROOT / path).read_text(), flags=re.M), name


JOURNEYS = {
    row.split("|")[1].strip(): re.findall(r"`([\w/]+\.py)`", row)
    for row in DOCS["architecture.md"].splitlines()
    if ".py` → " in row
}


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_is_followed_in_one_direction_and_few_files(name):
    files = JOURNEYS[name]
    modules = [path.removesuffix(".py").replace("/", ".") for path in files]
    texts = [(ROOT / path).read_text() for path in files]
    back = [
        (files[later], files[sooner])
        for later, text in enumerate(texts)
        for sooner in range(later)
        if f"from {modules[sooner]} import" in text
    ]
    unreached = [
        path
        for step, path in enumerate(files[1:], start=1)
        if not any(_imports(text, modules[step]) for text in texts[:step])
    ]

    assert len(files) <= 7
    assert back == []
    assert unreached == []


def _imports(text, module):
    package, _, name = module.rpartition(".")
    return re.search(rf"from {module} import|from {package} import .*\b{name}\b", text)

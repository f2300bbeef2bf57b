"""The borders of the design: who may import whom, what starts without what, how large things grow."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("recommender", "fashionshop", "workers")
SOURCES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted(
    path.relative_to(ROOT)
    for folder in ("templates", *PACKAGES)
    for path in (ROOT / folder).rglob("*.html")
)
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 50
MAX_FLOORS = 5  # of imports between the modules of one folder
# Who builds on whom in the workers: a package imports those before it and none after it.
LAYERS = ("datasets", "evaluation", "training", "showcase", "comparison")
HEAVY = ("torch", "torchvision", "numpy", "onnxruntime", "onnx", "sklearn", "matplotlib")
# Training runs on a machine that has nothing but torch, and shares these few words with the shop.
BARE = (
    "training",
    "evaluation",
    "datasets",
    "networks",
    "serving",
    "images",
    "checkpoints",
    "export",
)
SHARED_WITH_TRAINING = {
    f"recommender.{name}" for name in ("cards", "features", "garments", "photos")
}
# From the jobs to the networks and back: what is loaded, the batch of pictures, the doors.
BOTH_WORLDS = ["checkpoint_cache.py", "embedding.py", "recheck.py", "tasks.py"]
FORBIDDEN = (
    *("torch.load(", "import pickle", "pickle.load", "yaml.load(", "os.system("),
    *("mark_safe", "csrf_exempt", ".raw(", ".extra(", "verify=False", "shell=True"),
)
EXCEPTIONS = {
    # Both with `weights_only`: what would run code is refused.
    "torch.load(": ("workers/foreign.py", "workers/networks/pretrained.py"),
    # DRF exempts every view and checks the token itself where a session signs in. The choice of a
    # language would need a cookie on every page for its token; whoever forges it changes a language.
    "csrf_exempt": ("recommender/api/", "fashionshop/urls.py"),
    # JSON for search engines, every character escaped that could end or open an element.
    "mark_safe": "fashionshop/templatetags/storefront.py",
    "import pickle": "workers/foreign.py",  # for the name of the error alone
}


@cache
def text(path):
    return (ROOT / path).read_text()


@cache
def imports(path):
    """Every module a file imports, with the names taken from it, wherever the statement stands."""
    found = set()
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def under(modules, *packages):
    return {name for name in modules if name.partition(".")[0] in packages}


def files(package):
    return [path for path in SOURCES if path.parts[0] == package]


def bare_files():
    return [path for path in files("workers") if path.with_suffix("").parts[1] in BARE]


def broken(paths, rule):
    """The files that break a rule, with what breaks it."""
    return {str(path): bad for path in paths if (bad := rule(path))}


def test_the_plug_in_knows_neither_shop_nor_workers():
    others = ("fashionshop", "workers")

    assert broken(files("recommender"), lambda path: under(imports(path), *others)) == {}


def test_the_shop_does_not_know_the_workers():
    assert broken(files("fashionshop"), lambda path: under(imports(path), "workers")) == {}


def test_the_workers_do_not_know_the_shop():
    assert broken(files("workers"), lambda path: under(imports(path), "fashionshop")) == {}


def test_neither_plug_in_nor_shop_imports_what_only_workers_have():
    light = [*files("recommender"), *files("fashionshop")]

    assert broken(light, lambda path: under(imports(path), *HEAVY)) == {}


def test_nothing_that_runs_knows_the_program_that_draws():
    drawing = ("drawings", "resvg_py")

    assert broken(SOURCES, lambda path: under(imports(path), *drawing)) == {}
    assert "resvg-py" not in text("requirements-cpu.txt") + text("requirements-web.txt")


def test_training_and_serving_know_neither_django_nor_celery():
    web = ("django", "celery", "kombu", "rest_framework")

    assert broken(bare_files(), lambda path: under(imports(path), *web)) == {}


def test_training_and_serving_share_four_modules_with_the_plug_in():
    assert broken(bare_files(), lambda path: of_plug_in(path) - SHARED_WITH_TRAINING) == {}


def of_plug_in(path):
    """The modules of the plug-in that a file imports."""
    names = under(imports(path), "recommender") - {"recommender"}
    return {".".join(name.split(".")[:2]) for name in names}


def test_only_four_modules_know_both_worlds():
    both = [
        path.name
        for path in files("workers")
        if of_plug_in(path) - SHARED_WITH_TRAINING and any(map(_is_muscle, imports(path)))
    ]

    assert both == BOTH_WORLDS


def _is_muscle(name):
    parts = name.split(".")
    return parts[0] in HEAVY or (parts[0] == "workers" and len(parts) > 1 and parts[1] in BARE)


def module_name(path):
    """`workers/datasets/__init__.py` is `workers.datasets`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in SOURCES}


@pytest.mark.parametrize("layer", LAYERS)
def test_training_builds_on_the_evaluation_and_nothing_builds_on_what_comes_after_it(layer):
    later = {f"workers.{name}" for name in LAYERS[LAYERS.index(layer) + 1 :]}
    own = [path for path in files("workers") if path.parts[1] == layer]

    assert own
    assert (
        broken(own, lambda path: {".".join(n.split(".")[:2]) for n in imports(path)} & later) == {}
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_no_parts_of_a_package_import_each_other_in_a_circle(package):
    graph = {}
    for name, path in MODULES.items():
        part = _part(name, package)
        used = {_part(other, package) for other in imports(path) if other in MODULES}
        graph.setdefault(part, set()).update(used - {part, ""})

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def _part(name, package):
    """The folder or module right under a package that a module lies in, "" for all others."""
    parts = name.split(".")
    return parts[1] if parts[0] == package and len(parts) > 1 else ""


@pytest.mark.parametrize("folder", sorted({str(path.parent) for path in SOURCES}))
def test_imports_inside_a_folder_are_few_floors_deep(folder):
    own = {n: p for n, p in MODULES.items() if str(p.parent) == folder and "__" not in p.name}
    below = {name: (imports(path) & own.keys()) - {name} for name, path in own.items()}
    TopologicalSorter(below).prepare()  # no circle, or there would be no floors

    @cache
    def floor(name):
        return 1 + max(map(floor, below[name]), default=0)

    assert max(map(floor, own), default=0) <= MAX_FLOORS


def test_celerys_app_imports_neither_a_network_nor_the_tasks():
    assert not {name for name in imports("workers/celery.py") if _is_muscle(name)}
    assert "workers.tasks" not in imports("workers/celery.py")


def test_only_the_broker_knows_celery_in_the_plug_in():
    callers = [str(path) for path in files("recommender") if under(imports(path), "celery")]

    assert callers == ["recommender/broker.py"]


WAITS = {"ask_photo_features", "ask_garment_features"}


def test_only_the_broker_waits_for_a_worker_and_only_photo_search_asks_it_to():
    asking = {
        path.relative_to("recommender").as_posix()
        for path in files("recommender")
        if WAITS & set(re.findall(r"\w+", (ROOT / path).read_text()))
    }
    waiting = {
        path.as_posix()
        for root in ("recommender", "fashionshop")
        for path in files(root)
        if re.search(
            r"\bblpop\b|AsyncResult|\.get\(timeout|_wait_for_reply", (ROOT / path).read_text()
        )
    }

    assert asking == {"broker.py", "strips/photo.py", "strips/photo_garments.py"}
    assert waiting == {"recommender/broker.py"}


def test_one_module_alone_knows_drf_spectacular():
    callers = [
        str(path) for path in files("recommender") if under(imports(path), "drf_spectacular")
    ]

    assert callers == ["recommender/api/openapi.py"]


BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"blocked: {name}", name=name)
sys.meta_path.insert(0, Blocker())
import os
os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
"""


def run(code, *, blocked, settings="tests.settings"):
    """Run code in a fresh process in which some modules cannot be imported."""
    head = f"BLOCKED, SETTINGS = {set(blocked)!r}, {settings!r}\n{BLOCKER}"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", head + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_blocker_blocks():
    outcome = run("import numpy", blocked=["numpy"])

    assert "blocked: numpy" in outcome.stderr


def test_the_web_process_starts_without_torch_numpy_and_onnxruntime():
    code = """
from fashionshop.wsgi import application
from django.urls import get_resolver, reverse
get_resolver().url_patterns
from django.contrib import admin
admin.site.get_urls()
assert reverse("home") == "/"
from django.test import Client
assert Client(headers={"host": "localhost"}).get("/api/v1/schema").status_code == 200
assert "workers" not in sys.modules
"""
    outcome = run(code, blocked=HEAVY)

    assert outcome.returncode == 0, outcome.stderr


def test_a_cpu_worker_starts_and_loads_the_shipped_checkpoints_without_torch():
    code = """
import django
django.setup()
from workers import tasks
from workers.serving.encoders import load_encoder
from workers.serving.scorers import load_pair_scorer
from recommender.switching.checkpoints import shipped_checkpoints
from workers.checkpoints import load_card
from PIL import Image
cards = {folder: load_card(folder) for folder in shipped_checkpoints()}
picture = [Image.new("RGB", (200, 260), "crimson")]
for folder, card in cards.items():
    if card.purpose.is_encoder:
        assert load_encoder(folder).encode(picture)[0].embeddings
    else:
        load_pair_scorer(folder)
assert {"VISUAL", "STYLE", "PAIR"} <= {card.purpose for card in cards.values()}
"""
    outcome = run(code, blocked=["torch", "torchvision"])

    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.training  # as long as one: it imports every network there is
def test_training_starts_without_django_and_celery():
    modules = [".".join(path.with_suffix("").parts) for path in bare_files()]
    wanted = [name.removesuffix(".__init__") for name in modules if "__main__" not in name]

    outcome = run("".join(f"import {name}\n" for name in wanted), blocked=["django", "celery"])

    assert outcome.returncode == 0, outcome.stderr


def test_no_file_grows_beyond_a_few_screens():
    sizes = {str(path): len(text(path).splitlines()) for path in [*SOURCES, *TESTS]}

    assert {path: size for path, size in sizes.items() if size > MAX_FILE_LINES} == {}


def test_no_function_grows_beyond_a_screen():
    assert broken([*SOURCES, *TESTS], _long_functions) == {}


def _long_functions(path):
    nodes = ast.walk(ast.parse(text(path)))
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f.name for f in functions if f.end_lineno - f.lineno >= MAX_FUNCTION_LINES]


@pytest.mark.parametrize("word", FORBIDDEN)
def test_what_has_bitten_others_is_not_used(word):
    users = [str(path) for path in SOURCES if word in text(path)]

    assert [path for path in users if not path.startswith(EXCEPTIONS.get(word, "-"))] == []


def test_torch_loads_weights_and_nothing_else():
    loaded = [line for path in SOURCES for line in text(path).split("torch.load(")[1:]]

    assert loaded
    assert [call for call in loaded if "weights_only=True" not in call.partition(")")[0]] == []


@pytest.mark.parametrize("word", ["|safe", "autoescape off", 'src="http', 'href="http'])
def test_no_template_trusts_text_or_fetches_from_elsewhere(word):
    assert [str(path) for path in TEMPLATES if word in text(path)] == []


def test_requirements_build_on_one_another():
    def lines(name):
        return text(name).splitlines()

    assert "-r requirements-web.txt" in lines("requirements-cpu.txt")
    assert "-r requirements-cpu.txt" in lines("requirements.txt")
    assert not [line for line in lines("requirements-web.txt") if line.startswith("-")]


@pytest.mark.parametrize(
    "name",
    [
        "requirements-web.txt",
        "requirements-cpu.txt",
        "requirements.txt",
        "requirements-encoders.txt",
    ],
)
def test_every_requirement_is_pinned_exactly_and_once(name):
    lines = text(name).splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r"))]

    assert [line for line in wanted if line.count("==") != 1] == []
    assert len({line.partition("==")[0] for line in wanted}) == len(wanted)


@pytest.mark.parametrize("name", ["requirements-web.txt", "requirements-cpu.txt"])
def test_a_shop_without_a_gpu_installs_no_torch(name):
    assert not [line for line in text(name).splitlines() if line.startswith("torch")]


def test_the_web_process_installs_neither_numpy_nor_onnxruntime():
    wanted = {line.partition("==")[0] for line in text("requirements-web.txt").splitlines()}

    assert wanted & set(HEAVY) == set()

"""What stays unseen shares nothing with what is learnt, and its questions are fair."""

from itertools import combinations

import pytest

from tests.workers.retailer import write_export
from workers import datasets
from workers.datasets.looks import learnable_looks
from workers.evaluation import __main__ as evaluation
from workers.evaluation import benchmark, compatibility, outfit_scorers, split


def is_test(number):
    return "test" if number % 10 == 0 else "train"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_export(tmp_path_factory.mktemp("source") / "shop", products=60, parts=is_test)


@pytest.fixture(scope="module")
def out(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("split")
    arguments = ["--data", str(source), "--out", str(folder), "--share", "0.3"]
    assert evaluation.main(["split", *arguments]) == 0
    return folder


def products(collection, part):
    looks = [keys for name, keys in collection.looks.items() if name.startswith(part)]
    return {key for keys in looks for key in keys}


def test_the_sides_share_no_product(out):
    made = datasets.read(out)

    assert len(products(made, "test/")) >= 0.3 * 54 * 3 - 3
    assert products(made, "test/").isdisjoint(products(made, "train/"))


def test_the_source_s_own_test_looks_stay_unread(source, out):
    kept = products(datasets.read(source), "test/")

    assert kept.isdisjoint(products(datasets.read(out), ""))


def test_every_product_keeps_its_picture_and_words(source, out):
    before, after = datasets.read(source), datasets.read(out)

    words = [
        [(i.key, i.path.resolve(), i.label, i.slot, i.colour, i.season, i.gender) for i in c.items]
        for c in (before, after)
    ]

    assert words[0] == words[1]


@pytest.mark.parametrize("ground", ["hard", "classic"])
def test_wrong_answers_were_never_worn_with_the_rest(source, out, ground):
    partners = {
        pair for keys in datasets.read(source).looks.values() for pair in combinations(keys, 2)
    }
    questions = benchmark.read_benchmarks(out).by_negatives[ground]

    wrong = [(b, a) for b in questions.blanks for at, a in enumerate(b.answers) if at != b.correct]

    assert len(questions.blanks) > 20
    assert not any((c, a) in partners or (a, c) in partners for b, a in wrong for c in b.context)


def test_hard_answers_are_of_one_family(out):
    families = {item.key: item.family for item in datasets.read(out).items}
    questions = benchmark.read_benchmarks(out).by_negatives["hard"]

    assert all(len({families[a] for a in blank.answers}) == 1 for blank in questions.blanks)


def test_the_same_seed_divides_the_same():
    looks = {str(at): (f"a{at}", f"b{at}", f"a{at + 1}") for at in range(30)}

    first, again, other = (split.divide(looks, share=0.2, seed=seed) for seed in (1, 1, 2))

    assert first == again != other


def test_a_look_across_the_sides_counts_on_each_with_what_it_has_there():
    looks = {str(at): tuple(f"{at // 4}.{(at + k) % 8}" for k in range(4)) for at in range(40)}
    mixed = {"both": tuple(f"{camp}.{k}" for camp in range(10) for k in range(2))}

    sides = split.divide(looks | mixed, share=0.4, seed=0)

    assert sorted(sides.learnt["both"] + sides.asked["both"]) == sorted(mixed["both"])


def test_families_alone_are_at_chance_on_hard_questions_of_real_looks(real_data, tmp_path):
    collection = datasets.read(real_data / "retail")
    split.write_split(collection, tmp_path, share=0.15, seed=0)
    items = {item.key: item for item in collection.items}
    questions = benchmark.read_benchmarks(tmp_path).by_negatives["hard"]
    scorer = outfit_scorers.family_baseline(
        items, learnable_looks(collection).values(), questions.pairs()
    )

    figures = compatibility.figures(compatibility.mark(questions, scorer))

    assert compatibility.warnings(figures) == []
    assert len(questions.blanks) > 1000


def test_a_benchmark_that_families_alone_can_pass_is_called_flattering():
    said = compatibility.warnings({"fitb": 0.43, "auc": 0.5})

    assert len(said) == 1
    assert "0.430" in said[0]

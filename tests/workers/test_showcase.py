"""Each picture of the older systems is a command that leaves a PNG and the figures behind it."""

import json

import numpy as np
import pytest

from tests.workers.conftest import tiny_card
from tests.workers.retailer import read_json, write_export
from workers.checkpoints import Purpose
from workers.datasets.collection import Collection, Item
from workers.export import save_network
from workers.networks.registry import ENCODERS, PAIR_SCORERS, build_network
from workers.showcase import __main__ as showcase
from workers.showcase.gallery import Gallery, choose_items, sets_of
from workers.showcase.outfit_map import outfit_map
from workers.showcase.style import _extremes
from workers.training.recipes.classifier import PREDICTIONS

pytestmark = pytest.mark.training

ROWS = [{"loss": 0.7, "valid_loss": 0.69, "auc": 0.5}, {"loss": 0.6, "valid_loss": 0.6, "auc": 0.7}]


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "export"
    return write_export(folder, products=12, parts=lambda number: "train")


@pytest.fixture(scope="module")
def pixels():
    import torch

    return {"pixels": torch.zeros(2, 32, 32, 3, dtype=torch.uint8)}


@pytest.fixture(scope="module")
def naive(tmp_path_factory, pixels):
    folder = tmp_path_factory.mktemp("checkpoints") / "naive"
    return save(
        folder,
        build_network(ENCODERS, "naive-cnn", options={}),
        pixels,
        name="naive-cnn",
        width=128,
    )


@pytest.fixture(scope="module")
def siamese(tmp_path_factory, pixels):
    import torch

    run = tmp_path_factory.mktemp("checkpoints") / "siamese"
    save(
        run / "encoder",
        build_network(ENCODERS, "siamese-hist", options={}),
        pixels,
        name="siamese-hist",
        width=152,
    )
    save(
        run / "scorer",
        build_network(PAIR_SCORERS, "siamese-hist", options={"merge": "hadamard"}),
        {"a": torch.zeros(2, 152), "b": torch.ones(2, 152)},
        name="siamese-hist",
        width=152,
        purpose=Purpose.PAIR,
        options={"merge": "hadamard"},
        reads="embeddings of siamese-hist@1",
    )
    leave_history(run)
    return run


def save(folder, network, examples, *, name, width, **changes):
    plain = {"purpose": Purpose.OPEN, "options": {}, "parts": {}, "categories": {}}
    size = {"preprocessing": {"function": "workers.images.prepare", "side_px": 32}}
    plain |= {"name": name, "network": name, "dimension": width, "weights": {}}
    save_network(network, folder, tiny_card(**(plain | size | changes)), examples=examples)
    return folder


def leave_history(run, name="siamese-hist"):
    work = run.with_name(f"{run.name}.work") / name
    work.mkdir(parents=True)
    (work / "history.json").write_text(json.dumps({"rows": ROWS, "best_epoch": 1}))


def is_drawn(folder, *names):
    return all((folder / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in names)


def test_the_sisters_are_shown_against_the_plain_cnn(export, naive, siamese, tmp_path):
    command = ["siamese", "--data", str(export), "--out", str(tmp_path), "--most", "20"]

    assert showcase.main([*command, "--siamese", str(siamese), "--naive", str(naive)]) == 0

    figures = read_json(tmp_path / "siamese.json")
    assert is_drawn(tmp_path, "losses", "cosines", "top5")
    assert figures["losses"]["hadamard valid"] == [0.69, 0.6]
    assert set(figures["cosines"]) == {"naive-cnn", "siamese-hist, hadamard"}
    query, found = next(iter(figures["top5"].items()))
    assert all(len(five) == 5 and query not in five for five in found.values())


def test_queries_may_come_from_a_folder(export, naive, siamese, tmp_path, dress):
    (tmp_path / "queries").mkdir()
    dress.save(tmp_path / "queries" / "mine.png")
    command = ["siamese", "--data", str(export), "--out", str(tmp_path / "o"), "--most", "12"]
    runs = ["--siamese", str(siamese), "--naive", str(naive)]

    assert showcase.main([*command, *runs, "--queries", str(tmp_path / "queries")]) == 0
    assert set(read_json(tmp_path / "o" / "siamese.json")["top5"]) == {"mine.png"}


def test_a_space_is_shown_by_its_extremes_and_its_map(export, tiny, tmp_path):
    command = ["style", "--data", str(export), "--out", str(tmp_path), "--most", "24"]

    assert showcase.main([*command, "--checkpoint", str(tiny)]) == 0

    figures = read_json(tmp_path / "style.json")
    assert is_drawn(tmp_path, "extremes", "tsne")
    assert len(figures["tsne"]) == 24
    assert np.isfinite(list(figures["tsne"].values())).all()


def test_a_pair_scorer_is_shown_by_triplets_and_suggestions(export, tiny, tiny_scorer, tmp_path):
    command = ["mlp", "--data", str(export), "--out", str(tmp_path), "--visual", str(tiny)]

    assert showcase.main([*command, "--checkpoint", str(tiny_scorer)]) == 0

    figures = read_json(tmp_path / "mlp.json")
    assert is_drawn(tmp_path, "triplets", "suggestions")
    assert {"anchor", "positive", "negative"} < set(figures["triplets"][0])
    scores = [one["score"] for one in figures["suggestions"][0]["suggestions"]]
    assert scores == sorted(scores, reverse=True)


def test_a_scorer_of_another_encoder_is_refused(export, siamese, tiny, tmp_path, capsys):
    command = ["mlp", "--data", str(export), "--out", str(tmp_path), "--visual", str(tiny)]

    assert showcase.main([*command, "--checkpoint", str(siamese / "scorer")]) == 1
    assert "is tiny@1; name the folder of the encoder that it reads" in capsys.readouterr().err


def test_every_product_gets_a_partner_of_every_other_slot(export, tiny, tmp_path):
    command = ["outfit-map", "--data", str(export), "--out", str(tmp_path)]

    assert showcase.main([*command, "--checkpoint", str(tiny)]) == 0

    partners = read_json(tmp_path / "outfit-map.json")
    assert len(partners) == 36
    assert {len(slots) for slots in partners.values()} == {2}


def test_a_classifier_is_shown_again_from_what_training_left(export, tmp_path):
    (tmp_path / "c.work").mkdir()
    said = {"names": ["Belt", "Shoes"], "before": {}, "by_class": {}, "predictions": []}
    keys = [f"{kind}{number}-BLUE" for kind in (1, 2) for number in (0, 2)]
    said["predictions"] = [
        {"key": key, "truth": "Belt", "before": "Shoes", "after": "Belt"} for key in keys
    ]
    (tmp_path / "c.work" / PREDICTIONS).write_text(json.dumps(said))
    save_card(tmp_path / "c")
    command = ["classifier", "--data", str(export), "--out", str(tmp_path / "o")]

    assert showcase.main([*command, "--checkpoint", str(tmp_path / "c")]) == 0
    assert is_drawn(tmp_path / "o", "predictions", "confusion")


def test_a_classifier_without_predictions_says_where_they_should_lie(
    export, tiny, tmp_path, capsys
):
    command = ["classifier", "--data", str(export), "--out", str(tmp_path)]

    assert showcase.main([*command, "--checkpoint", str(tiny)]) == 1
    assert PREDICTIONS in capsys.readouterr().err


def save_card(folder):
    from workers.checkpoints import write_card

    folder.mkdir()
    write_card(folder, tiny_card(purpose=Purpose.CATEGORY))


@pytest.fixture
def space(tmp_path):
    """Two tops and two skirts on a circle; the first top is nearest to the last skirt."""
    angles = np.deg2rad([0, 90, 180, 10])
    slots = ["TOP", "TOP", "BOTTOM", "BOTTOM"]
    items = [Item(key=str(n), path=tmp_path, label=slot, slot=slot) for n, slot in enumerate(slots)]
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    return Gallery(tiny_card(), tuple(items), vectors)


def test_a_partner_is_the_nearest_of_its_slot(space):
    partners = {key: one for key, slots in outfit_map(space).items() for one in slots.values()}

    assert {key: one["key"] for key, one in partners.items()} == {
        "0": "3",
        "1": "3",
        "2": "1",
        "3": "0",
    }
    assert partners["0"]["score"] == pytest.approx(np.cos(np.deg2rad(10)), abs=1e-6)


def test_extremes_are_the_ends_of_the_ranking(space):
    found = _extremes(space, 0)

    assert found == {"nearest": [3, 1, 2], "farthest_in_category": [1], "farthest": [2, 1, 3]}


def test_looks_are_kept_whole_where_there_are_looks(tmp_path):
    items = tuple(Item(key=str(n), path=tmp_path, label="x") for n in range(9))
    looks = {"a": ("0", "8"), "b": ("1", "7")}
    shop = Collection("shop", "", items, looks)

    chosen = choose_items(shop, most=4, seed=0)

    assert {item.key for item in chosen} == {"0", "8", "1", "7"}
    assert sets_of(shop, chosen) == [
        [[i.key for i in chosen].index(key) for key in look] for look in looks.values()
    ]

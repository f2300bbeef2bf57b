"""Every older network is trained by its command on a small made data set, resumes, serves and repeats."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file

from tests.workers.conftest import garment
from tests.workers.retailer import write_export
from workers.checkpoints import Purpose, load_card
from workers.datasets.collection import Collection, Item
from workers.networks.registry import load_network
from workers.serving.classifiers import load_classifier
from workers.serving.encoders import load_encoder
from workers.serving.runtime import TorchSession
from workers.serving.scorers import load_pair_scorer
from workers.training import __main__ as training
from workers.training.pictures import PictureConfig, labelled_pictures
from workers.training.recipes import naive_cnn
from workers.training.recipes.siamese_hist import SiameseConfig, pair_material
from workers.training.recipes.style_512 import styles_of
from workers.training.run import Run

pytestmark = pytest.mark.training
SMALL = {"side_px": 32, "epochs": 2, "batch": 8, "fewest": 4}
LONGER = {**SMALL, "epochs": 4, "held_out": 0.3}
TINY = {**SMALL, "architecture": "tiny", "resize_px": 36}
COLOURS = {"dress": (200, 20, 20), "skirt": (20, 20, 200), "boots": (20, 160, 20)}
EACH = 12


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Dresses, skirts and boots in class folders, each a colour, with some noise."""
    folder = tmp_path_factory.mktemp("classes")
    generator = np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (folder / name).mkdir()
        for number in range(EACH):
            pixels = np.asarray(garment(colour, size=(40, 40 + number))).astype(int)
            noisy = (pixels + generator.integers(-20, 20, pixels.shape)).clip(0, 255)
            Image.fromarray(noisy.astype(np.uint8)).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "export"
    return write_export(folder, products=12, parts=lambda number: "train")


def train(name, data, out, *more, **settings):
    config = out.parent / f"{out.name}.json"
    config.write_text(json.dumps(settings))
    command = [name, "--data", str(data), "--out", str(out), "--config", str(config)]
    return training.main([*command, "--device", "cpu", *more])


@pytest.fixture(scope="module")
def naive(classes, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "naive"
    assert train("naive-cnn", classes, out, **LONGER) == 0
    return out


@pytest.fixture(scope="module")
def style_512(classes, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "style-512"
    settings = {**TINY, "epochs": 3, "held_out": 0.4, "learning_rate": 1e-3, "width": 16}
    assert train("style-512", classes, out, "--backbone", "none", **settings) == 0
    return out


def test_the_plain_cnn_learns_categories_and_serves(naive, dress):
    (encoded,) = load_encoder(naive).encode([dress])

    assert load_card(naive).metrics["held_out"]["accuracy"] > 0.9
    assert set(load_card(naive).categories) == set(COLOURS)
    assert len(encoded.embeddings["naive-cnn@1"]) == 128
    assert encoded.category in COLOURS


def test_the_same_seed_gives_the_same_weights(naive, classes, tmp_path):
    assert train("naive-cnn", classes, tmp_path / "again", **LONGER) == 0

    first, again = (load_file(d / "weights.safetensors") for d in (naive, tmp_path / "again"))
    assert all(np.array_equal(first[key], again[key]) for key in first)


def test_a_killed_run_goes_on_to_the_same_weights(naive, classes, tmp_path, monkeypatch):
    out = tmp_path / "killed"
    with monkeypatch.context() as killed, pytest.raises(ZeroDivisionError):
        killed.setattr(naive_cnn, "save_network", lambda *_, **__: 1 / 0)
        train("naive-cnn", classes, out, **{**LONGER, "epochs": 1})

    assert train("naive-cnn", classes, out, "--resume", **LONGER) == 0

    first, again = (load_file(folder / "weights.safetensors") for folder in (naive, out))
    assert all(np.array_equal(first[key], again[key]) for key in first)


@pytest.mark.parametrize("merge", ["hadamard", "concatenate"])
def test_the_sisters_become_an_encoder_and_its_scorer(merge, classes, tmp_path, dress, skirt):
    out = tmp_path / "siamese"
    assert train("siamese-hist", classes, out, **SMALL, merge=merge) == 0
    encoder, scorer = load_encoder(out / "encoder"), load_pair_scorer(out / "scorer")

    vectors = encoder.vectors([dress, skirt])

    assert encoder.card.parts == {"shape": 128, "colour": 24}
    assert scorer.card.reads == "embeddings of siamese-hist@1"
    assert scorer.score(vectors, vectors[::-1]) == pytest.approx(
        scorer.score(vectors[::-1], vectors), abs=1e-6
    )
    assert {"loss", "valid_loss", "auc"} < set(history(out, "siamese-hist")[0])


def test_an_encoder_and_a_scorer_of_one_name_are_told_apart(classes, tmp_path):
    assert train("siamese-hist", classes, tmp_path / "s", **{**SMALL, "epochs": 1}) == 0

    for part, inputs in (("encoder", 1), ("scorer", 2)):
        folder = tmp_path / "s" / part
        session = TorchSession(folder, device="cpu")
        assert session._network.forward.__code__.co_argcount == 1 + inputs


def test_looks_are_sets_where_there_are_looks(tmp_path):
    items = tuple(Item(key=str(n), path=tmp_path / str(n), label="x") for n in range(20))
    looks = {str(n): (str(n), str(n + 10)) for n in range(10)}
    material = _pair_material(Collection("shop", "", items, looks), tmp_path)

    pairs, labels = material.learnt.draw(np.random.default_rng(0))

    keys = [tuple(int(material.items[at].key) for at in pair) for pair in pairs.tolist()]
    assert [float(abs(a - b) == 10) for a, b in keys] == labels.tolist()
    assert not set(material.learnt.items) & set(material.held.items)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_frozen_resnet_is_wrapped_and_measured(name, classes, tmp_path, dress):
    out = tmp_path / name
    assert train(name, classes, out, "--backbone", "none", **TINY) == 0

    card = load_card(out)

    assert card.preprocessing == {
        **{"function": "workers.images.prepare", "side_px": 32},
        **{"fit": "centre-crop", "resize_px": 36},
    }
    assert card.metrics["retrieval"]["label_p5"] > 1 / 3
    assert load_encoder(out).vectors([dress]).shape == (1, 512)


def test_without_weights_it_is_said_what_to_do(classes, tmp_path, capsys):
    where = str(tmp_path / "nowhere.pth")

    assert train("resnet18", classes, tmp_path / "r", "--backbone", where, **SMALL) == 1
    assert "name it with --backbone FILE" in capsys.readouterr().err.replace("\n", " ")


def test_a_style_space_is_learnt(style_512):
    card, rows = load_card(style_512), history(style_512, "style-512")

    assert card.dimension == 16
    assert rows[-1]["loss"] < rows[0]["loss"] / 2
    assert card.metrics["held_out"]["label_p5"] > 0.5  # a random order gives 0.27
    assert card.training["backbone"] == "none"


def test_styles_are_seasons_of_labels(tmp_path):
    items = [
        Item(key=str(n), path=tmp_path, label="dress", season=season)
        for n, season in enumerate(("Summer", "Winter", "Summer"))
    ]

    assert styles_of(items, style="season").tolist() == [0, 1, 0]
    assert styles_of(items, style="colour").tolist() == [0, 0, 0]


def test_a_classifier_is_fine_tuned_and_pictured(classes, tmp_path, dress):
    out = tmp_path / "classifier"
    assert train("classifier", classes, out, "--backbone", "none", **TINY) == 0
    classifier = load_classifier(out)

    category, share, slot, _ = classifier.recognise([dress])[0]

    assert classifier.card.purpose is Purpose.CATEGORY
    assert list(classifier.card.categories) == ["boots", "dress", "skirt"]
    assert 0 < share <= 1
    assert slot == classifier.card.categories[category]
    assert set(classifier.card.metrics["by_class"]["dress"]) == {"precision", "recall", "pictures"}
    for picture in ("predictions.png", "confusion.png"):
        assert (tmp_path / "classifier.work" / picture).read_bytes().startswith(b"\x89PNG")


def test_a_type_with_too_few_pictures_is_not_taught(classes, tmp_path, capsys):
    assert train("classifier", classes, tmp_path / "c", "--backbone", "none") == 1
    assert "Fewer than two labels have 275 pictures" in capsys.readouterr().err


def test_what_a_data_set_keeps_for_tests_is_neither_learnt_nor_validated_on(tmp_path):
    parts = ["train"] * 8 + ["validation"] * 4 + ["test"] * 4
    items = tuple(
        Item(key=f"{label}{n}", path=tmp_path / label / str(n), label=label, part=part)
        for label in ("dress", "skirt")
        for n, part in enumerate(parts)
    )
    found = labelled_pictures([Collection("shop", "", items)], PictureConfig())

    assert {item.part for item in found.items} == {"train", "validation"}
    assert [item.part == "validation" for item in found.items] == found.held.tolist()


def test_a_head_over_the_style_space_learns_looks(style_512, export, tmp_path, dress):
    out = tmp_path / "siamese-style"
    visual = ["--visual", str(style_512)]
    assert train("siamese-style", export, out, *visual, epochs=2, width=8) == 0

    encoder, trunk = load_encoder(out), load_encoder(style_512)
    features = torch.from_numpy(trunk.vectors([dress]))
    head, _ = load_network(out)

    assert encoder.card.training["encoder"] == "style-512@1"
    assert encoder.vectors([dress]) == pytest.approx(
        head.embed(features).detach().numpy(), abs=1e-3
    )


def test_a_head_without_its_encoder_says_which_to_name(export, tmp_path, capsys):
    assert train("siamese-style", export, tmp_path / "s") == 1
    assert "name its style-512 with --visual" in capsys.readouterr().err


def history(out, name):
    work = out.with_name(f"{out.name}.work") / name / "history.json"
    return json.loads(work.read_text())["rows"]


def _pair_material(collection, out):
    run = Run(collections=[collection], out=out, overrides={}, resume=False)
    return pair_material(run, SiameseConfig(held_out=0.2))

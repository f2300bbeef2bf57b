"""Pictures in, embeddings and attributes out; bad ones do not spoil good ones; no torch on a CPU."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.workers.conftest import tiny_card
from workers.checkpoints import CheckpointError, load_card, write_card
from workers.images import batch, palette
from workers.serving import runtime, scorers
from workers.serving.classifiers import load_classifier
from workers.serving.encoders import BadVector, load_encoder, merge_features
from workers.serving.runtime import OnnxSession, TorchSession
from workers.serving.scorers import load_pair_scorer

BLOCKED = """
import sys, json
sys.modules["torch"] = None
from pathlib import Path
from PIL import Image
from workers.serving.encoders import load_encoder
from workers.serving.scorers import load_pair_scorer
encoder = load_encoder(Path(sys.argv[1]), threads=1)
(features,) = encoder.encode([Image.new("RGB", (60, 80), (200, 30, 30))])
vector = features.embeddings["tiny@1"]
score = load_pair_scorer(Path(sys.argv[2]), threads=1).score([vector], [vector])
print(json.dumps([sorted(features.embeddings), score, features.slot]))
"""


class Plain(torch.nn.Module):
    """Mean colours of a 3×1 grid, made a unit vector."""

    def forward(self, pixels):
        means = functional.adaptive_avg_pool2d(pixels.permute(0, 3, 1, 2).float() + 1, (3, 1))
        return {"embedding": functional.normalize(means.flatten(1), dim=1)}


@pytest.fixture
def encoder(tiny):
    return load_encoder(tiny, device="cpu", threads=1)


@pytest.fixture
def scorer(tiny_scorer):
    return load_pair_scorer(tiny_scorer, device="cpu", threads=1)


def test_every_picture_gets_a_vector(encoder, pictures):
    encoded = encoder.encode(pictures)

    widths = [{name: len(vector) for name, vector in e.embeddings.items()} for e in encoded]

    assert widths == [{"tiny@1": 16}] * 5


def test_no_pictures_give_no_results(encoder):
    assert encoder.encode([]) == []


def test_order_and_batch_do_not_matter(encoder, dress, skirt):
    there, back = encoder.encode([dress, skirt]), encoder.encode([skirt, dress])

    assert there[0].embeddings["tiny@1"] == pytest.approx(back[1].embeddings["tiny@1"], abs=1e-5)


def test_more_pictures_than_a_batch_are_encoded_in_parts(encoder, dress, monkeypatch):
    monkeypatch.setattr(OnnxSession, "largest_batch", 2)

    assert len(encoder.encode([dress] * 5)) == 5
    assert encoder.vectors([dress] * 5).shape == (5, 16)


def test_attributes_come_with_confidence(encoder, dress):
    (features,) = encoder.encode([dress])

    assert features.category in {"dress", "skirt", "boots"}
    assert features.slot in {"DRESS", "BOTTOM", "SHOES"}
    assert 0 < features.category_confidence <= features.slot_confidence + 1e-6 <= 1 + 2e-6


@pytest.mark.parametrize(("spoil", "said"), [(np.nan, "NaN"), (np.inf, "NaN or inf"), (0, "zero")])
def test_a_bad_vector_fails_its_own_picture_only(encoder, dress, skirt, monkeypatch, spoil, said):
    outputs = encoder.forward([dress, skirt])
    outputs["embedding"][0] = spoil
    monkeypatch.setattr(encoder, "forward", lambda images: outputs)

    bad, good = encoder.encode([dress, skirt])

    assert isinstance(bad, BadVector)
    assert said in str(bad)
    assert set(good.embeddings) == {"tiny@1"}


def test_what_several_encoders_saw_is_one(encoder, tiny_style, dress):
    style = load_encoder(tiny_style, device="cpu", threads=1)
    seen = [*style.encode([dress]), *encoder.encode([dress])]

    merged = merge_features(seen, palette=palette(dress))

    assert {name: len(v) for name, v in merged.embeddings.items()} == {"tiny@1": 16, "style@1": 12}
    assert (merged.category, merged.slot) == (seen[1].category, seen[1].slot)
    assert merged.palette[0]["hex"] == "#b41428"


def test_what_no_encoder_saw_has_no_vectors_and_still_its_colours(dress):
    merged = merge_features([], palette=palette(dress))

    assert (merged.embeddings, merged.category) == ({}, "")
    assert merged.palette


@pytest.fixture(scope="module")
def plain(export_once):
    """An encoder that gives its embedding and nothing else, of a centre crop."""
    torch.manual_seed(3)
    how = {"function": "workers.images.prepare", "side_px": 32, "fit": "centre-crop"}
    card = tiny_card(name="plain", dimension=9, parts={}, categories={}, preprocessing=how)
    example = {"pixels": torch.zeros(2, 32, 32, 3, dtype=torch.uint8)}
    return export_once("plain", Plain(), card, examples=example)


def test_an_encoder_without_categories_says_so(plain, pictures):
    encoded = load_encoder(plain, device="cpu", threads=1).encode(pictures)

    assert {(e.category, e.category_confidence, e.slot) for e in encoded} == {("", 0.0, "")}
    assert {len(e.embeddings["plain@1"]) for e in encoded} == {9}


def test_a_card_decides_how_pictures_are_framed(plain, dress):
    wide = dress.resize((300, 100))
    middle = wide.crop((100, 0, 200, 100))

    whole, cut = load_encoder(plain, device="cpu", threads=1).encode([wide, middle])

    assert whole.embeddings["plain@1"] == pytest.approx(cut.embeddings["plain@1"], abs=1e-5)


def test_an_unknown_preprocessing_is_refused(plain, tmp_path):
    theirs = shutil.copytree(plain, tmp_path / "theirs")
    text = (plain / "card.json").read_text().replace("workers.images.prepare", "theirs.resize")
    (theirs / "card.json").write_text(text)

    with pytest.raises(CheckpointError, match=r"plain@1 wants 'theirs.resize'"):
        load_encoder(theirs)


def test_a_classifier_gives_shares_that_add_up(tiny, pictures):
    classifier = load_classifier(tiny, device="cpu", threads=1)

    shares = classifier.shares(pictures)

    assert shares.shape == (5, 3)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert [n for n, *_ in classifier.recognise(pictures)] == [
        list(classifier.card.categories)[best] for best in shares.argmax(axis=1)
    ]


def test_a_classifier_of_no_pictures_gives_no_rows(tiny):
    assert load_classifier(tiny, device="cpu", threads=1).shares([]).shape == (0, 3)


def test_a_checkpoint_without_categories_is_no_classifier(plain):
    with pytest.raises(CheckpointError, match="names no categories of pictures"):
        load_classifier(plain)


def test_what_reads_another_encoders_features_is_refused(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "head")
    write_card(folder, replace(load_card(folder), reads="features of trunk@1"))

    with pytest.raises(CheckpointError, match=r"reads 'features of trunk@1'.*train it anew"):
        load_encoder(folder)


def test_a_scorer_encodes_no_pictures(tiny_scorer):
    with pytest.raises(CheckpointError, match="compat-mlp@1 reads 'embeddings of tiny@1'"):
        load_encoder(tiny_scorer)


def test_torch_and_onnx_runtime_give_the_same(tiny, pictures):
    pixels = {"pixels": batch(pictures, side_px=48)}

    there = TorchSession(tiny, device="cpu").run(pixels)
    here = OnnxSession(tiny / "network.onnx", threads=1).run(pixels)

    assert all(np.abs(there[key] - here[key]).max() < 1e-4 for key in there)


def test_a_score_is_a_share_and_symmetric(scorer, encoder, pictures):
    vectors = [features.embeddings["tiny@1"] for features in encoder.encode(pictures)]

    there, back = scorer.score(vectors, vectors[::-1]), scorer.score(vectors[::-1], vectors)

    assert all(0 <= score <= 1 for score in there)
    assert there == pytest.approx(back, abs=1e-6)


def test_scores_come_in_order_over_several_batches(scorer, monkeypatch):
    a, b = np.random.default_rng(0).normal(size=(2, 7, 16))
    whole = scorer.score(a, b)
    monkeypatch.setattr(scorers, "LARGEST_BATCH", 3)

    assert scorer.score(a, b) == pytest.approx(whole, abs=1e-6)


def test_nothing_to_score_is_no_score(scorer):
    assert scorer.score([], []) == []


@pytest.mark.parametrize("b", [np.zeros((3, 16)), np.zeros((2, 5)), np.zeros(16)])
def test_vectors_that_do_not_fit_say_what_fits(scorer, b):
    with pytest.raises(ValueError, match=r"compat-mlp@1 scores two \(K, 16\) lists"):
        scorer.score(np.zeros((2, 16)), b)


def test_a_cpu_worker_serves_with_torch_blocked(tiny, tiny_scorer):
    command = [sys.executable, "-c", BLOCKED, str(tiny), str(tiny_scorer)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)
    names, scores, slot = json.loads(done.stdout)

    assert names == ["tiny@1"]
    assert 0 <= scores[0] <= 1
    assert slot


@pytest.mark.parametrize(
    ("is_there", "answers", "said"),
    [(True, False, "nvidia-smi"), (True, True, ""), (False, False, "")],
)
def test_a_gpu_that_does_not_answer_is_complained_of(
    tmp_path, monkeypatch, is_there, answers, said
):
    driver = tmp_path / "nvidiactl"
    if is_there:
        driver.touch()
    monkeypatch.setattr(runtime, "DRIVER", driver)
    monkeypatch.setattr("torch.cuda.is_available", lambda: answers)

    assert said in runtime.device_complaint()
    assert bool(runtime.device_complaint()) == bool(said)

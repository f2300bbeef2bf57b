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
from workers import serving
from workers.checkpoints import CheckpointError
from workers.encoders import build_encoder, load_encoder
from workers.export import save_network
from workers.runtime import OnnxSession, TorchSession, open_session
from workers.serving import BadVector, load_classifier, load_encoders, load_groups
from workers.serving import load_scorer as load

BLOCKED = """
import sys, json
sys.modules["torch"] = None
from pathlib import Path
from PIL import Image
from workers.serving import load_encoders, load_scorer
folders = [Path(folder) for folder in sys.argv[1:3]]
encoded = load_encoders(folders, threads=1).encode([Image.new("RGB", (60, 80), (200, 30, 30))])[0]
vector = encoded.embeddings["tiny@1"]
score = load_scorer(Path(sys.argv[3]), threads=1).score([vector], [vector])
print(json.dumps([sorted(encoded.embeddings), score, encoded.slot]))
"""


class Plain(torch.nn.Module):
    """Mean colours of a 3×1 grid, made a unit vector."""

    def forward(self, pixels):
        means = functional.adaptive_avg_pool2d(pixels.permute(0, 3, 1, 2).float() + 1, (3, 1))
        return {"embedding": functional.normalize(means.flatten(1), dim=1)}


@pytest.fixture
def group(tiny, tiny_style):
    return load_encoders([tiny_style, tiny], device="cpu", threads=1)


@pytest.fixture
def scorer(tiny_scorer):
    return load(tiny_scorer, device="cpu", threads=1)


def test_every_picture_gets_a_vector_of_every_encoder(group, pictures):
    encoded = group.encode(pictures)

    widths = [{name: len(vector) for name, vector in e.embeddings.items()} for e in encoded]

    assert widths == [{"tiny@1": 16, "style@1": 12}] * 5


def test_no_pictures_give_no_results(group):
    assert group.encode([]) == []


def test_order_and_batch_do_not_matter(group, dress, skirt):
    there, back = group.encode([dress, skirt]), group.encode([skirt, dress])

    assert there[0].embeddings["style@1"] == pytest.approx(back[1].embeddings["style@1"], abs=1e-5)


def test_more_pictures_than_a_batch_are_encoded_in_parts(group, dress, monkeypatch):
    monkeypatch.setattr(OnnxSession, "largest_batch", 2)

    assert len(group.encode([dress] * 5)) == 5


def test_attributes_come_with_confidence(group, dress):
    encoded = group.encode([dress])[0]

    assert encoded.category in {"dress", "skirt", "boots"}
    assert encoded.slot in {"DRESS", "BOTTOM", "SHOES"}
    assert 0 < encoded.category_confidence <= encoded.slot_confidence + 1e-6 <= 1 + 2e-6
    assert encoded.palette[0]["hex"] == "#b41428"


@pytest.mark.parametrize(("spoil", "said"), [(np.nan, "NaN"), (np.inf, "NaN or inf"), (0, "zero")])
def test_a_bad_vector_fails_its_own_picture_only(group, dress, skirt, monkeypatch, spoil, said):
    outputs = group.forward([dress, skirt])
    outputs["style@1"][0] = spoil
    monkeypatch.setattr(group, "forward", lambda images: outputs)

    bad, good = group.encode([dress, skirt])

    assert isinstance(bad.error, BadVector)
    assert said in str(bad.error)
    assert bad.embeddings == {}
    assert good.error is None
    assert set(good.embeddings) == {"tiny@1", "style@1"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """An encoder that gives its embedding and nothing else, of a centre crop."""
    torch.manual_seed(3)
    how = {"function": "workers.images.prepare", "side_px": 32, "fit": "centre-crop"}
    card = tiny_card(name="plain", dimension=9, parts={}, categories={}, preprocessing=how)
    example = {"pixels": torch.zeros(2, 32, 32, 3, dtype=torch.uint8)}
    folder = tmp_path_factory.mktemp("checkpoints") / "plain"
    save_network(Plain(), folder, card, examples=example)
    return folder


def test_an_encoder_without_categories_says_so(plain, pictures):
    encoded = load_encoders([plain], device="cpu", threads=1).encode(pictures)

    assert {(e.category, e.category_confidence, e.slot) for e in encoded} == {("", 0.0, "")}
    assert {len(e.embeddings["plain@1"]) for e in encoded} == {9}
    assert all(e.palette for e in encoded)


def test_a_head_reads_the_embedding_of_an_encoder_without_features(plain, tmp_path, dress):
    options = {"used": 9, "colours": 3, "hidden": 8, "width": 12}
    card = tiny_card(name="head", network="style", options=options, dimension=12)
    card = replace(card, input="features of plain@1", categories={})
    examples = {"features": torch.ones(2, 9)}
    save_network(
        build_encoder("style", options=options), tmp_path / "head", card, examples=examples
    )

    encoded = load_encoders([plain, tmp_path / "head"], device="cpu", threads=1).encode([dress])

    assert {name: len(v) for name, v in encoded[0].embeddings.items()} == {
        "plain@1": 9,
        "head@1": 12,
    }


def test_a_card_decides_how_pictures_are_framed(plain, dress):
    wide = dress.resize((300, 100))
    middle = wide.crop((100, 0, 200, 100))

    group = load_encoders([plain], device="cpu", threads=1)
    whole, cut = group.encode([wide, middle])

    assert whole.embeddings["plain@1"] == pytest.approx(cut.embeddings["plain@1"], abs=1e-5)


def test_an_unknown_preprocessing_is_refused(plain, tmp_path):
    theirs = shutil.copytree(plain, tmp_path / "theirs")
    text = (plain / "card.json").read_text().replace("workers.images.prepare", "theirs.resize")
    (theirs / "card.json").write_text(text)

    with pytest.raises(CheckpointError, match=r"plain@1 wants 'theirs.resize'"):
        load_encoders([theirs])


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


def test_a_head_of_another_backbone_is_refused(tiny_style):
    with pytest.raises(CheckpointError, match="exactly one encoder that reads pixels; got none"):
        load_encoders([tiny_style])


def test_spaces_side_by_side_are_groups_of_their_own(tiny, tiny_style, tmp_path, dress):
    newer = shutil.copytree(tiny, tmp_path / "newer")
    card = (newer / "card.json").read_text()
    (newer / "card.json").write_text(card.replace('"version": "1"', '"version": "2"', 1))

    groups = load_groups([tiny_style, tiny, newer])

    made = [set(group.encode([dress])[0].embeddings) for group in groups]
    assert made == [{"tiny@1", "style@1"}, {"tiny@2"}]


def test_a_head_without_its_backbone_is_refused(tiny_style):
    with pytest.raises(CheckpointError, match="reads 'features of tiny@1', and nothing here has"):
        load_groups([tiny_style])


def test_a_head_on_other_features_is_refused(tiny_style):
    visual = serving.load_card(tiny_style)
    with pytest.raises(CheckpointError, match="reads 'features of tiny@1', this group offers"):
        serving.check_input(visual, "features of visual@9")


def test_torch_and_onnx_runtime_give_the_same(tiny, pictures):
    _, card = load_encoder(tiny)
    pixels = {"pixels": serving.np.stack([serving.prepare(p, side_px=48) for p in pictures])}

    there = TorchSession(tiny, card, device="cpu").run(pixels)
    here = open_session(tiny, card, device="cpu", threads=1).run(pixels)

    assert all(np.abs(there[key] - here[key]).max() < 1e-4 for key in there)


def test_a_score_is_a_share_and_symmetric(scorer, group, pictures):
    vectors = [encoded.embeddings["tiny@1"] for encoded in group.encode(pictures)]

    there, back = scorer.score(vectors, vectors[::-1]), scorer.score(vectors[::-1], vectors)

    assert all(0 <= score <= 1 for score in there)
    assert there == pytest.approx(back, abs=1e-6)


def test_scores_come_in_order_over_several_batches(scorer, monkeypatch):
    a, b = np.random.default_rng(0).normal(size=(2, 7, 16))
    whole = scorer.score(a, b)
    monkeypatch.setattr(serving, "LARGEST_PAIR_BATCH", 3)

    assert scorer.score(a, b) == pytest.approx(whole, abs=1e-6)


def test_nothing_to_score_is_no_score(scorer):
    assert scorer.score([], []) == []


@pytest.mark.parametrize("b", [np.zeros((3, 16)), np.zeros((2, 5)), np.zeros(16)])
def test_vectors_that_do_not_fit_say_what_fits(scorer, b):
    with pytest.raises(ValueError, match=r"compat-mlp@1 scores two \(K, 16\) lists"):
        scorer.score(np.zeros((2, 16)), b)


def test_a_cpu_worker_serves_with_torch_blocked(tiny, tiny_style, tiny_scorer):
    command = [sys.executable, "-c", BLOCKED, str(tiny), str(tiny_style), str(tiny_scorer)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)
    names, scores, slot = json.loads(done.stdout)

    assert names == ["style@1", "tiny@1"]
    assert 0 <= scores[0] <= 1
    assert slot

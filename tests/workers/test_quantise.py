"""Eight bits are kept where they are as good and faster, and nowhere else."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from workers import quantise
from workers.checkpoints import CheckpointError, load_card, verify
from workers.quantise import Verdict, likeness, main
from workers.serving import load_encoders, load_scorer

GOOD = Verdict("all", 0.995, 0.999, ms=1.0, ms_before=2.0, ratio=0.5, mb=1, mb_before=2)


@pytest.fixture
def copy(tiny, tmp_path):
    return shutil.copytree(tiny, tmp_path / "tiny")


@pytest.fixture
def measured(monkeypatch):
    """Fix what the stopwatch says."""

    def fix(**changes):
        verdict = replace(GOOD, **changes)
        monkeypatch.setattr(quantise, "compare", lambda *_paths, **_how: verdict)

    return fix


def test_eight_bits_say_nearly_the_same(copy, pictures):
    verdicts = quantise.quantise(copy, pictures, keep=False)

    assert all(verdict.cosine_min > 0.98 for verdict in verdicts)
    assert load_card(copy) == load_card(copy)
    assert not (copy / "network.int8.onnx").exists()


def test_what_is_faster_and_as_good_is_kept_and_served(copy, pictures, measured):
    measured()
    quantise.quantise(copy, pictures)

    card = load_card(copy)
    verify(copy, card)

    assert card.serves_from == "network.int8.onnx"
    assert "kept" in card.metrics["int8"]["said"]
    assert load_encoders([copy], device="cpu", threads=1).encode(pictures)[0].error is None


@pytest.mark.parametrize("changes", [{"cosine_min": 0.98}, {"ratio": 0.95}, {"ratio": 3.0}])
def test_what_is_slower_or_worse_is_not_kept_and_an_old_one_goes(copy, pictures, measured, changes):
    measured()
    quantise.quantise(copy, pictures)

    measured(**changes)
    quantise.quantise(copy, pictures)

    assert load_card(copy).serves_from == "network.onnx"
    assert not (copy / "network.int8.onnx").exists()
    assert "int8" not in load_card(copy).metrics


def test_a_damaged_file_of_eight_bits_is_refused(copy, pictures, measured):
    measured()
    quantise.quantise(copy, pictures)
    (copy / "network.int8.onnx").write_bytes(b"damaged")

    with pytest.raises(CheckpointError, match=r"network.int8.onnx has SHA-256"):
        load_encoders([copy])


def test_heads_and_scorers_are_measured_on_what_their_encoder_sees(
    tiny, tiny_style, tiny_scorer, tmp_path, pictures
):
    for folder in (tiny, tiny_style, tiny_scorer):
        shutil.copytree(folder, tmp_path / folder.name)

    head = quantise.quantise(tmp_path / "style", pictures)
    scorer = quantise.quantise(tmp_path / "compat-mlp", pictures)

    assert [len(head), len(scorer)] == [1, 1]
    assert scorer[0].cosine_min > 0.95
    assert load_scorer(tmp_path / "compat-mlp").score(np.ones((1, 16)), np.ones((1, 16)))


def test_the_command_prints_its_verdicts(copy, dress, tmp_path, measured, capsys):
    (tmp_path / "photos").mkdir()
    dress.save(tmp_path / "photos" / "dress.png")
    measured()

    main([str(copy), "--data", str(tmp_path / "photos"), "--dry-run"])

    assert (
        "all: cosine min 0.9950, mean 0.9990; 2.000 → 1.000 ms (× 0.50)" in capsys.readouterr().out
    )


def test_a_folder_without_pictures_is_refused(copy, tmp_path):
    with pytest.raises(SystemExit, match=r"holds no \.jpg or \.png"):
        main([str(copy), "--data", str(tmp_path / "nothing")])


def test_likeness_is_the_cosine_of_vectors_and_the_nearness_of_scores():
    one, other = np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[6.0, 8.0], [0.0, 2.0]])

    assert likeness({"embedding": one}, {"embedding": other}) == pytest.approx([1, 0])
    assert likeness({"score": np.array([0.5])}, {"score": np.array([0.2])}) == pytest.approx([0.7])

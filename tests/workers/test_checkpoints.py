"""A checkpoint is used only when it is what its card says."""

import json
import shutil
from dataclasses import asdict

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from tests.workers.conftest import tiny_card
from workers import checkpoints
from workers.checkpoints import CARD, ONNX, WEIGHTS, CheckpointError
from workers.networks.registry import ENCODERS, UnknownNetworkError, build_network, load_network
from workers.serving.scorers import load_pair_scorer


@pytest.fixture
def copy(tiny, tmp_path):
    """A checkpoint that a test may spoil."""
    return shutil.copytree(tiny, tmp_path / "copy")


def test_the_card_comes_back_as_it_was_saved(tiny):
    card = checkpoints.load_card(tiny)

    assert {**asdict(card), "sha256": {}} == asdict(tiny_card())
    assert card.identity == "tiny@1"


def test_a_card_vouches_for_both_files(tiny):
    card = checkpoints.load_card(tiny)

    assert set(card.sha256) == {WEIGHTS, ONNX}
    checkpoints.verify(tiny, card)


@pytest.mark.parametrize("name", [WEIGHTS, ONNX])
def test_a_changed_file_is_refused_and_named(copy, name):
    path = copy / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    with pytest.raises(CheckpointError, match=rf"{name} has SHA-256 .* changed or damaged"):
        checkpoints.verify(copy, checkpoints.load_card(copy))


@pytest.mark.parametrize("name", [WEIGHTS, ONNX])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()

    with pytest.raises(CheckpointError, match=f"lacks {name}"):
        checkpoints.verify(copy, checkpoints.load_card(copy))


def test_a_folder_without_a_card_is_no_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no card\.json"):
        checkpoints.load_card(tmp_path)


@pytest.mark.parametrize(
    "spoil", [{"purpose": "MODEL"}, {"surprise": 1}, {"name": None, "dimension": None, "extra": 2}]
)
def test_a_card_with_foreign_entries_says_which_are_known(copy, spoil):
    entries = json.loads((copy / CARD).read_text()) | spoil
    (copy / CARD).write_text(json.dumps(entries))

    with pytest.raises(CheckpointError, match="Known fields: name, version"):
        checkpoints.load_card(copy)


def test_the_card_of_an_earlier_release_is_read_as_one_of_today(copy):
    today = checkpoints.load_card(copy)
    entries = json.loads((copy / CARD).read_text())
    for name, earlier in (("reads", "input"), ("weights", "default_weights")):
        entries[earlier] = entries.pop(name)
    (copy / CARD).write_text(json.dumps(entries | {"kind": "ENCODER"}))

    assert checkpoints.load_card(copy) == today


def test_a_pickle_is_never_read(copy):
    (copy / WEIGHTS).write_bytes(b"\x80\x04cos\nsystem\n")

    with pytest.raises(CheckpointError, match="only safetensors is accepted"):
        checkpoints.load_weights(copy)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tensors: tensors.pop("category.bias"), r"missing: category\.bias"),
        (lambda tensors: tensors.update(more=np.zeros(1)), "unknown: more"),
        (
            lambda tensors: tensors.update({"category.bias": np.zeros(9)}),
            r"category\.bias \(9,\) instead of \(3,\)",
        ),
    ],
)
def test_weights_that_do_not_fit_are_listed(copy, change, said):
    tensors = load_file(copy / WEIGHTS)
    change(tensors)
    save_file(tensors, copy / WEIGHTS)
    _vouch(copy)

    with pytest.raises(CheckpointError, match=said):
        load_network(copy)


def test_an_unknown_network_lists_the_known_ones():
    with pytest.raises(UnknownNetworkError, match=r"known: .*style-fabric.*tiny, visual"):
        build_network(ENCODERS, "resnet-9000", options={})


def test_a_shipped_checkpoint_is_found_by_name():
    assert checkpoints.find("visual").name == "visual"


def test_a_name_that_is_nowhere_lists_the_shipped_ones():
    with pytest.raises(CheckpointError, match=r"neither a shipped checkpoint \(.*visual"):
        checkpoints.find("nowhere")


def test_an_encoder_is_no_scorer(tiny):
    with pytest.raises(CheckpointError, match="tiny@1 is made for VISUAL; it scores no pairs"):
        load_pair_scorer(tiny)


def _vouch(folder):
    card = json.loads((folder / CARD).read_text())
    card["sha256"][WEIGHTS] = checkpoints.file_hash(folder / WEIGHTS)
    (folder / CARD).write_text(json.dumps(card))

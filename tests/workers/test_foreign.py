"""A file of an older system serves after conversion, and code in a file is never run."""

import pickle

import numpy as np
import pytest
import torch

from tests import naive
from workers import foreign
from workers.checkpoints import load_card
from workers.serving.scorers import load_pair_scorer

WIDTH = 16  # of `tiny`


@pytest.fixture
def tensors():
    """Weights that half precision holds exactly."""
    generator = torch.Generator().manual_seed(0)
    shapes = {"fc.0.weight": (4, 2 * WIDTH), "fc.0.bias": (4,), "fc.2.weight": (1, 4)}
    made = {k: torch.randn(*s, generator=generator).half() for k, s in shapes.items()}
    return made | {"fc.2.bias": torch.tensor([0.25])}


def saved(content, folder):
    torch.save(content, folder / "compact_model.pt")
    return folder / "compact_model.pt"


def converted(path, encoder, out, *more):
    arguments = [str(path), "--encoder", str(encoder), "--out", str(out), *more]
    return foreign.main(arguments)


def logits(tensors, a, b):
    layers = {
        "first": tensors["fc.0.weight"].tolist(),
        "first_bias": tensors["fc.0.bias"].tolist(),
        "second": tensors["fc.2.weight"].tolist(),
        "second_bias": tensors["fc.2.bias"].tolist(),
    }
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    return np.array([naive.pair_logit(x, y, **layers) for x, y in pairs])


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(2, 5, WIDTH)).astype(np.float32)


def test_it_serves_what_its_own_system_computed(tensors, tiny, tmp_path, vectors):
    a, b = vectors

    assert converted(saved(tensors, tmp_path), tiny, tmp_path / "out", "--one-way") == 0
    scores = load_pair_scorer(tmp_path / "out").score(a, b)

    assert scores == pytest.approx(1 / (1 + np.exp(-logits(tensors, a, b))), abs=1e-4)


def test_by_default_both_orders_count(tensors, tiny, tmp_path, vectors):
    a, b = vectors
    both = (logits(tensors, a, b) + logits(tensors, b, a)) / 2

    assert converted(saved(tensors, tmp_path), tiny, tmp_path / "out") == 0
    scores = load_pair_scorer(tmp_path / "out").score(a, b)

    assert scores == pytest.approx(1 / (1 + np.exp(-both)), abs=1e-4)
    assert scores == pytest.approx(load_pair_scorer(tmp_path / "out").score(b, a), abs=1e-6)


def test_the_card_says_where_it_came_from(tensors, tiny, tmp_path, capsys):
    converted(saved(tensors, tmp_path), tiny, tmp_path / "out")

    card = load_card(tmp_path / "out")

    assert card.reads == "embeddings of tiny@1"
    assert card.training["converted_from"] == "compact_model.pt"
    assert "Half precision moves a score by at most 0.0" in capsys.readouterr().out


@pytest.mark.parametrize("nest", foreign.NESTS)
def test_nested_and_prefixed_weights_are_found(tensors, tmp_path, nest):
    content = {nest: {f"module.{key}": value for key, value in tensors.items()}, "epoch": 9}

    network = foreign.foreign_network(saved(content, tmp_path), width=WIDTH)

    assert torch.equal(network.first.weight, tensors["fc.0.weight"].float())


def test_vectors_of_another_length_are_made_up_for(tensors, tmp_path, vectors):
    path = saved(tensors, tmp_path)
    a, b = torch.from_numpy(vectors)

    network = foreign.foreign_network(path, width=WIDTH, one_way=True, norm=30.0)

    expected = logits(tensors, 30 * a, 30 * b)
    assert network(a, b)["logit"].tolist() == pytest.approx(expected, rel=1e-4)


class Bomb:
    """Unpickled, it would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("legacy", [True, False])
def test_a_file_with_code_is_refused_and_runs_nothing(tiny, tmp_path, capsys, legacy):
    path, trace = tmp_path / "compact_model.pt", tmp_path / "trace"
    torch.save({"fc.0.weight": Bomb(trace)}, path, _use_new_zipfile_serialization=not legacy)

    assert converted(path, tiny, tmp_path / "out") == 1

    assert not trace.exists()
    assert not (tmp_path / "out").exists()
    assert "nothing in it was run" in capsys.readouterr().err


def test_a_bare_pickle_with_code_is_refused_and_runs_nothing(tiny, tmp_path):
    path, trace = tmp_path / "compact_model.pt", tmp_path / "trace"
    path.write_bytes(pickle.dumps(Bomb(trace)))

    assert converted(path, tiny, tmp_path / "out") == 1
    assert not trace.exists()


def test_weights_for_another_width_are_refused(tensors, tmp_path):
    path = saved(tensors, tmp_path)

    with pytest.raises(foreign.ForeignFileError, match=r"vectors of 16 numbers.*have 320"):
        foreign.foreign_network(path, width=320)


def test_other_keys_are_named(tmp_path):
    path = saved({"layer1.weight": torch.ones(2, 2)}, tmp_path)

    with pytest.raises(foreign.ForeignFileError, match=r"holds layer1.weight; needed are fc\.0"):
        foreign.foreign_network(path, width=WIDTH)


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04broken"])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "compact_model.pt").write_bytes(content)

    with pytest.raises(foreign.ForeignFileError):
        foreign.foreign_tensors(tmp_path / "compact_model.pt")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(foreign.ForeignFileError, match="cannot be read"):
        foreign.foreign_tensors(tmp_path / "nowhere.pt")


@pytest.mark.parametrize("value", [float("nan"), 1e6])
def test_numbers_that_no_checkpoint_can_hold_are_refused(tensors, tmp_path, value):
    path = saved(tensors | {"fc.2.bias": torch.tensor([value])}, tmp_path)

    with pytest.raises(foreign.ForeignFileError, match=r"fc\.2\.bias"):
        foreign.foreign_tensors(path)

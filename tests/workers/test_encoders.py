"""What every registered encoder of pixels promises, and what torch and ONNX Runtime agree on."""

import numpy as np
import onnx
import pytest
import torch

from tests.workers.conftest import tiny_card
from workers import export
from workers.checkpoints import SHIPPED, load_card, load_weights
from workers.images import batch
from workers.networks.registry import ENCODERS, build_network, load_network
from workers.serving.runtime import OnnxSession

OPTIONS = {
    "tiny": {"categories": 3},
    "visual": {"categories": 3},
    "polania": {"layers": "tiny"},
    "naive-cnn": {"categories": 3},
    "siamese-hist": {},
    "resnet50": {"architecture": "tiny"},
    "resnet18": {"architecture": "tiny"},
    "style-512": {"architecture": "tiny"},
    "siamese-style": {
        **{"encoder": "tiny", "encoder_options": {"categories": 3}},
        **{"width": 24, "hidden": 8, "out": 6},
    },
    "style-fabric": {"reduced": 8, "hidden": 8, "width": 12, "remembered": 3, "members": 2},
}
PARTS = {
    "tiny": (8, 8),
    "visual": (512, 64),
    "style-fabric": (12,),
    "polania": (16, 24),
    "naive-cnn": (128,),
    "siamese-hist": (128, 24),
    "resnet50": (512,),
    "resnet18": (512,),
    "style-512": (512,),
    "siamese-style": (6,),
}
SIDE_PX = {"tiny": 48, "visual": 256, "style-fabric": 192, "polania": 48}
SMALL_PX = 32  # the older networks take any side


@pytest.fixture(params=sorted(ENCODERS))
def name(request):
    return request.param


@pytest.fixture
def network(name):
    torch.manual_seed(0)
    return build_network(ENCODERS, name, options=OPTIONS[name]).eval()


@pytest.fixture
def inputs(name, pictures):
    return torch.from_numpy(batch(pictures, side_px=SIDE_PX.get(name, SMALL_PX)))


def test_every_encoder_is_in_this_contract():
    assert set(OPTIONS) == set(PARTS) == set(ENCODERS)


def test_an_embedding_is_one_row_per_picture_of_unit_parts(name, network, inputs):
    with torch.inference_mode():
        embedding = network(inputs)["embedding"]

    norms = [part.norm(dim=1) for part in embedding.split(PARTS[name], dim=1)]

    assert embedding.shape == (5, sum(PARTS[name]))
    assert torch.isfinite(embedding).all()
    assert torch.stack(norms) == pytest.approx(1, abs=1e-5)


def test_a_batch_is_the_same_as_one_by_one(network, inputs):
    with torch.inference_mode():
        together = network(inputs)["embedding"]
        alone = torch.cat([network(inputs[at : at + 1])["embedding"] for at in range(5)])

    assert torch.allclose(together, alone, atol=1e-5)


def test_a_saved_encoder_loads_identical(name, network, inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "to_onnx", lambda *_args, **_options: b"test_export has these")
    card = tiny_card(network=name, options=OPTIONS[name])
    export.save_network(network, tmp_path, card, examples={"input": inputs[:2]})

    again, _ = load_network(tmp_path)

    with torch.inference_mode():
        assert torch.equal(network(inputs)["embedding"], again(inputs)["embedding"])


@pytest.mark.parametrize("folder", sorted(path.parent for path in SHIPPED.glob("*/card.json")))
@pytest.mark.parametrize("count", [1, 5])
def test_shipped_onnx_equals_torch(folder, count, pictures):
    card = load_card(folder)
    network, _ = load_network(folder)
    arrays = _inputs(folder, card, pictures)[:count]

    there = OnnxSession(folder / "network.onnx", threads=1).run(_named(card, arrays))
    with torch.inference_mode():
        here = network(*map(torch.from_numpy, _named(card, arrays).values()))

    assert set(there) == set(here)
    assert all(np.abs(there[key] - here[key].numpy()).max() < 1e-4 for key in here)


@pytest.mark.parametrize("folder", sorted(path.parent for path in SHIPPED.glob("*/card.json")))
def test_shipped_weights_are_halves_and_small(folder):
    dtypes = {tensor.dtype for tensor in load_weights(folder).values()}

    assert dtypes == {np.dtype(np.float16)}
    assert (folder / "weights.safetensors").stat().st_size <= 8_000_000
    assert (folder / "network.onnx").stat().st_size <= 8_000_000


def _inputs(folder, card, pictures):
    model = onnx.load(folder / "network.onnx")
    width = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
    vectors = np.random.default_rng(0).random((5, width), dtype=np.float32)
    side_px = card.preprocessing.get("side_px", 8)
    return {"pixels": batch(pictures, side_px=side_px)}.get(card.reads, vectors)


def _named(card, arrays):
    pair = {"a": arrays, "b": arrays[::-1].copy()}
    return {"PAIR": pair}.get(card.purpose, {"pixels": arrays})

"""Every registered network exports to ONNX and says there what it says in torch, one by one and in batches."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from tests.workers.test_encoders import inputs, name, network  # noqa: F401 - fixtures
from workers.export import _name_outputs, round_to_half, to_onnx
from workers.networks.registry import PAIR_SCORERS, build_network
from workers.serving.runtime import OnnxSession

WIDTH = 16
SCORER_OPTIONS = {
    "compat-mlp": {"width": WIDTH, "hidden": 8},
    "polania": {"blocks": [12, 4], "hidden": [8, 4]},
    "siamese-hist": {"merge": "concatenate", "hidden": 8},
}
SCORER_WIDTHS = {"siamese-hist": 128 + 24}
COUNTS = (1, 3)


def largest_difference(built, given, folder):
    """Export a network and compare all its outputs on one and on three rows."""
    round_to_half(built.eval())
    (folder / "network.onnx").write_bytes(
        to_onnx(built, examples={key: value[:2] for key, value in given.items()})
    )
    session = OnnxSession(folder / "network.onnx", threads=1)
    worst = []
    for count in COUNTS:
        rows = {key: value[:count] for key, value in given.items()}
        there = session.run({key: value.numpy() for key, value in rows.items()})
        with torch.inference_mode():
            here = built(*rows.values())
        assert set(there) == set(here)
        worst += [np.abs(there[key] - here[key].numpy()).max() for key in here]
    return max(worst)


@pytest.mark.training
def test_every_encoder_exports_equal_to_torch(network, inputs, tmp_path):  # noqa: F811
    assert largest_difference(network, {"given": inputs}, tmp_path) < 1e-4


@pytest.mark.training
@pytest.mark.parametrize("scorer", sorted(PAIR_SCORERS))
def test_every_scorer_exports_equal_to_torch(scorer, tmp_path):
    torch.manual_seed(0)
    built = build_network(
        PAIR_SCORERS, scorer, options=SCORER_OPTIONS.get(scorer, {"width": WIDTH})
    )

    width = SCORER_WIDTHS.get(scorer, WIDTH)
    pairs = {"a": torch.randn(3, width), "b": torch.randn(3, width)}

    assert largest_difference(built, pairs, tmp_path) < 1e-4


def test_an_inner_value_may_be_called_as_an_output_is():
    nodes = [
        helper.make_node("Neg", ["pixels"], ["embedding"]),
        helper.make_node("Neg", ["embedding"], ["given_embedding"]),
    ]
    values = [
        helper.make_tensor_value_info(value, TensorProto.FLOAT, ["B"])
        for value in ("pixels", "given_embedding")
    ]
    model = helper.make_model(helper.make_graph(nodes, "twice", values[:1], values[1:]))

    _name_outputs(model, ["embedding"])

    onnx.checker.check_model(model)
    assert [output.name for output in model.graph.output] == ["embedding"]
    assert list(model.graph.node[1].input) == ["embedding.inner"]

"""From a torch network to a checkpoint: rounded weights, `network.onnx`, card."""

import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from workers.checkpoints import Card, save_checkpoint

GIVEN = "given_"  # before an output's name until the graph is renamed
LARGEST_SET = 64  # items
SMALLEST_HALF = 256  # entries; a shorter tensor is not worth a Cast


class _Outputs(nn.Module):
    """Give the named outputs of a network as a tuple, in the order of `names`."""

    def __init__(self, network: nn.Module, names: list[str]) -> None:
        super().__init__()
        self.network = network
        self.names = names

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        outputs = self.network(*inputs)
        return tuple(outputs[name] for name in self.names)


def save_network(
    network: nn.Module,
    folder: Path,
    card: Card,
    *,
    examples: dict[str, Tensor],
    are_sets: bool = False,
) -> Card:
    """Round a network's weights to half precision in place, export it and write the checkpoint.

    Args:
        network: Returns a dictionary of tensors whose first axis is the batch.
        folder: Where to write; made if missing.
        card: Without hashes.
        examples: One tensor per input, in the order of `forward`, with a batch of 2.
        are_sets: The second axis counts the items of a set and is free, too.

    Returns:
        The card with its hashes.
    """
    network.eval()
    round_to_half(network)
    tensors = {key: _as_stored(value) for key, value in stored_state(network).items()}
    onnx_bytes = to_onnx(network, examples=examples, are_sets=are_sets)
    return save_checkpoint(folder, card, tensors=tensors, onnx=onnx_bytes)


def pixel_examples(side_px: int) -> dict[str, Tensor]:
    """Give the exporter two pictures."""
    return {"pixels": torch.zeros(2, side_px, side_px, 3, dtype=torch.uint8)}


def pair_examples(width: int) -> dict[str, Tensor]:
    """Give the exporter two pairs of vectors."""
    return {"a": torch.zeros(2, width), "b": torch.ones(2, width)}


def stored_state(network: nn.Module) -> dict[str, Tensor]:
    """Name the tensors a checkpoint holds: all but BatchNorm's counters, which only training reads."""
    return {
        key: value
        for key, value in network.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


def round_to_half(network: nn.Module) -> None:
    """Round every stored tensor to the nearest half, so that torch computes with what is shipped."""
    with torch.no_grad():
        for value in stored_state(network).values():
            if value.is_floating_point():
                value.copy_(value.half().float())


def to_onnx(network: nn.Module, *, examples: dict[str, Tensor], are_sets: bool = False) -> bytes:
    """Export to ONNX with a free batch axis; weights that halves hold exactly are stored as halves.

    Args:
        network: In evaluation mode.
        examples: Inputs by name, batch of 2; of sets, of 3 items each.
        are_sets: The second axis counts the items of a set and is free, too.

    Returns:
        The serialised model: inputs and outputs by name, in float32 and uint8 as in torch.
    """
    inputs = tuple(examples.values())
    with torch.inference_mode():
        names = list(network(*inputs))
    free = {0: torch.export.Dim("B", min=1, max=4096)}
    if are_sets:
        free[1] = torch.export.Dim("K", min=1, max=LARGEST_SET)
    buffer = io.BytesIO()
    for chatty in ("torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        torch.onnx.export(
            _Outputs(network, names).eval(),
            inputs,
            buffer,  # type: ignore[arg-type] # the exporter writes to files of any kind
            dynamo=True,
            verbose=False,
            optimize=True,  # folds BatchNorm: 2.5 times as fast, but those weights fit no half
            input_names=list(examples),
            output_names=[f"{GIVEN}{name}" for name in names],
            dynamic_shapes=(tuple(free for _ in inputs),),
            external_data=False,
        )
    model = _anonymous(
        store_as_halves(_name_outputs(onnx.load_from_string(buffer.getvalue()), names))
    )
    return bytes(model.SerializeToString())


def _as_stored(value: Tensor) -> NDArray[Any]:
    return (value.half() if value.is_floating_point() else value).cpu().numpy()


def _name_outputs(model: ModelProto, names: list[str]) -> ModelProto:
    """Give the outputs their names, and whatever else was called that within the graph another."""
    graph = model.graph
    new = {name: f"{name}.inner" for name in names} | {f"{GIVEN}{name}": name for name in names}
    for node in graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
    for value in (*graph.output, *graph.initializer, *graph.value_info):
        value.name = new.get(value.name, value.name)
    return model


def store_as_halves(model: ModelProto) -> ModelProto:
    """Store initialisers that a half holds exactly as halves, each followed by a Cast to float."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALLEST_HALF:
            continue
        halves = values.astype(np.float16)
        if not np.array_equal(halves.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(halves, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.value_info[:]
    return model


def _anonymous(model: ModelProto) -> ModelProto:
    """Drop the exporter's notes, which are as long as the weights and name files of this machine."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    return model

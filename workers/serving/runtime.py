"""One forward pass by name, whichever engine is there: ONNX Runtime, or torch on CUDA."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from workers.checkpoints import ONNX, Card, load_card, verify

DRIVER = Path("/dev/nvidiactl")
Arrays = dict[str, NDArray[Any]]


class Session(Protocol):
    """Inputs by name in, outputs by name out, batch first."""

    largest_batch: int

    def run(self, inputs: Arrays) -> Arrays: ...


class OnnxSession:
    """ONNX Runtime on the CPU."""

    # Both shipped encoders on pictures in batches of 16 hold 690 MB, of 4 they hold 240 MB, as fast;
    # without planning memory ahead for each shape of input, which saves no time here, 170 MB.
    largest_batch = 4

    def __init__(self, path: Path, *, threads: int | None) -> None:
        import onnxruntime  # noqa: PLC0415 - a GPU worker may do without it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or int(os.environ.get("OMP_NUM_THREADS") or 0)
        options.enable_mem_pattern = False
        options.log_severity_level = 3  # errors; unused initialisers are no news
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, inputs: Arrays) -> Arrays:
        """Run one batch."""
        return dict(zip(self._outputs, self._session.run(self._outputs, inputs), strict=True))


class TorchSession:
    """The torch network itself, on a device."""

    largest_batch = 128

    def __init__(self, folder: Path, *, device: str) -> None:
        from workers.networks.registry import load_network  # noqa: PLC0415 - imports torch

        network, _ = load_network(folder)
        self._network = network.to(device)
        self._device = device

    def run(self, inputs: Arrays) -> Arrays:
        """Run one batch."""
        import torch  # noqa: PLC0415 - already imported by then

        with torch.inference_mode():
            tensors = [torch.from_numpy(value).to(self._device) for value in inputs.values()]
            return {name: out.cpu().numpy() for name, out in self._network(*tensors).items()}


def open_checkpoint(
    folder: Path, *, device: str | None, threads: int | None
) -> tuple[Card, Session]:
    """Open a checkpoint, its hashes verified, with the engine that serves it best here."""
    card = load_card(folder)
    verify(folder, card)
    chosen = device or ("cuda" if has_cuda() else "cpu")
    if chosen == "cpu":
        return card, OnnxSession(folder / ONNX, threads=threads)
    return card, TorchSession(folder, device=chosen)


def device_complaint() -> str:
    """What keeps this machine's GPU from serving, in words; "" where it serves or there is none."""
    if not _expects_cuda() or has_cuda():
        return ""
    return "This machine has a GPU that does not answer; its CPU serves. Look at nvidia-smi, then restart the worker."


def has_cuda() -> bool:
    """Tell whether torch is installed and sees a CUDA device, without importing it in vain."""
    if not _expects_cuda():
        return False
    import torch  # noqa: PLC0415 - only where a driver is present

    return bool(torch.cuda.is_available())


def _expects_cuda() -> bool:
    return DRIVER.exists() and find_spec("torch") is not None

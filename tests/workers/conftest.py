"""The cast of the workers' tests: small pictures, a tiny checkpoint, real data where it is."""

import fcntl
import hashlib
import os
import pickle
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch.onnx._internal._lazy_import import onnxscript_apis

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.switching.checkpoints import activate_checkpoint, shipped_checkpoints
from recommender.testing import photo
from workers import export
from workers.checkpoints import Card, Purpose
from workers.datasets import READERS
from workers.export import save_network
from workers.networks.registry import ENCODERS, PAIR_SCORERS, build_network

REAL_DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
IMAGENET = REAL_DATA.parent / "weights" / "mobilenet_v2_imagenet_tf.safetensors"


def pytest_collection_modifyitems(items):
    """A whole data set takes as long as a training, and is left out of the quick round as it is."""
    for item in items:
        if {"real_data", "imagenet"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("training")


@pytest.fixture(scope="session")
def imagenet():
    if not IMAGENET.is_file():
        pytest.skip("needs ../shared/weights")
    return IMAGENET


@pytest.fixture(scope="session")
def real_data():
    if not REAL_DATA.is_dir():
        pytest.skip("needs ../shared/data")
    return REAL_DATA


def formats_of(folder):
    """Name every reader that recognises a folder; one for any real data set."""
    return [name for name, dotted in READERS.items() if import_module(dotted).recognises(folder)]


def garment(colour, *, ground=(240, 240, 240), size=(96, 128)):
    """Draw a block of one colour on a plain ground."""
    picture = Image.new("RGB", size, ground)
    width, height = size
    box = (width // 4, height // 5, width * 3 // 4, height * 4 // 5)
    ImageDraw.Draw(picture).rectangle(box, fill=colour)
    return picture


@pytest.fixture
def dress():
    return garment((180, 20, 40))


@pytest.fixture
def skirt():
    return garment((20, 60, 160), size=(100, 90))


@pytest.fixture
def boots():
    return garment((25, 25, 25), ground=(200, 190, 170), size=(64, 160))


@pytest.fixture
def noise():
    """A picture without ground or garment."""
    pixels = np.random.default_rng(0).integers(0, 256, (70, 50, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture
def pictures(dress, skirt, boots, noise):
    return [dress, skirt, boots, noise, dress.rotate(90, expand=True)]


def tiny_card(**changes):
    fields = {
        "name": "tiny",
        "version": "1",
        "purpose": Purpose.VISUAL,
        "network": "tiny",
        "options": {"categories": 3},
        "reads": "pixels",
        "dimension": 16,
        "parts": {"shape": 8, "colour": 8},
        "weights": {"shape": 0.8, "colour": 0.2},
        "preprocessing": {"function": "workers.images.prepare", "side_px": 48},
        "categories": {"dress": "DRESS", "skirt": "BOTTOM", "boots": "SHOES"},
    }
    return Card(**{**fields, **changes})


@pytest.fixture(scope="session")
def exports(tmp_path_factory):
    """A folder of what was exported, for all processes that share the tests."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    (root / "exports").mkdir(exist_ok=True)
    return root / "exports"


@pytest.fixture(scope="session", autouse=True)
def _export_the_same_network_once(exports):
    """Export takes longer than training a miniature; the same weights give the same `network.onnx`."""
    to_onnx = export.to_onnx

    def remembered(network, **options):
        content = hashlib.sha256(pickle.dumps((network, options))).hexdigest()
        file, part = exports / f"{content}.onnx", exports / f"{content}.{os.getpid()}"
        if not file.exists():
            part.write_bytes(to_onnx(network, **options))
            part.rename(file)
        return file.read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "to_onnx", remembered)
        # Half of the export of a small network is that torch reads the source of every operation anew.
        read = onnxscript_apis.get_torchlib_ops
        patch.setattr(onnxscript_apis, "get_torchlib_ops", cache(read))
        yield


@pytest.fixture(scope="session")
def export_once(exports):
    """Save a network under a name; processes that share the tests share what one of them exported."""

    def save(name, network, card, *, examples, **options):
        folder, part = exports / name, exports / f"{name}.part"
        with (exports / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                save_network(network, part, card, examples=examples, **options)
                part.rename(folder)
        return folder

    return save


@pytest.fixture(scope="session")
def tiny(export_once):
    """A folder with the checkpoint of a real, miniature encoder."""
    torch.manual_seed(0)
    network = build_network(ENCODERS, "tiny", options={"categories": 3})
    example = torch.zeros(2, 48, 48, 3, dtype=torch.uint8)
    return export_once("tiny", network, tiny_card(), examples={"pixels": example})


@pytest.fixture(scope="session")
def tiny_style(export_once):
    """A second encoder, of style and other widths, that names no categories."""
    torch.manual_seed(1)
    options = {"categories": 3, "shape": 4, "colours": 8}
    changes = {"options": options, "parts": {"shape": 4, "colour": 8}, "categories": {}}
    card = tiny_card(name="style", purpose=Purpose.STYLE, dimension=12, **changes)
    network = build_network(ENCODERS, "tiny", options=options)
    example = torch.zeros(2, 48, 48, 3, dtype=torch.uint8)
    return export_once("style", network, card, examples={"pixels": example})


@pytest.fixture(scope="session")
def tiny_scorer(export_once):
    """A pair scorer over the embeddings of `tiny`."""
    torch.manual_seed(2)
    options = {"width": 16, "hidden": 8}
    card = tiny_card(
        name="compat-mlp",
        network="compat-mlp",
        purpose=Purpose.PAIR,
        options=options,
        reads="embeddings of tiny@1",
        parts={},
        categories={},
    )
    network = build_network(PAIR_SCORERS, "compat-mlp", options=options)
    examples = {"a": torch.zeros(2, 16), "b": torch.ones(2, 16)}
    return export_once("compat-mlp", network, card, examples=examples)


@pytest.fixture
def checkpoints(db):
    """The shipped checkpoints, serving."""
    return [activate_checkpoint(folder) for folder in shipped_checkpoints()]


@pytest.fixture
def upload():
    """Put a product with one photo on sale."""

    def save(sku, colour, *, slot="TOP", shape="box"):
        category, _ = Category.objects.get_or_create(name=slot, slug=slot.lower(), slot=slot)
        product = Product.objects.create(sku=sku, title=sku, category=category, price=9, stock=1)
        file = clean_picture(photo(colour, size=(240, 320), shape=shape))
        ProductPicture.objects.create(product=product, file=file)
        return product

    return save

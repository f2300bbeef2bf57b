"""Public encoders: a tiny network of each library walks from its files to a served vector, offline."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from workers import public_encoders
from workers.checkpoints import CheckpointError, load_card
from workers.images import batch, framing
from workers.networks import public
from workers.networks.registry import load_network
from workers.public_encoders import CannotFetchError, main, make_checkpoint, source_of
from workers.serving.encoders import load_encoder
from workers.serving.runtime import OnnxSession, TorchSession

MISSING = "needs requirements-encoders.txt"
SIDE_PX, WIDTH = 32, 16


@pytest.fixture
def timm_files(tmp_path):
    """A tiny timm network's weights, as the hub has them: with its classifier."""
    timm = pytest.importorskip("timm", reason=MISSING)
    torch.manual_seed(0)
    network = timm.create_model("test_vit3", pretrained=False, num_classes=10)
    save_file(network.state_dict(), tmp_path / "model.safetensors")
    return "timm:test_vit3", tmp_path / "model.safetensors"


@pytest.fixture
def open_clip_files(tmp_path):
    """A tiny two-tower network's files, pictures squeezed to a square."""
    model = pytest.importorskip("open_clip.model", reason=MISSING)
    torch.manual_seed(0)
    vision = {"image_size": SIDE_PX, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8}
    text = {"context_length": 4, "vocab_size": 8, "width": 16, "heads": 2, "layers": 1}
    network = model.CLIP(WIDTH, vision, text)
    save_file(network.state_dict(), tmp_path / "open_clip_model.safetensors")
    shown = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"}
    said = {
        "model_cfg": {"embed_dim": WIDTH, "vision_cfg": vision, "text_cfg": text},
        "preprocess_cfg": shown,
    }
    (tmp_path / "open_clip_config.json").write_text(json.dumps(said))
    return "open-clip:hf-hub:maker/tiny", tmp_path / "open_clip_model.safetensors"


@pytest.fixture
def hf_files(tmp_path):
    """A tiny two-tower network's files, the middle of the picture cut out."""
    transformers = pytest.importorskip("transformers", reason=MISSING)
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    shape |= {"num_attention_heads": 2}
    config = transformers.CLIPConfig(
        vision_config=shape | {"image_size": SIDE_PX, "patch_size": 8},
        text_config=shape | {"vocab_size": 8, "bos_token_id": 0, "eos_token_id": 1},
        projection_dim=WIDTH,
    )
    transformers.CLIPModel(config).save_pretrained(tmp_path)
    shown = {"size": {"shortest_edge": 40}, "crop_size": {"height": SIDE_PX, "width": SIDE_PX}}
    shown |= {
        "do_center_crop": True,
        "resample": 3,
        "image_mean": [0.4] * 3,
        "image_std": [0.2] * 3,
    }
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(shown))
    return "hf:maker/tiny", tmp_path / "model.safetensors"


@pytest.fixture(params=["timm_files", "open_clip_files", "hf_files"])
def files(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def checkpoint(files, tmp_path):
    name, weights = files
    main([name, "--weights", str(weights), "--out", str(tmp_path / "made")])
    return tmp_path / "made"


def test_a_public_encoder_serves_its_own_vectors(checkpoint, pictures):
    card = load_card(checkpoint)

    encoded = load_encoder(checkpoint, device="cpu", threads=1).encode(pictures)

    assert [len(one.embeddings[card.identity]) for one in encoded] == [card.dimension] * 5
    assert all(np.linalg.norm(one.embeddings[card.identity]) == pytest.approx(1) for one in encoded)
    assert {(one.category, one.category_confidence) for one in encoded} == {("", 0.0)}


@pytest.mark.parametrize("count", [1, 3])
def test_a_public_encoders_onnx_equals_torch(checkpoint, pictures, count):
    card = load_card(checkpoint)
    pixels = {"pixels": batch(pictures[:count], **framing(card.preprocessing))}

    there = OnnxSession(checkpoint / "network.onnx", threads=1).run(pixels)
    here = TorchSession(checkpoint, device="cpu").run(pixels)

    assert np.abs(there["embedding"] - here["embedding"]).max() < 1e-4


def test_the_card_tells_source_hash_and_licence(checkpoint, files):
    card = load_card(checkpoint)

    assert card.training["source"] in {"timm:timm/test_vit3.r160_in1k", *_sources(files[0])}
    assert card.version == card.training["sha256"][:8]
    assert card.licence


def test_the_libraries_own_framing_is_kept(tmp_path, timm_files, open_clip_files, hf_files):
    made = [
        make_checkpoint(name, tmp_path / f"made {at}", weights=weights).preprocessing
        for at, (name, weights) in enumerate([open_clip_files, hf_files])
    ]

    assert [(how["fit"], how["side_px"], how["resize_px"]) for how in made] == [
        ("stretch", 32, 32),
        ("centre-crop", 32, 40),
    ]


def test_a_tower_is_found_in_the_file_of_both_towers(open_clip_files, tmp_path):
    from safetensors.torch import load_file

    name, weights = open_clip_files
    stored = load_file(weights)
    make_checkpoint(name, tmp_path / "made", weights=weights)

    network, _ = load_network(tmp_path / "made")

    assert torch.allclose(network.tower.proj, stored["visual.proj"], atol=1e-3)


def test_weights_of_another_network_are_refused(hf_files, tmp_path):
    name, weights = hf_files
    save_file({"something.else": torch.zeros(3)}, weights)

    with pytest.raises(CheckpointError, match="belongs to another network"):
        make_checkpoint(name, tmp_path / "made", weights=weights)


def test_pickled_weights_are_refused(hf_files, tmp_path):
    name, weights = hf_files
    torch.save({"a": torch.zeros(1)}, weights)

    with pytest.raises(CheckpointError, match="only safetensors is accepted"):
        make_checkpoint(name, tmp_path / "made", weights=weights)


def test_a_missing_configuration_says_where_it_belongs(hf_files, tmp_path):
    name, weights = hf_files
    (weights.parent / "preprocessor_config.json").unlink()

    with pytest.raises(
        CannotFetchError, match=r"preprocessor_config.json is not beside the weights"
    ):
        make_checkpoint(name, tmp_path / "made", weights=weights)


@pytest.mark.parametrize("name", public_encoders.PICKS)
def test_weights_that_cannot_be_downloaded_say_what_to_do(name, tmp_path, monkeypatch, hf_files):
    pytest.importorskip("timm", reason=MISSING)
    hub = public.library_module("huggingface_hub")

    def offline(_repository, **_options):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(hub, "snapshot_download", offline)

    with pytest.raises(SystemExit, match=r"(?s)no route to host.*--weights FOLDER/.*safetensors"):
        main([name, "--out", str(tmp_path / "made")])


def test_a_library_that_is_not_installed_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "timm", None)

    with pytest.raises(
        public.LibraryMissingError, match=r"pip install -r requirements-encoders.txt"
    ):
        public.build(library="timm", config={"model": "test_vit3"}, mean=[0.5] * 3, std=[0.5] * 3)


@pytest.mark.parametrize("name", ["fashion", "timm:", "pytorch:resnet"])
def test_an_unknown_name_lists_the_picks(name):
    with pytest.raises(
        CheckpointError, match="try marqo-fashionSigLIP, fashion-clip, siglip2-base"
    ):
        source_of(name)


def _sources(name):
    return {name.replace("hf-hub:", "")}

"""A style encoder learns what is worn together, remembers its products, and ranks new ones."""

from pathlib import Path

import numpy as np
import pytest
import torch

from workers.datasets import looks
from workers.datasets.collection import Collection, Item
from workers.networks.fabric import WIDTH, Fabric, moments
from workers.networks.style_fabric import FabricStyle, StyleHead
from workers.networks.visual import unit
from workers.training import look_blocks
from workers.training.config import Config
from workers.training.loop import fit
from workers.training.recipes import style

LESSON = {"noise": 0.1, "forgets": 0.4}


def item(key, slot):
    return Item(key=key, path=Path("none.jpg"), label=slot.lower(), slot=slot)


@pytest.fixture
def lesson():
    """Tops and bottoms of four tastes; a description tells taste and slot, beside much noise."""
    generator = np.random.default_rng(0)
    items = [item(f"{slot}{n}", slot) for n in range(80) for slot in ("TOP", "BOTTOM")]
    worn = {str(n): (f"TOP{n}", f"BOTTOM{(n + 4 * k) % 80}") for n in range(80) for k in range(3)}
    worn["test/1"] = ("TOP1", "BOTTOM2")
    tastes = 3 * np.eye(4)[np.arange(160) // 2 % 4]
    reduced = np.hstack([tastes, generator.normal(size=(160, 12))]).astype(np.float32)
    corpus = looks.gather([Collection("shop", "", tuple(items), worn)])
    learnt, held = looks.hold_out(corpus.looks, share=0.2, generator=generator, unseen=False)
    asked = looks.questions(held, corpus, generator=generator)
    return torch.from_numpy(reduced), looks.LookSplit(corpus, learnt, asked)


def head(reduced, split, *, remembers):
    torch.manual_seed(0)
    keys = style.memory_keys(reduced, split.looks)[: None if remembers else 0]
    made = StyleHead(reduced=16, hidden=32, width=16, members=2, remembered=len(keys))
    with torch.no_grad():
        made.keys.copy_(keys)
    return made


@pytest.mark.parametrize("remembers", [True, False])
def test_it_learns_the_taste(lesson, tmp_path, remembers):
    reduced, split = lesson
    config = style.StyleConfig(epochs=15, batch=16, learning_rate=5e-3, weight_decay=1e-4, **LESSON)
    network = head(reduced, split, remembers=remembers)
    task = style.StyleTask(network, reduced=reduced, split=split, config=config)

    history = fit(task, config=config, out=tmp_path, score="fitb")

    assert history.rows[0]["fitb"] < 0.6 < history.best["fitb"]


def test_a_batch_holds_looks_that_are_learnt_from_and_no_others(lesson):
    reduced, split = lesson
    network = head(reduced, split, remembers=False)
    task = style.StyleTask(
        network, reduced=reduced, split=split, config=style.StyleConfig(batch=8, **LESSON)
    )

    batches = task.batches(0)

    assert {look for batch in batches for look in batch} <= set(split.looks)
    assert (2, 5) not in {look for batch in batches for look in batch}  # TOP1 and BOTTOM2
    assert task.batches(0) == batches != task.batches(1)


def test_a_product_s_own_picture_recalls_it_and_another_s_recalls_nothing():
    network = StyleHead(reduced=40, hidden=8, width=6, remembered=3)
    pictures = torch.randn(4, 40, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        network.keys.copy_(unit(pictures[:3]))
        network.memory.normal_()

    recalled = network.recall(pictures)

    assert torch.allclose(recalled[:3], network.memory, rtol=0.02, atol=0.02)
    assert recalled[3].abs().max() < 1e-3


def test_what_serves_is_what_was_learnt():
    network = StyleHead(reduced=12, hidden=8, width=6, members=2, remembered=5).eval()
    described = torch.randn(5, WIDTH, generator=torch.Generator().manual_seed(0))
    reduced = network.reduce(described)
    with torch.no_grad():
        network.keys.copy_(unit(reduced))
        network.memory.normal_()

    learnt = network.join_members(network.embed_by_member(reduced, network.memory))

    assert torch.allclose(network(described), learnt, atol=0.05)


def test_the_inner_product_of_members_side_by_side_is_the_mean_of_theirs():
    network = StyleHead(reduced=12, hidden=8, width=6, members=3).eval()
    with torch.inference_mode():
        parts = network.embed_by_member(torch.randn(2, 12), torch.zeros(()))
        a, b = network.join_members(parts)

    assert float(a @ b) == pytest.approx(np.mean([float(x @ y) for x, y in parts]), abs=1e-6)


def test_moments_ignore_what_has_no_weight():
    maps = torch.tensor([[[[1.0, 3.0, 50.0]]]])

    mean, deviation = moments(maps, torch.tensor([[[[1.0, 1.0, 0.0]]]]))

    assert mean.item() == 2
    assert deviation.item() == pytest.approx(1, abs=1e-3)


def test_descriptions_and_style_vectors_have_their_widths():
    pixels = torch.randint(0, 255, (2, 192, 192, 3), dtype=torch.uint8)
    with torch.inference_mode():
        described = Fabric().eval()(pixels)
        network = FabricStyle(reduced=8, hidden=8, width=6, remembered=3, has_colours=True).eval()
        embedding = network(pixels)["embedding"]

    assert described.shape == (2, WIDTH)
    assert embedding.shape == (2, 6 + 64)
    assert embedding[:, :6].norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    assert embedding[:, 6:].norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_an_encoder_for_other_shops_is_measured_by_unseen_products(lesson):
    collection = Collection(
        "shop",
        "",
        lesson[1].corpus.items,
        {str(n): (f"TOP{n}", f"BOTTOM{(n + 1) % 80}") for n in range(80)},
    )

    split = looks.split_looks([collection], share=0.1, seed=0, unseen=True)

    asked = {i for each in split.questions for i in (*each.context, each.answers[0])}
    assert asked
    assert {i for look in split.looks for i in look}.isdisjoint(asked)


@pytest.fixture
def early_maps():
    """A small corpus's early maps: the taste is in the channels, the slot too."""
    generator = np.random.default_rng(0)
    tastes = np.eye(4)[np.arange(160) // 2 % 4].repeat(24, axis=1)[..., None, None]
    maps = tastes + 0.3 * generator.normal(size=(160, 96, 12, 12))
    return look_blocks.EarlyMaps(maps.astype(np.float16), np.ones((160, 1, 6, 6), dtype=np.float16))


def test_the_backbones_last_blocks_learn_from_looks(lesson, early_maps, tmp_path):
    torch.manual_seed(0)
    fabric = Fabric()
    before = {name: value.clone() for name, value in fabric.state_dict().items()}
    config = Config(epochs=2, batch=32, learning_rate=3e-4)
    task = look_blocks.FineTuningTask(
        look_blocks.LateBlocks(fabric), early=early_maps, split=lesson[1], config=config
    )

    history = fit(task, config=config, out=tmp_path, score="fitb")

    changed = {n.split(".")[1] for n, v in fabric.state_dict().items() if not v.equal(before[n])}
    assert history.rows[1]["loss"] < history.rows[0]["loss"]
    assert changed == {"14", "15", "16"}


def test_early_maps_lead_to_what_the_whole_pass_reads(tmp_path):
    torch.manual_seed(0)
    fabric, pixels = Fabric().eval(), torch.randint(0, 255, (2, 192, 192, 3), dtype=torch.uint8)
    maps, garment = look_blocks.early_pass(fabric, pixels)
    late = fabric.features[14:](maps)

    whole = fabric(pixels)

    mean, _deviation = moments(late, garment + 1e-3)
    start = 2 * (24 + 32 + 64 + 96)
    assert torch.allclose(mean, whole[:, start : start + 160], atol=1e-4)

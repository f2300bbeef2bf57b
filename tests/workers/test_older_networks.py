"""The older systems' networks have the layers they are said to have, and merge as they say."""

import pytest
import torch
from torchvision.models import resnet

from workers.networks import resnet as ours
from workers.networks.naive_cnn import NaiveCNN
from workers.networks.siamese_hist import (
    SiameseEncoder,
    SiameseNetwork,
    SiameseScorer,
    UnknownMergeError,
)

CNN = 3 * 32 * 9 + 32 * 64 * 9 + 64 * 128 * 9 + 2 * (32 + 64 + 128) + (32 + 64 + 128)
WIDTH = 128 + 24


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.fixture
def pair():
    drawn = torch.randn(2, 3, WIDTH, generator=torch.Generator().manual_seed(0))
    parts = [torch.nn.functional.normalize(part, dim=2) for part in drawn.split((128, 24), dim=2)]
    return torch.cat(parts, dim=2)


@pytest.fixture
def pixels():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (4, 32, 32, 3), dtype=torch.uint8, generator=generator)


def test_the_plain_cnn_has_three_convolutions_and_a_category_head():
    assert count(NaiveCNN()) == CNN
    assert count(NaiveCNN(categories=7)) == CNN + 128 * 7 + 7


def test_the_plain_cnn_halves_twice_and_averages():
    shown = torch.zeros(1, 3, 128, 128)

    assert NaiveCNN().features(shown).shape == (1, 128, 32, 32)


def test_the_metric_network_is_as_wide_as_the_merge_makes_it():
    assert count(SiameseScorer(merge="hadamard")) == WIDTH * 128 + 128 + 128 + 1
    assert count(SiameseScorer(merge="concatenate")) == 2 * WIDTH * 128 + 128 + 128 + 1


def naive_merge(a, b, *, merge):
    """Scale each entry by the root of its block's width, then multiply or put side by side."""
    roots = [128**0.5] * 128 + [24**0.5] * 24
    first, second = ([x * r for x, r in zip(side, roots, strict=True)] for side in (a, b))
    products = [x * y for x, y in zip(first, second, strict=True)]
    return {"hadamard": products, "concatenate": [*first, *second]}[merge]


@pytest.mark.parametrize("merge", ["hadamard", "concatenate"])
def test_a_merge_equals_its_definition(merge, pair):
    fast = SiameseScorer(merge=merge).merge_pair(*pair)

    slow = [
        naive_merge(a, b, merge=merge) for a, b in zip(*map(torch.Tensor.tolist, pair), strict=True)
    ]
    assert torch.allclose(fast, torch.tensor(slow), atol=1e-4)


@pytest.mark.parametrize("merge", ["hadamard", "concatenate"])
def test_a_pair_of_sisters_is_judged_the_same_both_ways_round(merge, pair):
    torch.manual_seed(0)
    scorer = SiameseScorer(merge=merge)
    a, b = pair

    assert torch.allclose(scorer(a, b)["score"], scorer(b, a)["score"])
    assert ((scorer(a, b)["score"] > 0) & (scorer(a, b)["score"] < 1)).all()


def test_both_sisters_are_one_network(pixels):
    network = SiameseNetwork().eval()

    judged = network(pixels, torch.tensor([[0, 1], [1, 0]]))["logit"]

    assert torch.allclose(judged[0], judged[1], atol=1e-6)


def test_what_is_stored_judges_as_what_was_trained(pixels):
    network = SiameseNetwork(merge="concatenate").eval()
    stored = network.encoder(pixels)["embedding"]

    apart = network.scorer(stored[:2], stored[2:])["score"]
    whole = network(pixels, torch.tensor([[0, 2], [1, 3]]))["score"]

    assert torch.allclose(apart, whole, atol=1e-6)


def test_a_histogram_is_learnt_by_nobody():
    assert count(SiameseEncoder()) == CNN


def test_an_unknown_merge_lists_the_known_ones():
    with pytest.raises(UnknownMergeError, match="'sum'; known: hadamard, concatenate"):
        SiameseScorer(merge="sum")


@pytest.mark.parametrize(
    ("architecture", "width", "parameters"),
    [("resnet18", 512, 11_176_512), ("resnet50", 2048, 23_508_032)],
)
def test_a_trunk_is_torchvisions_without_its_last_layer(architecture, width, parameters):
    trunk = ours.ResNetTrunk(architecture)
    theirs = getattr(resnet, architecture)(weights=None).state_dict()

    assert trunk.width == width
    assert count(trunk) == parameters
    assert set(trunk.body.state_dict()) == {key for key in theirs if not key.startswith("fc.")}


def test_the_last_layer_of_the_classifier_is_new():
    network = ours.ResNetClassifier(categories=9)

    assert count(network) == 23_508_032 + 2048 * 9 + 9


def test_the_style_head_makes_512_numbers_of_2048():
    network = ours.Style512()

    assert count(network) == 23_508_032 + 2048 * 512 + 512
    assert network.dimension == 512


def test_a_trunk_normalises_as_imagenets_networks_expect(pixels):
    trunk = ours.ResNetTrunk("tiny").eval()
    mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    by_hand = (pixels / 255 - torch.tensor(mean)) / torch.tensor(deviation)

    with torch.inference_mode():
        assert torch.allclose(trunk(pixels), trunk.body(by_hand.permute(0, 3, 1, 2)), atol=1e-5)

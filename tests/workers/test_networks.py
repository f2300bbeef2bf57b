"""Networks compute what they say, and export without loss."""

import numpy as np
import onnx
import pytest
import torch

from workers.export import pair_examples, round_to_half, to_onnx
from workers.networks import compat_mlp
from workers.networks.kernel import Waves, orthogonal
from workers.networks.mobilenet_v2 import SameConv, absorb_norms, load_imagenet, pool
from workers.networks.visual import VisualNetwork
from workers.training.augmentation import vary


def test_stride_two_pads_right_and_below_only():
    convolution = SameConv(1, 1, 3, stride=2, bias=False)
    torch.nn.init.ones_(convolution.weight)
    picture = torch.zeros(1, 1, 4, 4)
    picture[0, 0, 0, 0] = 1

    out = convolution(picture)[0, 0]

    assert out.tolist() == [[1, 0], [0, 0]]  # padding left and above would move the 1 to the middle


def test_the_backbone_takes_every_imagenet_weight_but_the_classifier(imagenet):
    network = load_imagenet(imagenet)

    assert network.features[0][1].eps == 1e-3
    assert sum(p.numel() for p in network.parameters()) == 2_223_872


def test_absorbed_norms_leave_the_network_as_it_was(imagenet):
    network = load_imagenet(imagenet).eval()
    pixels = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1

    with torch.inference_mode():
        before = network(pixels)
        absorb_norms(network, epsilon=2.0**-10)
        after = network(pixels)

    norm = network.features[0][1]
    assert torch.allclose(before, after, atol=1e-3)
    assert set((norm.weight / torch.sqrt(norm.running_var + norm.eps)).tolist()) == {1.0}


def test_imagenet_weights_tell_pictures_apart(imagenet, dress, noise):
    network = load_imagenet(imagenet).eval()
    pictures = [
        np.asarray(p.resize((96, 96)), dtype=np.float32) / 127.5 - 1 for p in (dress, noise)
    ]

    with torch.inference_mode():
        a, b = pool(network(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)))

    assert a.min() >= 0
    assert torch.cosine_similarity(a, b, dim=0) < 0.8


def test_shape_ignores_colour_of_equal_luminance():
    torch.manual_seed(0)
    network = VisualNetwork(categories=2).eval()
    pixels = torch.full((2, 256, 256, 3), 200, dtype=torch.uint8)
    pixels[0, 60:190, 60:190] = torch.tensor([0, 100, 0])
    pixels[1, 60:190, 60:190] = torch.tensor([196, 0, 0])  # 0.587 × 100 = 0.299 × 196

    with torch.inference_mode():
        a, b = network(pixels)["embedding"]

    assert torch.allclose(a[:-64], b[:-64], atol=1e-2)
    assert a[-64:] @ b[-64:] < 0.5


def test_other_heads_read_the_category_s_ground_the_shape_and_the_colours():
    network = VisualNetwork(categories=2, shape=16, waves=8).eval()
    pixels = torch.randint(0, 256, (3, 256, 256, 3), dtype=torch.uint8)

    with torch.inference_mode():
        seen = network(pixels)

    last, shape, colour = seen["features"].split([1280, 16, 64], dim=1)
    assert torch.equal(network.waves(shape), seen["embedding"][:, :16])
    assert torch.equal(colour, seen["embedding"][:, 16:])
    assert last.norm(dim=1) == pytest.approx(1, abs=1e-5)


def test_a_backbone_is_taken_over_and_absorbed_without_loss(imagenet):
    backbone = load_imagenet(imagenet).eval()
    network = VisualNetwork(categories=2).eval()
    rgb = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))

    network.start_from(backbone)
    network.absorb()

    with torch.inference_mode():
        expected = backbone.features[:17](network.grey(rgb))
        assert torch.allclose(network.maps(rgb), expected, atol=1e-3)


def test_cells_keep_where_things_are():
    network = VisualNetwork(categories=2)
    torch.nn.init.zeros_(network.reduce.bias)
    maps = torch.zeros(2, 160, 8, 8)
    maps[0, 0, :2, :2] = 1
    maps[1, 0, 4:, 4:] = 1

    a, b = network.cells(maps).detach()

    assert a @ b == 0
    assert a @ a == pytest.approx(1)


def test_waves_say_more_about_the_same_than_about_the_half_alike():
    waves = Waves(inputs=64, count=64, spread=0.3)
    a = torch.zeros(64).index_fill(0, torch.tensor(0), 1)
    half = torch.zeros(64).index_copy(0, torch.tensor([0, 1]), torch.tensor([0.5, 0.75**0.5]))

    there, near, same = waves(torch.stack([a, half, a]))

    assert float(there @ same) == pytest.approx(1)
    assert float(there @ near) == pytest.approx(np.exp(-0.5 / 0.3), abs=0.15)


def test_directions_are_orthogonal_and_the_same_every_time():
    directions = orthogonal(32, count=24)

    gram = directions.T @ directions

    assert torch.allclose(gram, torch.diag(torch.diag(gram)), atol=1e-3)
    assert torch.equal(directions, orthogonal(32, count=24))


def test_a_pair_is_worth_the_same_both_ways_round():
    network = compat_mlp.CompatibilityMLP(width=6, hidden=4).eval()
    a, b = torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(0))

    assert torch.allclose(network(a, b)["score"], network(b, a)["score"])


def test_the_pair_scorer_has_the_keys_of_older_files():
    keys = set(compat_mlp.CompatibilityMLP(width=6).state_dict())

    assert keys == {"fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias"}


def test_rounding_leaves_nothing_that_a_half_cannot_hold():
    network = compat_mlp.CompatibilityMLP(width=6, hidden=8)
    round_to_half(network)

    assert all(torch.equal(p, p.half().float()) for p in network.parameters())


def test_an_export_holds_halves_and_names_no_file():
    network = compat_mlp.CompatibilityMLP(width=64, hidden=32).eval()
    round_to_half(network)

    exported = to_onnx(network, examples=pair_examples(64))
    kinds = [tensor.data_type for tensor in onnx.load_from_string(exported).graph.initializer]

    assert onnx.TensorProto.FLOAT16 in kinds
    assert b".py" not in exported


def test_a_view_is_decided_by_its_generator(dress):
    pixels = np.asarray(dress.resize((64, 64)))

    first, again = (vary(pixels, generator=np.random.default_rng(4)) for _ in range(2))
    other = vary(pixels, generator=np.random.default_rng(5))

    assert (first == again).all()
    assert (first != other).any()
    assert first.shape == pixels.shape


def test_views_of_odd_pictures_are_still_pictures(noise):
    pixels = np.asarray(noise.resize((48, 48)))

    views = [vary(pixels, generator=np.random.default_rng(seed)) for seed in range(20)]

    assert all(view.dtype == np.uint8 and view.shape == (48, 48, 3) for view in views)

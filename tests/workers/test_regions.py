"""The region view: it names what the score rests on, and only that."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from workers.checkpoints import find
from workers.serving import regions
from workers.serving.encoders import load_encoder
from workers.serving.scorers import load_pair_scorer

CATALOGUE = Path(__file__).resolve().parents[2] / "fashionshop" / "demo_catalogue" / "images"
GROUND = (240, 240, 240)


def shirt(*, badge=(20, 20, 160)):
    """A pale block with one strong patch at its upper left."""
    picture = Image.new("RGB", (240, 320), GROUND)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((50, 40, 189, 279), fill=(205, 200, 190))
    draw.rectangle((56, 50, 105, 135), fill=badge)
    return picture


def darkness(images):
    """A judge that counts blue ink and nothing else."""
    ink = [(np.asarray(image)[..., 0] < 100).mean() for image in images]
    return {"ink": np.array(ink), "paper": np.zeros(len(images))}


@pytest.fixture
def found():
    return regions.find_region(shirt(), judge=darkness)


def test_the_region_lies_where_the_score_comes_from(found):
    left, top, right, bottom = found.box

    assert (found.row, found.column) == ("upper", "left")
    assert left <= 60 / 240 < 100 / 240 <= right
    assert top <= 55 / 320 < 130 / 320 <= bottom


def test_the_part_that_loses_most_is_named(found):
    assert found.part == "ink"
    assert found.drop == pytest.approx(50 * 86 / (240 * 320), abs=0.006)


def test_heat_is_hottest_in_the_region_and_between_0_and_1(found):
    heat = np.array(found.heat)

    assert heat.shape == (regions.CELLS, regions.CELLS)
    assert heat.max() == 1
    assert heat[:3, :3].mean() > 10 * heat[4:, 4:].mean()


def test_the_grid_lies_over_the_garment(found):
    assert found.frame == pytest.approx((50 / 240, 40 / 320, 190 / 240, 280 / 320), abs=0.01)


@pytest.mark.parametrize("picture", [Image.new("RGB", (60, 80), "white"), Image.new("RGB", (9, 9))])
def test_a_picture_of_nothing_has_a_region_without_a_loss(picture):
    found = regions.find_region(picture, judge=lambda images: {"one": np.ones(len(images))})

    assert found.frame == (0, 0, 1, 1)
    assert found.drop == 0
    assert np.max(found.heat) == 0


def test_a_busy_ground_is_no_frame(noise):
    assert regions.garment_frame(noise) == (0, 0, *noise.size)


def test_a_thread_of_a_garment_is_framed_by_the_whole_picture():
    picture = Image.new("RGB", (100, 100), "white")
    ImageDraw.Draw(picture).rectangle((50, 5, 52, 95), fill="black")

    assert regions.garment_frame(picture) == (0, 0, 100, 100)


def test_hiding_changes_the_box_and_nothing_else():
    picture = shirt()
    covered = regions.hidden(picture, (60, 60, 90, 90), regions.on_ground(picture))
    differs = np.argwhere((np.asarray(picture) != np.asarray(covered)).any(axis=2))

    assert differs.min(axis=0).tolist() == [60, 60]
    assert differs.max(axis=0).tolist() == [89, 89]


def test_a_likeness_adds_up_to_the_weighted_cosine(tiny, dress, skirt):
    encoder = load_encoder(tiny)
    weights = {"shape": 0.8, "colour": 0.2}
    judge = regions.likeness(encoder, other=dress, weights=weights)
    mine, its = (np.split(encoder.vectors([p])[0], 2) for p in (dress, skirt))

    assert sum(judge([dress]).values()) == pytest.approx(1, abs=1e-3)
    for name, a, b in zip(("shape", "colour"), mine, its, strict=True):
        assert judge([skirt])[name][0] == pytest.approx(weights[name] * a @ b, abs=1e-3)


def test_a_rating_is_what_the_scorer_says(tiny, tiny_scorer, dress, skirt):
    encoder, scorer = load_encoder(tiny), load_pair_scorer(tiny_scorer)
    a, b = (encoder.vectors([picture]) for picture in (skirt, dress))

    judged = regions.rating(encoder, other=dress, score=scorer.score)([skirt])

    assert judged == {regions.WHOLE: pytest.approx(scorer.score(a, b), abs=1e-4)}


@pytest.fixture(scope="module")
def garments():
    """Every 43rd picture of the demo's catalogue, eight in all."""
    pictures = [Image.open(path).convert("RGB") for path in sorted(CATALOGUE.glob("*"))[::43]]
    for picture in pictures:
        picture.thumbnail((240, 320))
    return pictures


@pytest.mark.training
def test_hiding_the_named_region_costs_more_than_hiding_another(garments):
    """With the shipped encoder, judged with a fill that the search does not use."""
    encoder = load_encoder(find("visual"))
    losses = np.array([named_and_random(p, encoder) for p in garments])

    assert losses[:, 0].mean() > 1.3 * losses[:, 1].mean()
    assert (losses[:, 0] > losses[:, 1]).mean() > 0.5


def named_and_random(picture, encoder):
    """What hiding the named region costs, and hiding boxes of its size on the garment, on average."""
    judge = regions.likeness(encoder, other=picture, weights=encoder.card.weights)
    shares = regions.find_region(picture, judge=judge).box
    named = [round(s * side) for s, side in zip(shares, picture.size * 2, strict=True)]
    boxes = [tuple(named), *elsewhere(named, picture)]
    drops = sum(regions.drops_of(picture, boxes, judge=judge, fills=[regions.blur]).values())
    return drops[0], drops[1:].mean()


def elsewhere(named, picture, *, count=5):
    left, top, right, bottom = regions.garment_frame(picture)
    width, height = named[2] - named[0], named[3] - named[1]
    drawn = np.random.default_rng(0).integers(
        (left, top), (right - width, bottom - height), (count, 2), endpoint=True
    )
    return [(int(x), int(y), int(x) + width, int(y) + height) for x, y in drawn]

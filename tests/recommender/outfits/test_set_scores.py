"""Where a set scorer serves it judges whole outfits; where it does not answer, their pairs do."""

from statistics import pstdev

import pytest
from kombu.exceptions import OperationalError

from recommender import broker
from recommender.broker import NoWorker
from recommender.models import Checkpoint, Look, Rule, Slot
from recommender.outfits import set_scores
from recommender.outfits.answer import OutfitOptions, outfits
from recommender.strips.photo import PhotoFeatures

pytestmark = pytest.mark.django_db


def titles(outfit):
    return [piece.product.title for piece in outfit.pieces]


@pytest.fixture(autouse=True)
def _nobody_failed_to_answer_yet(monkeypatch):
    monkeypatch.setattr(broker._pause, "until", 0.0)


@pytest.fixture
def set_scorer(checkpoints):
    return Checkpoint.objects.create(
        name="fake-sets",
        version="1",
        purpose="SET",
        state="ACTIVE",
        reads="embeddings of fake-style@1",
    )


@pytest.fixture
def worker(monkeypatch, set_scorer):
    """A worker that likes what is new."""
    asked = []

    def judge(**question):
        asked.append(question)
        ages = [int(item.get("product", 0)) for item in question["items"]]
        most = len(ages) * (max(ages) + 1)
        return {"scores": [sum(ages[at] for at in one) / most for one in question["sets"]]}

    monkeypatch.setattr(set_scores, "ask_set_scores", judge)
    return asked


@pytest.fixture
def blouse(make):
    return make("blouse", Slot.TOP)


@pytest.fixture
def wardrobe(make, blouse):
    """The later, the worse by its cosines, and the better in the worker's eyes."""
    return [
        make(f"{name} {n}", slot, style=5 + 10 * n)
        for name, slot in (("skirt", Slot.BOTTOM), ("shoes", Slot.SHOES))
        for n in range(3)
    ]


def test_what_the_set_scorer_says_orders_the_outfits(wardrobe, blouse, worker):
    answer = outfits([blouse])

    assert titles(answer.outfits[0]) == ["blouse", "skirt 2", "shoes 2"]
    assert answer.versions == ("fake-style@1", "fake-sets@1")
    assert answer.outfits[0].set_score > answer.outfits[1].set_score


def test_the_worker_is_asked_once_about_whole_sets_of_one_piece_each(wardrobe, blouse, worker):
    outfits([blouse])

    (asked,) = worker
    slots = [[asked["items"][at]["slot"] for at in one] for one in asked["sets"]]
    assert asked["scorer"] == "fake-sets@1"
    assert slots == [["TOP", "BOTTOM", "SHOES"]] * 9


def test_a_score_stays_the_share_of_pairs_that_are_right(wardrobe, blouse, worker, monkeypatch):
    judged = {tuple(titles(one)): one.score for one in outfits([blouse], limit=9).outfits}
    monkeypatch.setattr(set_scores, "ask_set_scores", lambda **_: {})

    plain = {tuple(titles(one)): one.score for one in outfits([blouse], limit=9).outfits}

    assert judged == plain


def nobody(**_question):
    raise NoWorker


@pytest.mark.parametrize(
    "judge",
    [nobody, lambda **_: {}, lambda **asked: {"scores": [None] * len(asked["sets"])}],
    ids=["no worker", "a worker that knows another scorer", "no vectors"],
)
def test_without_a_set_score_the_pairs_decide(wardrobe, blouse, set_scorer, monkeypatch, judge):
    monkeypatch.setattr(set_scores, "ask_set_scores", judge)

    answer = outfits([blouse])

    assert titles(answer.outfits[0]) == ["blouse", "skirt 0", "shoes 0"]
    assert (answer.versions, answer.outfits[0].set_score) == (("fake-style@1",), None)


def test_a_broker_that_is_down_costs_no_outfit(wardrobe, blouse, set_scorer, bells):
    bells.error = OperationalError()

    assert titles(outfits([blouse]).outfits[0]) == ["blouse", "skirt 0", "shoes 0"]


def test_after_a_silence_nobody_is_asked_for_a_while(bells, redis_url, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"SET_TIMEOUT_SECONDS": 0.1}

    for _time in range(3):
        with pytest.raises(NoWorker):
            broker.ask_set_scores(scorer="fake-sets@1", items=[], sets=[])

    assert [name for name, _options in bells.rung] == [broker.SCORE_SETS]


def test_after_a_switch_of_the_style_it_stands_aside(wardrobe, blouse, worker, rival):
    Checkpoint.objects.filter(purpose="STYLE").update(state="RETIRED")
    newer = rival("STYLE", state="ACTIVE")

    answer = outfits([blouse])

    assert (worker, answer.versions) == ([], (newer.label,))
    assert answer


def test_no_scorer_no_question(wardrobe, blouse, worker):
    Checkpoint.objects.filter(purpose="SET").update(state="RETIRED")

    assert outfits([blouse]).outfits[0].set_score is None
    assert worker == []


def test_the_shops_own_looks_stay_first(wardrobe, blouse, worker):
    look = Look.objects.create(title="Sunday")
    for product in (blouse, wardrobe[0], wardrobe[3]):
        look.items.create(product=product)

    first, second = outfits([blouse], limit=2).outfits

    assert (first.look, titles(first)) == ("Sunday", ["blouse", "skirt 0", "shoes 0"])
    assert (second.look, second.set_score is None) == (None, False)


def test_what_the_merchant_buries_stays_down(wardrobe, blouse, worker):
    Rule.objects.create(kind=Rule.Kind.BURY, product=wardrobe[2], strength=0.9)

    outfit, *_others = outfits([blouse]).outfits

    assert titles(outfit) == ["blouse", "skirt 1", "shoes 2"]
    assert outfit.set_score is not None


def test_a_swapped_piece_is_judged_with_all_that_was_kept(wardrobe, blouse, worker):
    options = OutfitOptions(keep=[wardrobe[1].pk], swap="SHOES")

    answer = outfits([blouse], options=options, limit=1)

    assert titles(answer.outfits[0]) == ["blouse", "skirt 1", "shoes 2"]
    assert {len(one) for one in worker[0]["sets"]} == {3}


def test_a_photo_is_judged_by_its_vector(wardrobe, worker):
    photo = PhotoFeatures("fake-style@1", [1.0, 0.0, 0.0], slot=Slot.TOP)

    outfits([photo])

    assert worker[0]["items"][0] == {"slot": "TOP", "vector": [1.0, 0.0, 0.0]}


def test_a_piece_without_a_vector_is_in_no_set(wardrobe, blouse, worker, make_product):
    unseen = make_product("new shoes", Slot.SHOES)

    answer = outfits([blouse], limit=12)

    assert str(unseen.pk) not in {item["product"] for item in worker[0]["items"]}
    assert "new shoes" in {title for one in answer.outfits for title in titles(one)}


@pytest.mark.parametrize("numbers", [[0.1, 0.5, 0.3], [3.0, -2.0, 9.0]])
def test_numbers_laid_over_others_keep_their_order_and_take_their_spread(numbers):
    laid = set_scores.rescale(numbers, [0.4, 0.6, 0.8])

    assert sum(laid) == pytest.approx(1.8)
    assert sorted(laid, key=dict(zip(laid, numbers, strict=True)).get) == sorted(laid)
    assert pstdev(laid) == pytest.approx(pstdev([0.4, 0.6, 0.8]))


def test_a_judge_that_says_the_same_of_all_leaves_them_equal():
    assert set_scores.rescale([0.7, 0.7], [0.2, 0.4]) == pytest.approx([0.3, 0.3])
    assert set_scores.rescale([], []) == []

"""Versions are switched while shoppers ask; no reply mixes two of them."""

import threading
from itertools import cycle, product

import pytest
from django.db import OperationalError, connection
from django.test import Client

from fashionshop.models import Category, Product
from recommender.models import Checkpoint, Pairing
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from recommender.switching import checkpoints as service
from recommender.switching.checkpoints import switch_checkpoint
from recommender.testing import activate_fake_checkpoints, give_vectors

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.slow]

SWITCHES = 12
SHOPPERS = 2
PURPOSES = ["PAIR", "STYLE", "VISUAL"]
COUNT = 6  # products of each slot


@pytest.fixture
def shop(db):
    """Tops and shoes whose order every second version reverses; one top is asked about."""
    versions = {kind: (one, _successor(one)) for kind, one in activate_fake_checkpoints().items()}
    made = {}
    for slot in ("TOP", "SHOES"):
        category = Category.objects.create(name=slot, slug=slot.lower(), slot=slot)
        made[slot] = [
            Product.objects.create(
                title=f"{slot}{n}", sku=f"{slot}{n}", price=9, stock=5, category=category
            )
            for n in range(COUNT)
        ]
    for (kind, pair), (slot, place) in product(versions.items(), product(made, range(COUNT))):
        for turn, version in enumerate(pair):
            _know(
                made[slot][place],
                kind,
                version,
                place=_place(slot, place, turn),
                anchor=made["TOP"][0],
            )
    return made["TOP"][0], versions


def _place(slot, place, turn):
    is_anchor = slot == "TOP" and place == 0
    last = COUNT if slot == "TOP" else COUNT - 1
    return last - place if turn and not is_anchor else place


def _know(one, kind, version, *, place, anchor):
    """A vector that is further from the anchor's the later its place; the first is stored."""
    far = place / 10
    if kind != "PAIR":
        vector = [1 - far, (1 - (1 - far) ** 2) ** 0.5, *[0.0] * (version.dimension - 2)]
        give_vectors(one, checkpoint=version, vector=vector)
    elif one.category.slot == "SHOES" and place == 0:  # one; its neighbour comes by style search
        Pairing.objects.create(product=anchor, partner=one, scorer=version, slot="SHOES", score=0.9)


def _successor(one):
    fields = ("purpose", "reads", "dimension")
    like = {name: getattr(one, name) for name in fields}
    return Checkpoint.objects.create(name=f"{one.name}-new", version="2", **like)


def strips(anchor):
    """What a shopper's requests find: versions and products with scores, by strip."""
    client = Client(headers={"host": "localhost"})
    for name, strip in (("similar", similar_products(anchor)), ("goes-with", goes_with(anchor))):
        yield name, *_told(strip.versions, [(str(i.product.pk), i.score) for i in strip.items])
        reply = client.get(f"/api/v1/products/{anchor.pk}/{name}")
        assert reply.status_code == 200, reply.content
        told = reply.json()
        yield (
            f"api {name}",
            *_told(told["versions"], [(i["id"], i["score"]) for i in told["items"]]),
        )


def _told(versions, items):
    return tuple(versions), tuple((sku, round(score, 3)) for sku, score in items)


def expected(anchor, versions):
    """What each combination of versions answers, asked one after another in peace."""
    found = {}
    for pair, style in product((0, 1), repeat=2):
        for kind, turn in (("PAIR", pair), ("STYLE", style), ("VISUAL", style)):
            switch_checkpoint(versions[kind][turn].pk)
        found |= {(name, labels): items for name, labels, items in strips(anchor)}
    return found


class Shopper(threading.Thread):
    """Asks again and again until told to stop; remembers every reply and every error."""

    def __init__(self, ask, until):
        super().__init__()
        self.ask, self.until, self.replies, self.errors = ask, until, [], []

    def run(self):
        try:
            while not self.until.is_set():
                self.replies += self.ask()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the test must see it
            self.errors.append(error)
        finally:
            connection.close()


def serving():
    """The purposes that are served at this moment, each as often as something serves it."""
    rows = Checkpoint.objects.filter(state="ACTIVE").order_by("purpose")
    return [("serving", tuple(rows.values_list("purpose", flat=True)))]


@pytest.fixture
def crowd(shop):
    """Shoppers and a watchman, at work; they stop when the test ends the crowd."""
    stop = threading.Event()
    people = [Shopper(lambda: list(strips(shop[0])), stop) for _each in range(SHOPPERS)]
    people.append(Shopper(serving, stop))

    def end():
        stop.set()
        for one in filter(threading.Thread.is_alive, people):
            one.join(timeout=20)
        return [reply for one in people for reply in one.replies], [
            e for p in people for e in p.errors
        ]

    yield people, end
    end()


def test_no_reply_mixes_versions_while_they_are_switched_back_and_forth(shop, crowd):
    anchor, versions = shop
    right = expected(anchor, versions)
    people, end = crowd

    for one in people:
        one.start()
    for _turn, (kind, turn) in zip(range(SWITCHES), cycle(product(versions, (0, 1))), strict=False):
        switch_checkpoint(versions[kind][turn].pk)
    replies, errors = end()

    assert errors == []
    told = [reply for reply in replies if reply[0] != "serving"]
    assert [reply for reply in told if right[reply[0], reply[1]] != reply[2]] == []
    assert {reply[1] for reply in replies if reply[0] == "serving"} == {tuple(PURPOSES)}
    assert len({reply[1] for reply in told}) > 2
    assert len(set(right.values())) == 6  # else a mixture would go unnoticed


def test_a_connection_that_dies_during_the_switch_leaves_the_old_one_serving(shop, monkeypatch):
    _anchor, versions = shop
    old, new = versions["VISUAL"]

    def die(*_args, **_options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(service, "_queue_work", die)  # the states are written, not yet committed
    with pytest.raises(OperationalError):
        switch_checkpoint(new.pk)
    connection.close()

    assert serving() == [("serving", tuple(PURPOSES))]
    assert Checkpoint.objects.get(purpose="VISUAL", state="ACTIVE") == old


def test_two_switches_at_once_leave_one_serving(shop):
    _anchor, versions = shop
    stop = threading.Event()
    rivals = [
        Shopper(lambda one=one: [switch_checkpoint(one.pk)], stop) for one in versions["VISUAL"]
    ]

    for one in rivals:
        one.start()
    threading.Event().wait(0.5)
    stop.set()
    for one in rivals:
        one.join(timeout=20)

    assert [one.errors for one in rivals] == [[], []]
    assert serving() == [("serving", tuple(PURPOSES))]

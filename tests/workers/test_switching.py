"""A shop on the shipped encoders takes up another one of another width, keeps both strips, and goes back."""

import pytest
import torch
from django.core.management import CommandError, call_command
from torch.nn import functional

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import Checkpoint, Embedding, Picture
from recommender.ranking.rung import Rung
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import similar_products
from recommender.switching.checkpoints import activate_checkpoint, shipped_checkpoints
from recommender.testing import photo
from tests.workers.conftest import tiny_card
from workers import tasks
from workers.checkpoints import Purpose
from workers.networks.registry import PAIR_SCORERS, build_network

pytestmark = pytest.mark.django_db
WIDTH = 768


class Wide(torch.nn.Module):
    """A fine grid of colours as one unit vector: 3 × 16 × 16 numbers, no categories, no features."""

    def forward(self, pixels):
        grid = functional.adaptive_avg_pool2d(pixels.permute(0, 3, 1, 2).float() + 1, (16, 16))
        return {"embedding": functional.normalize(grid.flatten(1), dim=1)}


@pytest.fixture(scope="module")
def wide(export_once):
    """A checkpoint of another width and framing, its purpose left open."""
    how = {"function": "workers.images.prepare", "side_px": 64, "fit": "centre-crop"}
    card = tiny_card(name="wide", purpose=Purpose.OPEN, dimension=WIDTH, parts={}, categories={})
    example = {"pixels": torch.zeros(2, 64, 64, 3, dtype=torch.uint8)}
    card = tiny_card(**vars(card) | {"preprocessing": how, "weights": {}})
    return export_once("wide", Wide(), card, examples=example)


@pytest.fixture(scope="module")
def judge(export_once):
    """A scorer of pairs of the wide encoder's vectors."""
    options = {"width": WIDTH, "hidden": 4}
    card = tiny_card(name="judge", purpose=Purpose.PAIR, network="compat-mlp")
    said = {"options": options, "reads": "embeddings of wide@1", "dimension": WIDTH}
    examples = {"a": torch.ones(2, WIDTH), "b": torch.ones(2, WIDTH)}
    network = build_network(PAIR_SCORERS, "compat-mlp", options=options)
    return export_once("judge", network, tiny_card(**vars(card) | said), examples=examples)


@pytest.fixture(autouse=True)
def every_picture_counts(settings):
    """These boxes of one shape and nearly one colour are not to collapse into one design."""
    settings.RECOMMENDER = settings.RECOMMENDER | {"COLLAPSE_DUPLICATES": False}


@pytest.fixture
def sell(db):
    """Put a product with one photo on sale and let the workers finish."""

    def save(sku, colour, slot="TOP"):
        category, _ = Category.objects.get_or_create(name=slot, slug=slot.lower(), slot=slot)
        product = Product.objects.create(sku=sku, title=sku, category=category, price=9, stock=1)
        file = clean_picture(photo(colour, size=(240, 320)))
        ProductPicture.objects.create(product=product, file=file)
        work()
        return product

    return save


@pytest.fixture
def shop(sell):
    """Two tops and a skirt, seen by the shipped encoders."""
    for folder in shipped_checkpoints():
        activate_checkpoint(folder)
    return [sell("red", "red"), sell("crimson", "crimson"), sell("skirt", "navy", "BOTTOM")]


def work():
    tasks.embed_due()
    tasks.pair_due()


def switch(*folders):
    """Build in the shadow, let the workers finish, take over."""
    for folder in folders:
        for _ in range(2):
            call_command("activate_checkpoint", str(folder))
            work()


@pytest.fixture
def shipped(shop):
    """The label of the encoder that the shop starts with."""
    return Checkpoint.objects.get(name="visual").label


def strips(product):
    similar, beside = similar_products(product), goes_with(product)
    return (
        similar.versions,
        {item.product.sku for item in similar.items},
        {(item.product.sku, item.source) for item in beside.items},
    )


def test_another_width_is_built_in_the_shadow_and_takes_over(shop, shipped, wide, capsys):
    call_command("activate_checkpoint", str(wide), purpose="VISUAL")
    assert "wide@1 (Similar) is being built" in capsys.readouterr().out
    assert strips(shop[0])[0] == (shipped,)

    switch(wide)

    versions, similar, beside = strips(shop[0])
    assert (versions, similar) == (("wide@1",), {"crimson"})
    assert beside == {("skirt", Rung.STORED)}
    widths = {len(e.vector) for e in Embedding.objects.filter(checkpoint__name="wide")}
    assert widths == {WIDTH}


def test_a_product_that_arrives_after_the_switch_is_in_both_strips(shop, wide, sell):
    call_command("activate_checkpoint", str(wide), purpose="VISUAL")
    switch(wide)

    new = sell("scarlet", "#dd1010")

    _versions, similar, beside = strips(new)
    assert similar == {"red", "crimson"}
    assert beside == {("skirt", Rung.STORED)}
    assert Picture.objects.get(product=new).category


def test_rolling_back_takes_one_step_and_loses_nothing(shop, shipped, wide, sell):
    call_command("activate_checkpoint", str(wide), purpose="VISUAL")
    switch(wide)
    new = sell("scarlet", "#dd1010")

    call_command("activate_checkpoint", "visual")

    assert strips(new)[0] == (shipped,)
    assert strips(new)[1] == {"red", "crimson"}
    assert Checkpoint.objects.get(name="wide").state == Checkpoint.State.RETIRED


def test_a_scorer_serves_with_the_encoder_it_reads_and_not_before(shop, wide, judge):
    with pytest.raises(
        CommandError, match=r"judges vectors of wide@1.*Activate that encoder first"
    ):
        call_command("activate_checkpoint", str(judge))

    call_command("activate_checkpoint", str(wide), purpose="VISUAL")
    switch(wide, judge)

    assert Checkpoint.objects.get(purpose="PAIR", state="ACTIVE").name == "judge"
    assert strips(shop[0])[2] == {("skirt", Rung.STORED)}


def test_the_same_encoder_may_serve_what_goes_well_with_what(shop, wide):
    call_command("activate_checkpoint", str(wide), purpose="STYLE")
    switch(wide)

    assert "wide@1" in goes_with(shop[0]).versions
    assert strips(shop[0])[2] == {("skirt", Rung.STORED)}


def test_an_encoder_without_categories_keeps_what_was_seen_before(shop, wide):
    before = list(Picture.objects.order_by("pk").values_list("category", "slot"))
    Checkpoint.objects.exclude(purpose="VISUAL").delete()
    call_command("activate_checkpoint", str(wide), purpose="VISUAL")
    switch(wide)

    Picture.objects.update(palette=[])
    Embedding.objects.all().delete()
    switch(wide)

    after = Picture.objects.order_by("pk")
    assert list(after.values_list("category", "slot")) == before
    assert all(picture.palette for picture in after)

"""The commands of the plug-in, as a person at a terminal sees them."""

import json

import pytest
from django.core.management import CommandError, call_command

from fashionshop.models import Product
from recommender.models import Checkpoint, Embedding, EmbeddingJob, Picture
from recommender.testing import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(checkpoints, blouse, skirt, make_product, make_picture):
    """A blouse, a shirt that looks like it, and a skirt that goes with both."""
    for product, colour in (
        (blouse, "crimson"),
        (skirt, "navy"),
        (make_product("shirt"), "olive"),
    ):
        make_picture(product, colour)
    work_off()


def test_recommend_prints_both_strips(shop, capsys):
    call_command("recommend", "blouse")

    similar, goes_with = capsys.readouterr().out.split("Goes well with")
    assert "fake-visual@1" in similar
    assert "shirt" in similar
    assert "€40.00" in similar
    assert "fake-scorer@1, fake-style@1" in goes_with
    assert "skirt" in goes_with


def test_recommend_keeps_to_the_limit(shop, capsys):
    call_command("recommend", "skirt", limit=1)

    assert capsys.readouterr().out.count("€40.00") == 2  # the skirt's own, and one partner's


def test_recommend_says_where_to_look_when_there_is_nothing(blouse, capsys):
    call_command("recommend", "blouse")

    out = capsys.readouterr().out
    assert out.count("Nothing. `manage.py check_recommender` says why.") == 2
    assert out.count("no active checkpoint") == 2


def test_recommend_refuses_an_unknown_product(db):
    with pytest.raises(CommandError, match="There is no product 'unicorn'"):
        call_command("recommend", "unicorn")


def test_check_recommender_is_silent_about_a_healthy_shop(shop, capsys):
    call_command("check_recommender")

    out = capsys.readouterr().out
    assert "Jobs: 0 queued, 0 running, 6 ready, 0 failed." in out
    assert "Every picture has what it must have." in out


def test_check_recommender_exits_with_1_and_says_what_is_wrong(shop, capsys):
    Embedding.objects.filter(checkpoint__purpose="STYLE").delete()

    with pytest.raises(SystemExit) as stopped:
        call_command("check_recommender")

    assert stopped.value.code == 1
    assert "3 pictures without a vector" in capsys.readouterr().out


def test_check_recommender_answers_machines(shop, capsys):
    Embedding.objects.all().delete()

    with pytest.raises(SystemExit):
        call_command("check_recommender", json=True)

    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["jobs"]["DONE"]) == (False, 6)
    assert [(one["code"], one["count"]) for one in answer["findings"]] == [("missing", 3)]


def test_check_recommender_repairs_what_can_be_repaired(shop, capsys):
    Picture.objects.all().delete()

    with pytest.raises(SystemExit):
        call_command("check_recommender", repair=True)
    assert "6 jobs queued" in capsys.readouterr().err
    work_off()

    call_command("check_recommender")


def test_embed_catalog_notes_every_picture_once(shop, capsys):
    Picture.objects.all().delete()

    call_command("embed_catalog")
    call_command("embed_catalog")

    assert capsys.readouterr().out == "6 new jobs.\n0 new jobs.\n"


def test_embed_catalog_waits_until_the_workers_have_finished(shop, monkeypatch, capsys):
    Picture.objects.all().delete()
    monkeypatch.setattr("time.sleep", lambda seconds: work_off())

    call_command("embed_catalog", wait=True)

    assert not EmbeddingJob.objects.unfinished().exists()


def test_embed_catalog_leaves_unpublished_products_alone(shop, capsys):
    Picture.objects.all().delete()
    Product.objects.update(is_published=False)

    call_command("embed_catalog")

    assert capsys.readouterr().out == "0 new jobs.\n"


@pytest.fixture
def shelf(tmp_path, settings):
    """A folder with one checkpoint of each purpose, as shipped."""
    settings.RECOMMENDER = settings.RECOMMENDER | {"CHECKPOINT_DIR": str(tmp_path)}
    for purpose in ("VISUAL", "STYLE", "PAIR"):
        card = {"name": purpose.lower(), "version": "1", "purpose": purpose, "dimension": 3}
        card["reads"] = {"PAIR": "embeddings of visual@1"}.get(purpose, "pixels")
        folder = tmp_path / purpose.lower()
        folder.mkdir()
        card["sha256"] = {"weights.safetensors": "a" * 64}
        (folder / "card.json").write_text(json.dumps(card))
    return tmp_path


def test_activate_checkpoint_lets_all_shipped_ones_serve(shelf, capsys):
    call_command("activate_checkpoint")

    assert "visual@1 (Similar) serves now." in capsys.readouterr().out
    assert Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE).count() == 3


def test_activate_checkpoint_takes_names_and_folders(shelf):
    call_command("activate_checkpoint", "visual", str(shelf / "style"))

    active = Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)
    assert {checkpoint.name for checkpoint in active} == {"visual", "style"}


def test_activate_checkpoint_says_when_it_builds_in_the_shadow(shop, shelf, capsys):
    call_command("activate_checkpoint", "visual")
    assert "visual@1 (Similar) is being built" in capsys.readouterr().out

    call_command("activate_checkpoint", "visual", now=True)
    assert "visual@1 (Similar) serves now." in capsys.readouterr().out


def test_activate_checkpoint_refuses_a_folder_that_holds_none(shelf):
    with pytest.raises(CommandError, match=r"has no card\.json"):
        call_command("activate_checkpoint", "nothing-here")

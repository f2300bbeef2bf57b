"""The merchant compares two checkpoints, lets one take over and goes back, by clicks."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import call_command

from recommender.admin import checkpoints as admin
from recommender.models import Checkpoint, active_checkpoint
from tests.recommender.rivals import turned

pytestmark = pytest.mark.django_db

PAGE = "/admin/recommender/checkpoint/"


def test_the_page_shows_old_above_new_and_marks_what_differs(admin_client, tops, rival):
    turned(tops, other := rival())

    page = admin_client.get(f"{PAGE}{other.pk}/compare/").content.decode()

    assert "All 10 pictures have their vectors." in page
    assert 'class="reco-gone"' in page
    assert 'class="reco-new"' in page
    assert f"{PAGE}{other.pk}/switch/" in page


def test_a_page_that_compared_a_part_says_so_and_how_to_see_the_rest(
    admin_client, tops, rival, monkeypatch
):
    monkeypatch.setattr(admin, "WAIT_SECONDS", 0)
    turned(tops, other := rival())

    page = " ".join(admin_client.get(f"{PAGE}{other.pk}/compare/").text.split())

    assert "on average over 1 product, drawn by lot from 10. Over all of them it is" in page
    assert "compare_checkpoints rival@2 --sample 10<" in page
    assert 'href="?seed=1"' in page


def test_each_page_of_a_sample_leads_to_another_sample(admin_client, tops, rival, monkeypatch):
    monkeypatch.setattr(admin, "ON_PAGE", 4)
    turned(tops, other := rival())
    address = f"{PAGE}{other.pk}/compare/"

    pages = [admin_client.get(address, {"seed": seed}) for seed in ("", "1", "²", "9" * 5000)]

    assert [page.context["next_seed"] for page in pages] == [1, 2, 1, 1]
    assert all('href="?seed=' in page.text for page in pages)


def test_the_list_leads_to_comparing_and_switching(admin_client, tops, rival):
    other = rival()

    page = admin_client.get(PAGE).content.decode()

    assert page.count("/compare/") == page.count("/switch/") == 1
    assert f"{PAGE}{other.pk}/compare/" in admin_client.get(f"{PAGE}{other.pk}/change/").text


def test_switching_asks_first_and_notes_who_and_when(admin_client, admin_user, tops, rival):
    turned(tops, other := rival())
    address = f"{PAGE}{other.pk}/switch/"

    assert "Yes, switch to rival@2" in admin_client.get(address).text
    assert active_checkpoint("VISUAL").name == "fake-visual"
    admin_client.post(address)

    assert active_checkpoint("VISUAL") == other
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(other.pk))
    assert "Switched: rival@2 serves “Similar” now instead of fake-visual@1" in str(entry)


def test_the_one_before_is_a_click_away(admin_client, checkpoints, tops, rival):
    turned(tops, other := rival())
    admin_client.post(f"{PAGE}{other.pk}/switch/")
    address = f"{PAGE}{checkpoints['VISUAL'].pk}/switch/"

    assert "Yes, roll back to fake-visual@1" in admin_client.get(address).text
    page = admin_client.post(address, follow=True).text

    assert active_checkpoint("VISUAL") == checkpoints["VISUAL"]
    assert "Rolled back: fake-visual@1 serves" in page


def test_a_version_that_lacks_pictures_has_no_button_and_no_way_round(admin_client, tops, rival):
    address = f"{PAGE}{rival().pk}/switch/"

    assert "Yes, switch" not in admin_client.get(address).text
    page = admin_client.post(address, follow=True).text

    assert "0 of 10 pictures" in page
    assert active_checkpoint("VISUAL").name == "fake-visual"
    assert not LogEntry.objects.exists()


def test_an_assistant_may_compare_but_not_switch(client, tops, rival):
    turned(tops, other := rival())
    ada = User.objects.create_user("ada", is_staff=True)
    ada.user_permissions.add(Permission.objects.get(codename="view_checkpoint"))
    client.force_login(ada)

    page = client.get(f"{PAGE}{other.pk}/compare/")

    assert page.status_code == 200
    assert "/switch/" not in page.text + client.get(PAGE).text
    assert client.post(f"{PAGE}{other.pk}/switch/").status_code == 403


def test_a_stranger_is_sent_away(client, rival):
    other = rival()

    assert client.get(f"{PAGE}{other.pk}/compare/").status_code == 302
    assert client.post(f"{PAGE}{other.pk}/switch/").status_code == 302


def test_what_serves_is_not_compared_with_itself(admin_client, checkpoints, tops):
    page = admin_client.get(f"{PAGE}{checkpoints['VISUAL'].pk}/compare/")

    assert "serves now: there is nothing to compare it with" in page.text


def test_a_judge_of_outfits_has_no_strips_to_compare_and_switches_by_a_click(
    admin_client, checkpoints, tops, capsys
):
    reads = {"reads": "embeddings of fake-style@1", "purpose": "SET"}
    Checkpoint.objects.create(name="sets", version="1", state="ACTIVE", **reads)
    newer = Checkpoint.objects.create(name="sets", version="2", **reads)

    call_command("compare_checkpoints", "sets@2")
    page = admin_client.get(f"{PAGE}{newer.pk}/compare/").text
    admin_client.post(f"{PAGE}{newer.pk}/switch/")

    assert "no strip would change" in page
    assert "changes no strip" in capsys.readouterr().out
    assert active_checkpoint("SET") == newer

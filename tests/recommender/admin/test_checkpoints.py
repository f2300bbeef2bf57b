"""The merchant compares two checkpoints, lets one take over and goes back, by clicks."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.utils import timezone

from recommender import worklist
from recommender.models import Checkpoint, ComparisonRun, active_checkpoint
from recommender.switching import comparison_runs
from tests.recommender.rivals import turned

pytestmark = pytest.mark.django_db

PAGE = "/admin/recommender/checkpoint/"


def compared(client, checkpoint):
    """The page once a worker has done what its button asks for."""
    client.post(address := f"{PAGE}{checkpoint.pk}/compare/")
    comparison_runs.work_off_comparisons()
    return client.get(address)


def test_the_page_shows_old_above_new_and_marks_what_differs(admin_client, tops, rival):
    turned(tops, other := rival())

    page = compared(admin_client, other).text

    assert "All 10 pictures have their vectors." in page
    assert 'class="reco-gone"' in page
    assert 'class="reco-new"' in page
    assert f"{PAGE}{other.pk}/switch/" in page


def test_a_page_that_compared_a_part_says_how_sure_it_is(admin_client, tops, rival, monkeypatch):
    monkeypatch.setattr(comparison_runs, "SAMPLE", 4)
    turned(tops, other := rival())

    page = " ".join(compared(admin_client, other).text.split())

    assert "on average over 4 products, drawn by lot from 10. Over all of them it is" in page
    assert "Compare again" in page


def test_a_page_asks_first_and_shows_how_far_a_worker_is(admin_client, tops, rival):
    turned(tops, other := rival())
    address = f"{PAGE}{other.pk}/compare/"

    asks = admin_client.get(address).text
    waits = admin_client.post(address, follow=True).text
    ComparisonRun.objects.update(reported_at=timezone.now(), done=3, wanted=10)
    worklist.sweep(worker="w1")
    begun = admin_client.get(address).text

    assert "Compare now" in asks
    assert "No worker has been here yet." in waits
    assert "A worker has compared 3 of 10 products." in begun
    assert "data-ask-again-seconds" in waits


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

    page = compared(client, other)

    assert "overlap@8" in page.text
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

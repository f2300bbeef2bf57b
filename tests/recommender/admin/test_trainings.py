"""The page of trainings: what is going on, how it was judged, what to do."""

import psycopg
import pytest
from django.db import connection

from recommender.admin import trainings
from recommender.learning.status import LOCK
from recommender.models import Checkpoint, TrainingRun

pytestmark = pytest.mark.django_db
PAGE = "/admin/recommender/trainingrun/"
FIGURES = {
    "questions": 412,
    "candidate": {"fitb": 0.51, "auc": 0.74},
    "against": {
        "popularity": {"fitb": 0.31, "difference": 0.2, "low": 0.15, "high": 0.25},
        "raw": {"fitb": 0.28, "difference": 0.23, "low": 0.17, "high": 0.29},
        "current": {"fitb": 0.525, "difference": -0.015, "low": -0.04, "high": 0.01},
    },
}


@pytest.fixture
def make_run(db):
    def make(**fields):
        plain = {"name": "style", "version": "2", "folder": "/trainings/style@2"}
        return TrainingRun.objects.create(**plain | fields)

    return make


@pytest.fixture
def page_of(admin_client):
    """The text of a training's page, on one line."""
    return lambda run: " ".join(
        admin_client.get(f"{PAGE}{run.pk}/change/").content.decode().split()
    )


def test_the_list_says_who_starts_one_before_there_is_any(admin_client, db):
    assert "Whoever runs the server starts one there." in admin_client.get(PAGE).content.decode()


def test_what_passed_is_put_to_use_by_a_button(admin_client, make_run, page_of, monkeypatch):
    served = []

    def activate(folder):
        served.append(str(folder))
        return Checkpoint(name="style", version="2", state="ACTIVE")

    monkeypatch.setattr(trainings, "activate_checkpoint", activate)
    run = make_run(state="PASSED")

    assert f"{PAGE}{run.pk}/use/" in page_of(run)
    page = admin_client.post(f"{PAGE}{run.pk}/use/", follow=True).text

    assert served == ["/trainings/style@2"]
    assert "Active: style@2" in page


def test_what_did_not_pass_is_put_to_no_use(admin_client, make_run):
    run = make_run(state="NOT_PASSED")

    assert admin_client.post(f"{PAGE}{run.pk}/use/").status_code == 403


def test_figures_are_shown_with_how_sure_they_are(make_run, page_of):
    text = page_of(make_run(state="NOT_PASSED", figures=FIGURES, held_out=90, reason="Not better."))

    assert "412 questions from 90 looks" in text
    assert "1.5 fewer" in text
    assert "-4.0 to 1.0" in text
    assert "23.0 more" in text
    assert text.count("not surely better") == 1
    assert "What served before goes on serving." in text


def test_rivals_are_named_in_words_and_what_serves_comes_first(make_run, page_of):
    text = page_of(make_run(state="PASSED", figures=FIGURES))

    rivals = ("What serves now", "The pictures alone, nothing learnt", "What is worn most")
    places = [text.index(rival) for rival in rivals]
    assert places == sorted(places)


def test_a_training_links_to_its_checkpoint(make_run, page_of):
    made = Checkpoint.objects.create(name="style", version="2", purpose="STYLE", state="ACTIVE")

    text = page_of(make_run(state="PASSED", figures=FIGURES))

    assert f'href="/admin/recommender/checkpoint/{made.pk}/change/">style@2</a>: Active' in text


def test_one_that_passed_and_waits_says_how_it_is_activated(make_run, page_of):
    assert "Let it serve" in page_of(make_run(state="PASSED"))


def test_a_failed_one_shows_its_last_lines_and_no_markup_of_theirs(make_run, page_of):
    text = page_of(make_run(state="FAILED", reason="Disk full.", output="epoch 1\n<b>no space</b>"))

    assert "Disk full." in text
    assert "&lt;b&gt;no space" in text


def test_a_killed_one_says_that_the_same_command_goes_on(make_run, page_of):
    text = page_of(make_run(state="RUNNING", step="TRAIN"))

    assert "Interrupted" in text
    assert "Whoever runs the server can go on with it there." in text


def test_a_running_one_says_what_it_does(make_run, page_of):
    run = make_run(state="RUNNING", step="TRAIN")

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s))", [LOCK])
        text = page_of(run)

    assert "Learning from them …" in text
    assert "Go on with" not in text


def test_what_was_left_out_is_listed(make_run, page_of):
    run = make_run(left_out=[["has no picture", 3, "product 7"]])

    assert "3: has no picture (for instance product 7)" in page_of(run)


def test_nobody_types_in_what_a_training_found(admin_client, make_run):
    run = make_run(state="FAILED")

    assert admin_client.get(f"{PAGE}add/").status_code == 403
    assert admin_client.post(f"{PAGE}{run.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_page_of_trainings_costs_the_same_for_many(
    admin_client, make_run, django_assert_max_num_queries
):
    for version in range(2, 22):
        make_run(version=version, state="PASSED", figures=FIGURES)

    with django_assert_max_num_queries(8):
        html = admin_client.get(PAGE).content.decode()

    assert html.count("What is worn most: 31") == 20


def test_pairs_with_a_thumbs_down_are_counted_beside_what_serves(make_run, page_of):
    feedback = {"pairs": 5, "above_median": {"raw": 3, "candidate": 1, "current": 4}}

    text = page_of(make_run(state="PASSED", figures={**FIGURES, "feedback": feedback}))

    assert "Of 5 pairs with a thumbs down, the new checkpoint still ranks 1 above" in text
    assert "what serves now, 4." in text
    assert "thumbs down" not in page_of(make_run(version="3", state="PASSED", figures=FIGURES))

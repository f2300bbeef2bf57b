"""Checkpoints live side by side; which of them serves is switched in one transaction."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from recommender import worklist
from recommender.models import (
    Checkpoint,
    Embedding,
    EmbeddingJob,
    PairingJob,
    Picture,
    TrainingRun,
    active_checkpoint,
)
from recommender.pipeline.picture_sync import serving_encoders
from recommender.switching.cards import NoCheckpoint
from recommender.switching.checkpoints import (
    activate_checkpoint,
    checkpoint_dir,
    purposes_without_checkpoint,
    shipped_checkpoints,
    unreplaced_checkpoints,
)
from recommender.testing import work_off

pytestmark = pytest.mark.django_db

JUDGE = {
    **{"purpose": "PAIR", "reads": "embeddings of fake-visual@1"},
    **{"parts": {}, "dimension": 19},
}


def test_the_first_checkpoint_of_a_purpose_serves_at_once(make_card):
    checkpoint = activate_checkpoint(make_card())

    assert active_checkpoint("VISUAL") == checkpoint
    assert checkpoint.activated_at is not None
    assert (checkpoint.label, checkpoint.dimension) == ("better@2", 19)
    assert checkpoint.part_weights == {"shape": 0.5, "colour": 0.5}


def test_other_weights_under_a_known_version_are_refused(make_card):
    folder = make_card()
    known = activate_checkpoint(folder)
    card = folder / "card.json"
    card.write_text(card.read_text().replace("a" * 64, "b" * 64))

    with pytest.raises(NoCheckpoint, match=r'better@2 is known .* new "version"'):
        activate_checkpoint(folder)

    assert Checkpoint.objects.get().sha256 == known.sha256 == "a" * 64


def test_a_second_one_is_built_in_the_shadow(checkpoints, blouse, make_picture, make_card):
    make_picture(blouse)
    work_off()

    newer = activate_checkpoint(make_card())

    assert newer.state == Checkpoint.State.BUILDING
    assert active_checkpoint("VISUAL").label == "fake-visual@1"
    assert EmbeddingJob.objects.get(checkpoint=newer).state == "PENDING"


def test_new_photos_are_embedded_under_both_while_one_is_built(
    checkpoints, blouse, make_picture, make_card
):
    make_picture(blouse)
    newer = activate_checkpoint(make_card())

    make_picture(blouse, "navy", position=1)

    assert EmbeddingJob.objects.filter(checkpoint=newer).count() == 2


def test_it_takes_over_when_every_picture_has_its_vector(
    checkpoints, blouse, make_picture, make_card
):
    make_picture(blouse)
    folder = make_card()
    newer = activate_checkpoint(folder)
    _build(newer)

    assert activate_checkpoint(folder).state == Checkpoint.State.ACTIVE
    assert active_checkpoint("VISUAL") == newer
    assert Checkpoint.objects.get(name="fake-visual").state == Checkpoint.State.RETIRED


def test_a_picture_that_cannot_be_read_does_not_hold_up_the_switch(
    checkpoints, blouse, make_picture, make_card
):
    make_picture(blouse)
    folder = make_card()
    newer = activate_checkpoint(folder)
    EmbeddingJob.objects.filter(checkpoint=newer).update(state="DEAD", error="Broken.")

    assert activate_checkpoint(folder).state == Checkpoint.State.ACTIVE


def test_a_vector_of_older_bytes_holds_up_the_switch(checkpoints, blouse, make_picture, make_card):
    make_picture(blouse)
    folder = make_card()
    _build(activate_checkpoint(folder))
    Picture.objects.update(sha256="f" * 64)

    assert activate_checkpoint(folder).state == Checkpoint.State.BUILDING


def test_a_switch_can_be_forced(checkpoints, blouse, make_picture, make_card):
    make_picture(blouse)

    assert activate_checkpoint(make_card(), at_once=True).state == Checkpoint.State.ACTIVE


def test_rolling_back_is_the_same_step(checkpoints, blouse, make_picture, make_card):
    make_picture(blouse)
    work_off()
    activate_checkpoint(make_card(), at_once=True)

    old = activate_checkpoint(make_card("fake-visual", "1"))

    assert active_checkpoint("VISUAL") == old
    assert Checkpoint.objects.filter(state=Checkpoint.State.RETIRED).get().name == "better"


def test_photos_replaced_since_are_queued_when_an_old_checkpoint_returns(
    checkpoints, blouse, make_picture, make_card
):
    make_picture(blouse)
    work_off()
    activate_checkpoint(make_card(), at_once=True)
    Picture.objects.update(sha256="f" * 64)

    folder = make_card("fake-visual", "1")

    old = activate_checkpoint(folder)

    assert old.state == Checkpoint.State.BUILDING
    assert EmbeddingJob.objects.get(checkpoint=old).state == "PENDING"
    assert activate_checkpoint(folder, at_once=True).state == Checkpoint.State.ACTIVE


def test_work_for_a_checkpoint_that_retired_is_dropped(
    checkpoints, blouse, make_picture, make_card
):
    make_picture(blouse)

    newer = activate_checkpoint(make_card(purpose="STYLE"), at_once=True)

    due = worklist.claim_embedding_jobs(limit=10)
    assert {job.checkpoint.label for job in due.jobs} == {newer.label, "fake-visual@1"}


def test_an_encoder_the_scorer_reads_is_kept_up_after_it_retired(
    checkpoints, blouse, make_picture, make_card
):
    newer = activate_checkpoint(make_card(), at_once=True)

    make_picture(blouse)

    due = worklist.claim_embedding_jobs(limit=10)
    labels = {job.checkpoint.label for job in due.jobs}
    assert labels == {newer.label, "fake-style@1", "fake-visual@1"}


def test_its_work_is_dropped_with_the_last_scorer_that_reads_it(
    checkpoints, blouse, make_picture, make_card
):
    activate_checkpoint(make_card(), at_once=True)
    make_picture(blouse)

    activate_checkpoint(make_card("judge", **JUDGE | {"reads": "embeddings of better@2"}))

    due = worklist.claim_embedding_jobs(limit=10)
    assert {job.checkpoint.label for job in due.jobs} == {"better@2", "fake-style@1"}


def test_a_new_style_space_makes_pairings_stale(checkpoints, blouse, make_picture, make_card):
    make_picture(blouse)
    work_off()

    activate_checkpoint(make_card(purpose="STYLE"), at_once=True)

    assert PairingJob.objects.get().state == "PENDING"


@pytest.mark.parametrize("reads", ["embeddings of stranger@1", "", "pixels"])
def test_a_scorer_of_vectors_that_nobody_makes_is_refused(checkpoints, make_card, reads):
    folder = make_card("judge", **JUDGE | {"reads": reads})

    with pytest.raises(NoCheckpoint, match=r"what serves here is fake-style@1, fake-visual@1"):
        activate_checkpoint(folder)

    assert active_checkpoint("PAIR").name == "fake-scorer"


def test_a_scorer_of_an_encoder_that_is_still_being_built_is_refused(
    checkpoints, blouse, make_picture, make_card
):
    make_picture(blouse)
    activate_checkpoint(make_card())

    with pytest.raises(NoCheckpoint, match=r"judges vectors of better@2.*Activate that encoder"):
        activate_checkpoint(make_card("judge", **JUDGE | {"reads": "embeddings of better@2"}))


def test_an_encoder_whose_card_leaves_it_open_is_asked_for_its_purpose(make_card):
    folder = make_card(purpose="")

    with pytest.raises(NoCheckpoint, match="add --purpose VISUAL"):
        activate_checkpoint(folder)

    assert activate_checkpoint(folder, purpose="STYLE").purpose == "STYLE"
    assert activate_checkpoint(folder).purpose == "STYLE"


def test_a_card_that_names_its_purpose_is_not_overruled(make_card):
    with pytest.raises(NoCheckpoint, match="made for VISUAL, as its card says; it cannot be STYLE"):
        activate_checkpoint(make_card(), purpose="STYLE")


def set_card(reads):
    return JUDGE | {"purpose": "SET", "reads": f"embeddings of {reads}"}


def test_a_judge_of_whole_sets_serves_beside_the_judge_of_pairs(checkpoints, make_card):
    sets = activate_checkpoint(make_card("set-scorer", **set_card("fake-style@1")))

    assert (sets.purpose, sets.state) == ("SET", Checkpoint.State.ACTIVE)
    assert active_checkpoint("PAIR").name == "fake-scorer"
    assert not PairingJob.objects.exists()


def test_a_judge_of_whole_sets_reads_the_style_that_serves_and_nothing_else(checkpoints, make_card):
    with pytest.raises(NoCheckpoint, match=r"what serves here is fake-style@1\. Activate that"):
        activate_checkpoint(make_card("set-scorer", **set_card("fake-visual@1")))


def test_a_shop_without_a_judge_of_whole_sets_misses_nothing(checkpoints):
    assert purposes_without_checkpoint() == []


def test_another_style_keeps_the_judge_of_whole_sets_for_a_roll_back(checkpoints, make_card):
    sets = activate_checkpoint(make_card("set-scorer", **set_card("fake-style@1")))

    activate_checkpoint(make_card(purpose="STYLE"), at_once=True)

    assert active_checkpoint("SET") == sets
    assert [encoder.label for encoder in serving_encoders()] == ["fake-visual@1", "better@2"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dimension": 0}, "gives no embedding"),
        ({"purpose": "CATEGORY"}, "gives no embedding"),
        ({"dimension": 16_001}, "16,001 numbers.*holds 16,000 at most"),
        (
            {"reads": "features of trunk@7"},
            "reads features of trunk@7 and no pictures.*train it anew",
        ),
    ],
)
def test_an_encoder_whose_vectors_cannot_be_made_or_stored_is_refused(make_card, changes, said):
    with pytest.raises(NoCheckpoint, match=said):
        activate_checkpoint(make_card(**changes))


def test_vectors_too_wide_for_an_index_serve_and_the_command_says_what_that_costs(
    db, make_card, capsys
):
    call_command("activate_checkpoint", str(make_card(dimension=4_096, parts={})))

    assert "4,096 numbers, more than an index holds (4,000)" in capsys.readouterr().out


def test_what_others_read_is_activated_first(settings, make_card, tmp_path):
    settings.RECOMMENDER = settings.RECOMMENDER | {"CHECKPOINT_DIR": str(tmp_path)}
    make_card("a", reads="embeddings of b@2", purpose="PAIR")
    make_card("b")

    assert [folder.name for folder in shipped_checkpoints()] == ["b-2", "a-2"]


def test_activating_what_serves_already_changes_nothing(checkpoints, make_card):
    folder = make_card("fake-visual", "1")

    activate_checkpoint(folder)
    activate_checkpoint(folder)

    assert Checkpoint.objects.filter(purpose="VISUAL").count() == 1


def test_the_database_lets_only_one_serve_a_purpose(checkpoints):
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.create(
            name="rival", version="1", purpose="VISUAL", state=Checkpoint.State.ACTIVE
        )


def test_a_new_scorer_makes_every_pairing_stale(checkpoints, blouse, make_picture, make_card):
    make_picture(blouse)
    work_off()

    activate_checkpoint(make_card("judge", **JUDGE))

    assert active_checkpoint("PAIR").name == "judge"
    assert PairingJob.objects.get().state == "PENDING"


def test_a_pairing_that_runs_while_the_scorer_changes_is_done_again(checkpoints, blouse, make_card):
    PairingJob.objects.create(product=blouse)
    running = worklist.claim_pairing_jobs(limit=1)

    activate_checkpoint(make_card("judge", **JUDGE))
    worklist.finish(PairingJob, ids=[running.jobs[0].pk], token=running.token)

    assert [job.product_id for job in worklist.claim_pairing_jobs(limit=1).jobs] == [blouse.pk]


def test_a_scorer_of_an_earlier_release_judges_pairs(checkpoints, make_card):
    folder = make_card("judge", **JUDGE | {"kind": "SCORER", "purpose": ""})

    assert activate_checkpoint(folder).purpose == "PAIR"


def test_a_folder_without_a_card_says_what_to_do(tmp_path):
    with pytest.raises(NoCheckpoint, match=r"no card.json; name a checkpoint's folder"):
        activate_checkpoint(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "x"}'])
def test_an_unreadable_card_is_refused_and_the_old_one_goes_on(checkpoints, tmp_path, text):
    (tmp_path / "card.json").write_text(text)

    with pytest.raises(NoCheckpoint, match="cannot be read"):
        activate_checkpoint(tmp_path)

    assert active_checkpoint("VISUAL").label == "fake-visual@1"


def test_purposes_nothing_serves_are_named(db, make_card):
    assert purposes_without_checkpoint() == ["PAIR", "STYLE", "VISUAL"]

    activate_checkpoint(make_card())

    assert purposes_without_checkpoint() == ["PAIR", "STYLE"]


def test_checkpoints_lie_where_the_host_says(settings, make_card, tmp_path):
    settings.RECOMMENDER = settings.RECOMMENDER | {"CHECKPOINT_DIR": str(tmp_path)}
    make_card("b")
    make_card("a")

    assert checkpoint_dir() == tmp_path
    assert [folder.name for folder in shipped_checkpoints()] == ["a-2", "b-2"]


@pytest.fixture
def shipped(settings, make_card, tmp_path):
    """An installation that ships `a@2` for STYLE and `b@2` for VISUAL, both serving."""
    settings.RECOMMENDER = settings.RECOMMENDER | {"CHECKPOINT_DIR": str(tmp_path)}
    folders = [make_card("a", purpose="STYLE"), make_card("b")]
    for folder in folders:
        activate_checkpoint(folder)
    return folders


def test_what_took_a_shipped_ones_place_goes_on_serving(shipped, make_card):
    activate_checkpoint(make_card("chosen"), at_once=True)

    assert shipped[0] in unreplaced_checkpoints()
    assert shipped[1] not in unreplaced_checkpoints()


def test_a_newer_shipped_one_does_not_replace_what_the_shop_trained(shipped, make_card):
    activate_checkpoint(make_card("trained", purpose="STYLE"), at_once=True)
    TrainingRun.objects.create(name="trained", version="2", folder="x", state="PASSED")
    newer = [make_card("c", version="3", purpose="STYLE"), make_card("d", version="3")]

    assert newer[1] in unreplaced_checkpoints()
    assert not {newer[0], shipped[0]} & set(unreplaced_checkpoints())


def test_checkpoints_lie_with_the_workers_unless_the_host_says_otherwise():
    assert checkpoint_dir().parts[-2:] == ("workers", "shipped")


def _build(checkpoint):
    """Give every picture its vector, as workers would."""
    for job in EmbeddingJob.objects.filter(checkpoint=checkpoint).select_related("picture"):
        Embedding.objects.create(
            picture=job.picture, checkpoint=checkpoint, sha256=job.sha256, vector=[0.5] * 19
        )
    EmbeddingJob.objects.filter(checkpoint=checkpoint).update(state="DONE")

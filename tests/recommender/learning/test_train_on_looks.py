"""From looks to a checkpoint that serves: one command, its steps, its refusals, and going on."""

import json
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from recommender.learning import programs, training
from recommender.locks import is_locked
from recommender.management.commands import train_on_looks as command
from recommender.models import (
    Checkpoint,
    Embedding,
    EmbeddingJob,
    Look,
    TrainingRun,
    active_checkpoint,
)
from recommender.switching.checkpoints import purposes_without_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def workers(monkeypatch, bells):
    """Workers that build whatever is due while the command sleeps."""
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: build())


def build():
    jobs = EmbeddingJob.objects.unfinished().select_related("picture")
    for job in jobs:
        Embedding.objects.create(
            picture=job.picture, checkpoint=job.checkpoint, sha256=job.sha256, vector=[1, 0, 0]
        )
    jobs.update(state="DONE")


def test_one_command_leads_from_looks_to_a_checkpoint_that_serves(workshop, looks, capfd):
    call_command("train_on_looks")

    assert active_checkpoint("STYLE").label == "style@3"
    assert Checkpoint.objects.get(name="fake-style").state == "RETIRED"
    run = TrainingRun.objects.get()
    assert (run.state, run.learnt, run.held_out, run.products) == ("PASSED", 104, 16, 6)
    assert run.figures["candidate"]["fitb"] == 0.5
    assert "epoch 2: loss 1.0" in run.output + capfd.readouterr().out
    assert run.finished_at > run.started_at


def test_the_programs_are_told_where_everything_lies(workshop, looks):
    for checkpoint in Checkpoint.objects.all():
        folder = workshop.out.parent / checkpoint.name
        folder.mkdir()
        Checkpoint.objects.filter(pk=checkpoint.pk).update(folder=str(folder))

    call_command("train_on_looks")

    export, seen_by = f"{workshop.out}/export", ["--visual", f"{workshop.out.parent}/fake-visual"]
    folder = f"{workshop.out}/style@3"
    assert workshop.arguments("style@3/arguments.json") == [
        *(
            "style",
            "--data",
            f"{export}/learn",
            *seen_by,
            "--out",
            folder,
            "--version",
            "3",
            "--resume",
        )
    ]
    assert workshop.arguments("gate.arguments.json") == [
        *("gate", "--data", export, *seen_by, "--candidate", folder),
        *("--json", f"{folder}.gate.json"),
        *("--current", f"{workshop.out.parent}/fake-style"),
        *("--scorer", f"{workshop.out.parent}/fake-scorer"),
    ]


def test_what_is_no_better_does_not_serve_and_the_run_says_why(workshop, looks, capsys):
    workshop.sabotage("worse")

    call_command("train_on_looks")

    run = TrainingRun.objects.get()
    assert (run.state, run.reason) == ("NOT_PASSED", "It is no better than the raw encoder.")
    assert active_checkpoint("STYLE").label == "fake-style@1"
    assert not Checkpoint.objects.filter(name="style").exists()
    assert "What served goes on serving." in capsys.readouterr().out


def test_a_pair_scorer_that_would_rank_worse_retires_with_the_old_encoder(workshop, looks):
    workshop.sabotage("scorer loses")

    call_command("train_on_looks")

    assert active_checkpoint("STYLE").label == "style@3"
    assert active_checkpoint("PAIR") is None
    assert purposes_without_checkpoint() == []


def test_a_pair_scorer_that_ranks_well_stays(workshop, looks):
    call_command("train_on_looks")

    assert active_checkpoint("PAIR").label == "fake-scorer@1"


def test_what_passed_waits_if_nobody_wants_it_to_serve(workshop, looks):
    call_command("train_on_looks", "--no-activate")

    assert TrainingRun.objects.get().state == "PASSED"
    assert active_checkpoint("STYLE").label == "fake-style@1"


@pytest.mark.parametrize(("count", "found"), [(0, "0 looks"), (40, "35 looks to learn from \\(50")])
def test_too_few_looks_are_refused_kindly_and_nothing_changes(workshop, wardrobe, count, found):
    from tests.recommender.learning.conftest import put_together

    put_together(wardrobe, count=count)

    with pytest.raises(CommandError, match=found):
        call_command("train_on_looks")

    assert not TrainingRun.objects.exists()
    assert not workshop.out.exists()


def test_looks_without_pictures_do_not_count(workshop, looks, wardrobe):
    for product in wardrobe[:5]:
        product.pictures.all().delete()

    with pytest.raises(CommandError, match=r"failed.*0 looks to learn from"):
        call_command("train_on_looks")

    assert TrainingRun.objects.get().left_out[0][:2] == [
        "fewer than two products with a picture",
        120,
    ]


def test_a_training_that_breaks_shows_its_last_lines(workshop, looks):
    workshop.sabotage("break")

    with pytest.raises(CommandError, match="The disk is full"):
        call_command("train_on_looks")

    run = TrainingRun.objects.get()
    assert run.state == "FAILED"
    assert run.output.splitlines()[-2:] == ["epoch 2: loss 1.0, fitb 0.5", "The disk is full."]


def test_after_a_kill_the_same_command_goes_on_where_it_was(workshop, looks):
    workshop.sabotage("trip")
    with pytest.raises(CommandError, match=r"was killed .* goes on where it was"):
        call_command("train_on_looks")
    assert TrainingRun.objects.get().state == "INTERRUPTED"

    call_command("train_on_looks")

    assert TrainingRun.objects.get().state == "PASSED"
    assert (workshop.out / "style@3" / "epochs").read_text() == "012"  # none twice


def test_a_killed_command_is_taken_up_without_a_new_export(workshop, looks, monkeypatch):
    workshop.sabotage("trip")
    with pytest.raises(CommandError):
        call_command("train_on_looks")
    TrainingRun.objects.update(state="RUNNING")  # as a process leaves it that had no time to say so
    monkeypatch.setattr(training, "export_looks", None)

    call_command("train_on_looks")

    assert active_checkpoint("STYLE").label == "style@3"


def test_a_failure_is_followed_by_a_new_training(workshop, looks):
    workshop.sabotage("break")
    with pytest.raises(CommandError):
        call_command("train_on_looks")
    (workshop.out / "break").unlink()

    call_command("train_on_looks")

    assert active_checkpoint("STYLE").label == "style@4"


def test_one_that_was_left_elsewhere_is_given_up(workshop, looks, tmp_path):
    workshop.sabotage("trip")
    with pytest.raises(CommandError):
        call_command("train_on_looks")

    call_command("train_on_looks", "--out", str(tmp_path / "elsewhere"))

    assert [run.state for run in TrainingRun.objects.all()] == ["PASSED", "FAILED"]


def test_a_storage_that_fails_interrupts_and_the_command_says_so(workshop, looks, monkeypatch):
    def unreachable(*_arguments, **_options):
        raise TimeoutError("the store does not answer")

    monkeypatch.setattr(training, "export_looks", unreachable)

    with pytest.raises(CommandError, match=r"does not answer\. Run the same command again"):
        call_command("train_on_looks")

    assert TrainingRun.objects.get().reason == "It was interrupted (the store does not answer)."


def test_ctrl_c_interrupts_and_is_said(workshop, looks, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "run_program", interrupted)

    with pytest.raises(KeyboardInterrupt):
        call_command("train_on_looks")

    run = TrainingRun.objects.get()
    assert (run.state, run.step) == ("INTERRUPTED", "TRAIN")


def test_what_nobody_foresaw_fails_the_run_and_is_not_hidden(workshop, looks, monkeypatch):
    monkeypatch.setattr(training, "run_program", lambda *_arguments, **_options: None)

    with pytest.raises(AttributeError):
        call_command("train_on_looks")

    assert TrainingRun.objects.get().state == "FAILED"


def test_only_one_trains_at_a_time(workshop, looks):
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s))", [training.LOCK])
        assert is_locked(training.LOCK)

        with pytest.raises(CommandError, match="running already"):
            call_command("train_on_looks")

    assert not TrainingRun.objects.exists()


def test_the_lock_is_given_back(workshop, looks):
    call_command("train_on_looks")

    assert not is_locked(training.LOCK)


def test_without_workers_it_waits_a_bounded_time_and_goes_on_later(
    workshop, looks, monkeypatch, capsys
):
    monkeypatch.setattr(command, "PATIENCE_SECONDS", -1)
    call_command("train_on_looks")
    assert "is a worker running?" in capsys.readouterr().out
    monkeypatch.setattr(command, "PATIENCE_SECONDS", 60)

    call_command("train_on_looks")

    assert active_checkpoint("STYLE").label == "style@3"
    assert TrainingRun.objects.count() == 1


def test_without_torch_it_says_what_to_install(workshop, looks, monkeypatch):
    found = programs.find_spec
    monkeypatch.setattr(
        programs, "find_spec", lambda name: None if name == "torch" else found(name)
    )

    with pytest.raises(CommandError, match=r"requirements\.txt.* Missing: torch"):
        call_command("train_on_looks")


def test_without_a_folder_it_asks_for_one(looks, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"TRAINING_DIR": ""}

    with pytest.raises(CommandError, match="--out DIR"):
        call_command("train_on_looks")


def test_trainings_lie_apart_from_the_checkpoints_that_are_activated_together(settings, tmp_path):
    checkpoints = {"CHECKPOINT_DIR": str(tmp_path), "TRAINING_DIR": ""}
    settings.RECOMMENDER = settings.RECOMMENDER | checkpoints

    assert training.training_dir() == tmp_path / "trained"


def test_a_dry_run_says_what_it_would_do_and_does_nothing(workshop, looks, capsys):
    call_command("train_on_looks", "--dry-run")

    out = capsys.readouterr().out
    assert "104 looks to learn from, 16 held out with 48 questions." in out
    assert f"{workshop.out}/style@3" in out
    assert not TrainingRun.objects.exists()
    assert not workshop.out.exists()


def test_a_version_is_never_used_twice(workshop, looks):
    Checkpoint.objects.create(name="style", version="7", purpose="STYLE", state="RETIRED")
    (workshop.out / "style@8").mkdir(parents=True)

    call_command("train_on_looks", "--no-activate")

    assert Path(TrainingRun.objects.get().folder).name == "style@9"


def test_settings_of_the_recipe_are_handed_on(workshop, looks, tmp_path):
    file = tmp_path / "small.json"
    file.write_text("{}")

    call_command("train_on_looks", "--config", str(file))

    assert workshop.arguments("style@3/arguments.json")[-2:] == ["--config", str(file)]


def test_looks_put_together_meanwhile_do_not_change_a_training_that_goes_on(workshop, looks):
    workshop.sabotage("trip")
    with pytest.raises(CommandError):
        call_command("train_on_looks")
    Look.objects.filter(pk__gte=60).delete()

    call_command("train_on_looks")

    exported = json.loads((workshop.out / "export" / "export.json").read_text())
    assert exported["learnt"] + exported["held_out"] == 120

"""What is known of a product before its strips are ranked."""

import pytest

from recommender.models import Checkpoint
from recommender.ranking.question import photo_question, question_about

pytestmark = pytest.mark.django_db
TOLD = ("label", "purpose", "state", "sha256", "folder", "reads", "dimension", "part_weights")


def test_a_question_knows_what_serves_as_the_database_does(blouse, checkpoints):
    Checkpoint.objects.filter(pk=checkpoints["VISUAL"].pk).update(sha256="ab" * 32)
    serving = Checkpoint.objects.get(pk=checkpoints["VISUAL"].pk)

    for question in (question_about(blouse.pk), photo_question()):
        known = question.checkpoints["VISUAL"]
        assert [getattr(known, name) for name in TOLD] == [getattr(serving, name) for name in TOLD]
    assert serving.state == Checkpoint.State.ACTIVE


def test_a_product_that_is_gone_leaves_a_blank(db):
    assert question_about(0).checkpoints == {}

"""How much of the catalogue a checkpoint has seen, and whether that is enough to let it serve."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from recommender.models import (
    SCORER_PURPOSES,
    Checkpoint,
    Embedding,
    EmbeddingJob,
    Job,
    Pairing,
    Picture,
)

ENOUGH = 0.999  # below this share of pictures a switch would be seen in the shop


@dataclass(frozen=True)
class Coverage:
    """The pictures a checkpoint has vectors of, and why others have none.

    `failed` it could not read although what serves now can; `unreadable` are broken for both and
    do not count. `example` names a picture that is missing.
    """

    made: int = 0
    waiting: int = 0
    failed: int = 0
    unreadable: int = 0
    example: str = ""

    @property
    def wanted(self) -> int:
        return self.made + self.waiting + self.failed

    @property
    def missing(self) -> int:
        return self.waiting + self.failed

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there is nothing to see."""
        return self.made / self.wanted if self.wanted else 1.0

    @property
    def is_enough(self) -> bool:
        return self.share >= ENOUGH

    @property
    def sentence(self) -> str:
        """What is there and what is missing, in words."""
        if not self.missing:
            text = ngettext(
                "All %(wanted)s pictures have their vectors.",
                "All %(wanted)s pictures have their vectors.",
                self.wanted,
            )
        elif not self.failed:
            text = gettext(
                "%(made)s of %(wanted)s pictures have their vectors; missing: "
                "%(waiting)s not seen yet, for instance %(example)s."
            )
        elif not self.waiting:
            text = gettext(
                "%(made)s of %(wanted)s pictures have their vectors; missing: "
                "%(failed)s that it could not read, for instance %(example)s."
            )
        else:
            text = gettext(
                "%(made)s of %(wanted)s pictures have their vectors; missing: %(waiting)s not seen "
                "yet and %(failed)s that it could not read, for instance %(example)s."
            )
        numbers = {name: getattr(self, name) for name in ("made", "wanted", "waiting", "failed")}
        words = {name: number_format(value, force_grouping=True) for name, value in numbers.items()}
        return text % (words | {"example": self.example})


def coverage_of(checkpoint: Checkpoint) -> Coverage:
    """Count the pictures an encoder has seen as they are now; at most two queries.

    A scorer sees no pictures: nothing is missing.
    """
    if checkpoint.purpose in SCORER_PURPOSES:
        return Coverage()
    dead = EmbeddingJob.objects.filter(
        picture=OuterRef("pk"), checkpoint=checkpoint, state=Job.State.DEAD
    )
    served = Checkpoint.objects.filter(purpose=checkpoint.purpose, state=Checkpoint.State.ACTIVE)
    elsewhere = _embeddings_where(Q(checkpoint__in=served.exclude(pk=checkpoint.pk)))
    pictures = Picture.objects.order_by().annotate(
        is_made=Exists(_embeddings_where(Q(checkpoint=checkpoint))),
        is_dead=Exists(dead),
        is_seen_elsewhere=Exists(elsewhere),
    )
    absent = Q(is_made=False)
    broken = absent & Q(is_dead=True, is_seen_elsewhere=False)
    counts = pictures.aggregate(
        made=Count("pk", filter=Q(is_made=True)),
        waiting=Count("pk", filter=absent & Q(is_dead=False)),
        failed=Count("pk", filter=absent & Q(is_dead=True, is_seen_elsewhere=True)),
        unreadable=Count("pk", filter=broken),
    )
    missing = pictures.filter(absent).exclude(broken).order_by("pk").values_list("name", flat=True)
    is_missing = counts["waiting"] or counts["failed"]
    return Coverage(**counts, example=(missing.first() or "") if is_missing else "")


def products_paired_by(scorer: Checkpoint) -> int:
    """How many products have pairings of this scorer."""
    return Pairing.objects.filter(scorer=scorer).values("product").distinct().count()


def pictures_without_vector(checkpoint: Checkpoint) -> QuerySet[Picture]:
    """Pictures that have no vector of the bytes they hold now."""
    return Picture.objects.filter(~Exists(_embeddings_where(Q(checkpoint=checkpoint))))


def _embeddings_where(condition: Q) -> QuerySet[Embedding]:
    current = Embedding.objects.filter(picture=OuterRef("pk"), sha256=OuterRef("sha256"))
    return current.filter(condition)

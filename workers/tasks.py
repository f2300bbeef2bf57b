"""The only module that knows both worlds: claim from the database, encode, store."""

import base64
import logging
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, fields, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from PIL import Image

from recommender import broker, conf, worklist
from recommender.catalog import product_model
from recommender.models import (
    Checkpoint,
    EmbeddingJob,
    PairingJob,
    Picture,
    Purpose,
    active_checkpoint,
    active_checkpoints,
)
from recommender.photos import CATALOGUE, SHOPPER, BadPhoto, cropped, digest, open_photo
from recommender.pipeline import indexes
from recommender.pipeline.cover_vectors import cover_vectors, encoder_read_by
from recommender.pipeline.embeddings import Sight, store_embeddings
from recommender.pipeline.pairings import refresh_pairings as refresh_product
from recommender.pipeline.picture_files import read_picture
from recommender.pipeline.picture_sync import serving_encoders
from recommender.switching.checkpoints import checkpoint_dir
from workers import regions, serving
from workers.boxes import propose_boxes
from workers.celery import app
from workers.checkpoints import FEATURES_OF, PIXELS, load_card
from workers.set_serving import SetScorer, load_set_scorer
from workers.single_flight import SingleFlight

log = logging.getLogger(__name__)

PAIRINGS_AT_ONCE = 16
DECODED_SIDE_PX = 640  # more than any encoder reads


@app.task(name=broker.EMBED)
def embed_pictures() -> None:
    """Hear the bell: embed whatever is due, full batches first, until nothing is."""
    _embed()


@app.task(name=broker.PAIR)
def refresh_pairings() -> None:
    """Hear the bell: judge what goes with the products whose style changed."""
    _pair()


@app.task(name=broker.ENCODE_PHOTO)
def encode_photo(*, jpeg: str, reply_to: str) -> None:
    """Say what the encoders see in a shopper's photo (base64); nothing of it is kept."""
    image = open_photo(base64.b64decode(jpeg), limits=SHOPPER, max_side_px=DECODED_SIDE_PX)
    (encoded,) = _encode([image])
    broker.send_reply(reply_to, asdict(_sight(encoded)))


@app.task(name=broker.ENCODE_BOXES)
def encode_photo_in_boxes(*, jpeg: str, reply_to: str) -> None:
    """Say what the encoders see in a shopper's photo, and in each part that may be a garment."""
    image = open_photo(base64.b64decode(jpeg), limits=SHOPPER, max_side_px=DECODED_SIDE_PX)
    boxes = propose_boxes(image)
    whole, *parts = _encode([image, *(cropped(image, box) for box in boxes)])
    seen = [
        asdict(box) | asdict(_sight(part))
        for box, part in zip(boxes, parts, strict=True)
        if part.error is None
    ]
    broker.send_reply(reply_to, asdict(_sight(whole)) | {"boxes": seen})


@app.task(name=broker.FIND_REGIONS)
def find_regions(
    *, pictures: list[int], encoder: str, weights: dict[str, float], scorer: str, reply_to: str
) -> None:
    """Say where the score of two of the shop's pictures comes from; the reply is short of what fails.

    The score is that of the serving `scorer` on the encoder's vectors or, where that is "", the
    weighted cosine of the parts. No regions: a file cannot be read. Nothing at all: this worker has
    not heard yet of the encoder or the scorer.
    """
    group = _group_of(encoder)
    if group is None or scorer not in {"", _serving_scorer()}:
        broker.send_reply(reply_to, {})
        return
    try:
        first, second = (_read_picture(p, p.sha256) for p in map(_picture, pictures))
    except (BadPhoto, SourceChanged, OSError, Picture.DoesNotExist):
        broker.send_reply(reply_to, {"regions": []})
        return
    judge = partial(_judge, group=group, encoder=encoder, weights=weights, scorer=scorer)
    found = [
        regions.find_region(picture, judge=judge(other=other))
        for picture, other in ((first, second), (second, first))
    ]
    broker.send_reply(reply_to, {"regions": [asdict(region) for region in found]})


@app.task(name=broker.SCORE_SETS)
def judge_sets(
    *, scorer: str, items: list[dict[str, Any]], sets: list[list[int]], reply_to: str
) -> None:
    """Say how good whole outfits are, None where a piece has no vector.

    An item has a `slot` and the key of its `product`, or its own `vector` in the space that the
    scorer reads; a set names its items by their place. Nothing at all: another scorer serves.
    """
    serving_now = active_checkpoint(Purpose.SET)
    if serving_now is None or serving_now.label != scorer:
        broker.send_reply(reply_to, {})
        return
    vectors = _item_vectors(items, encoder_read_by(serving_now))
    known = [one for one in sets if all(vectors[at] is not None for at in one)]
    judge = _load_set_scorer(serving_now.folder, serving_now.name, serving_now.sha256)
    scores = judge.score(
        [[vectors[at] for at in one] for one in known],
        [[items[at]["slot"] for at in one] for one in known],
    )
    found = dict(zip(map(tuple, known), scores, strict=True))
    broker.send_reply(reply_to, {"scores": [found.get(tuple(one)) for one in sets]})


@app.task(name="workers.tasks.sweep")
def sweep() -> None:
    """Ring again for work that is due, in case a bell was lost."""
    due = worklist.sweep()
    if due["embed"]:
        embed_pictures.delay()
    if due["pair"]:
        refresh_pairings.delay()


@app.task(name="workers.tasks.tend_indexes")
def tend_indexes() -> None:
    """Give every slot that has grown large an index; drop what nobody needs any more."""
    _tend()


class SourceChanged(ValueError):  # noqa: N818 -- reads as what happened
    """The stored file no longer holds the picture that was uploaded."""


def embed_due() -> int:
    """Embed due pictures until none is left; returns how many.

    The next batch is decoded while the network works on this one.
    """
    done = 0
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="decode") as pool:
        upcoming = _claim_and_decode(pool)
        while upcoming.claim:
            current, upcoming = upcoming, _claim_and_decode(pool)
            done += current.encode_and_store()
    return done


def pair_due() -> int:
    """Refresh due pairings until none is left; returns how many products."""
    done = 0
    while claim := worklist.claim_pairing_jobs(limit=PAIRINGS_AT_ONCE):
        for job in claim.jobs:
            _pair_one(job, claim)
        done += len(claim.jobs)
    return done


class _Batch:
    """Claimed jobs and their pictures on the way from storage to pixels."""

    def __init__(self, claim: worklist.Claim, pool: ThreadPoolExecutor) -> None:
        self.claim = claim
        pictures = {job.picture_id: job for job in claim.jobs}
        self._images: dict[int, Future[Image.Image]] = {
            pk: pool.submit(_read_picture, job.picture, job.sha256) for pk, job in pictures.items()
        }

    def encode_and_store(self) -> int:
        images = self._decoded()
        try:
            sights = dict(zip(images, _encode(list(images.values())), strict=True))
        except Exception as error:  # whatever it was, each job is told and tried again
            log.exception("A batch of %s pictures could not be encoded", len(images))
            self._fail(self._jobs_of(images), code="encoder_failed", reason=str(error))
            return 0
        good = {pk: _sight(sight) for pk, sight in sights.items() if sight.error is None}
        for pk in sights.keys() - good.keys():
            self._give_up(self._jobs_of([pk]), sights[pk].error)
        store_embeddings(good, jobs=self._jobs_of(good), token=self.claim.token)
        return len(good)

    def _decoded(self) -> dict[int, Image.Image]:
        images = {}
        for pk, future in self._images.items():
            try:
                images[pk] = future.result()
            except (BadPhoto, SourceChanged, FileNotFoundError) as error:
                self._give_up(self._jobs_of([pk]), error)
            except OSError as error:  # storage is out of reach for now
                self._fail(self._jobs_of([pk]), code="storage_failed", reason=str(error))
        return images

    def _jobs_of(self, pictures: Any) -> list[EmbeddingJob]:
        wanted = set(pictures)
        return [job for job in self.claim.jobs if job.picture_id in wanted]

    def _give_up(self, jobs: Sequence[EmbeddingJob], error: Exception | None) -> None:
        code, reason = _explain(error)
        ids = [job.pk for job in jobs]
        worklist.give_up(EmbeddingJob, ids=ids, token=self.claim.token, code=code, reason=reason)

    def _fail(self, jobs: Sequence[EmbeddingJob], *, code: str, reason: str) -> None:
        ids = [job.pk for job in jobs]
        worklist.fail(EmbeddingJob, ids=ids, token=self.claim.token, code=code, reason=reason)


def _claim_and_decode(pool: ThreadPoolExecutor) -> _Batch:
    limit = conf.get("BATCH_SIZE") * max(1, len(serving_encoders()))
    return _Batch(worklist.claim_embedding_jobs(limit=limit), pool)


def _read_picture(picture: Picture, sha256: str) -> Image.Image:
    data = read_picture(picture)
    if digest(data) != sha256:
        raise SourceChanged(SourceChanged.__doc__)
    return open_photo(data, limits=CATALOGUE, max_side_px=DECODED_SIDE_PX)


def _explain(error: Exception | None) -> tuple[str, str]:
    if isinstance(error, BadPhoto):
        return error.code, str(error)
    if isinstance(error, FileNotFoundError):
        return "source_missing", "The picture's file is gone from storage; please upload it again."
    if isinstance(error, SourceChanged):
        return "source_changed", f"{error} Please upload it again."
    return "bad_vector", "The encoder could make nothing of this picture."


def _pair_one(job: PairingJob, claim: worklist.Claim) -> None:
    try:
        refresh_product(job.product_id, score=_score)
    except Exception as error:  # the job says what happened and is tried again
        log.exception("Could not pair product %s", job.product_id)
        worklist.fail(
            PairingJob, ids=[job.pk], token=claim.token, code="scorer_failed", reason=str(error)
        )
    else:
        worklist.finish(PairingJob, ids=[job.pk], token=claim.token)


def _sight(encoded: serving.EncodedPicture) -> Sight:
    return Sight(**{field.name: getattr(encoded, field.name) for field in fields(Sight)})


def _encode(images: Sequence[Image.Image]) -> list[serving.EncodedPicture]:
    """Show the pictures to every space that is kept up; the first that can name them does."""
    checkpoints = tuple((c.folder, c.name, c.sha256) for c in serving_encoders())
    spaces = [group.encode(images) for group in _load_groups(checkpoints)]
    return [_merged(seen) for seen in zip(*spaces, strict=True)]


def _merged(seen: Sequence[serving.EncodedPicture]) -> serving.EncodedPicture:
    vectors = {name: vector for each in seen for name, vector in each.embeddings.items()}
    error = next((each.error for each in seen if each.error), None)
    naming = next((each for each in seen if each.category), seen[0])
    return replace(naming, embeddings=vectors, error=error)


def _picture(primary_key: int) -> Picture:
    return Picture.objects.get(pk=primary_key)


def _group_of(encoder: str) -> serving.EncoderGroup | None:
    groups = _load_groups(tuple((c.folder, c.name, c.sha256) for c in serving_encoders()))
    known = {card.identity: group for group in groups for card in group.cards}
    return known.get(encoder)


def _serving_scorer() -> str | None:
    scorer = active_checkpoints().get(Purpose.PAIR)
    return scorer.label if scorer else None


def _judge(
    *,
    other: Image.Image,
    group: serving.EncoderGroup,
    encoder: str,
    weights: dict[str, float],
    scorer: str,
) -> regions.Judge:
    if scorer:
        return regions.rating(group, encoder, other=other, score=_score)
    return regions.likeness(group, encoder, other=other, weights=weights)


def _score(first: Sequence[Any], second: Sequence[Any]) -> list[float]:
    """Judge pairs by the serving scorer; never called while none serves."""
    scorer = active_checkpoints()[Purpose.PAIR]
    return _load_scorer(scorer.folder, scorer.name, scorer.sha256).score(first, second)


def _item_vectors(items: Sequence[dict[str, Any]], encoder: Checkpoint) -> list[Any]:
    """The vector of each item, or None; one query."""
    key = product_model()._meta.pk.to_python
    keys = [key(item["product"]) if "product" in item else None for item in items]
    stored = cover_vectors([each for each in keys if each is not None], encoder)
    return [
        item["vector"] if "vector" in item else stored.get(each)
        for item, each in zip(items, keys, strict=True)
    ]


@lru_cache(maxsize=2)
def _load_groups(checkpoints: tuple[tuple[str, str, str], ...]) -> list[serving.EncoderGroup]:
    """Load what serves, once for as long as it serves."""
    folders = [_folder(*checkpoint) for checkpoint in checkpoints]
    return serving.load_groups([*folders, *_missing_backbones(folders)])


def _missing_backbones(folders: Sequence[Path]) -> list[Path]:
    """Retired encoders whose features a serving head still reads."""
    cards = [load_card(folder) for folder in folders]
    read = {card.input.removeprefix(FEATURES_OF) for card in cards if card.input != PIXELS}
    labels = [label.split("@") for label in sorted(read - {card.identity for card in cards})]
    backbones = [Checkpoint.objects.get(name=name, version=version) for name, version in labels]
    return [_folder(c.folder, c.name, c.sha256) for c in backbones]


@lru_cache(maxsize=2)
def _load_scorer(folder: str, name: str, sha256: str) -> serving.Scorer:
    return serving.load_scorer(_folder(folder, name, sha256))


@lru_cache(maxsize=2)
def _load_set_scorer(folder: str, name: str, sha256: str) -> SetScorer:
    return load_set_scorer(_folder(folder, name, sha256))


def _folder(folder: str, name: str, _sha256: str) -> Path:
    """Where the checkpoint lies on this machine, which may not be the one that registered it."""
    return Path(folder) if Path(folder).exists() else checkpoint_dir() / name


_embed = SingleFlight(embed_due)
_pair = SingleFlight(pair_due)
_tend = SingleFlight(indexes.tend_indexes)

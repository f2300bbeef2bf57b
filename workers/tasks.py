"""The doors of the workers: hear a bell or a question, call what does the work, answer."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from socket import gethostname
from typing import Any

from celery import current_task
from celery.worker import state
from PIL import Image

from recommender import broker, worklist
from recommender.explain.region_searches import claim_search, store_regions
from recommender.models import (
    Checkpoint,
    ComparisonRun,
    Picture,
    Purpose,
    active_checkpoints,
)
from recommender.photos import MEASURED, BadPhoto, crop_image, open_photo
from recommender.pipeline import indexes
from recommender.pipeline.picture_sync import serving_encoders
from recommender.switching.comparison_runs import work_off_comparisons
from workers import recheck
from workers.celery import app
from workers.checkpoint_cache import complaint, encoder_of, is_here
from workers.embedding import (
    DECODED_SIDE_PX,
    SourceChanged,
    embed_due,
    photo_features,
    read_picture,
)
from workers.pairing import pair_due, score_pairs
from workers.serving import regions
from workers.serving.garment_boxes import propose_boxes
from workers.single_flight import SingleFlight


def is_stopping() -> bool:
    """Whether this worker was told to end: a batch that is begun is its last."""
    return state.should_stop is not None or state.should_terminate is not None


_embed = SingleFlight(partial(embed_due, is_stopping=is_stopping))
_pair = SingleFlight(partial(pair_due, is_stopping=is_stopping))
_tend = SingleFlight(indexes.tend_indexes)
_compare = SingleFlight(work_off_comparisons)


@app.task(name=broker.EMBED)
def embed_pictures() -> None:
    """Hear the bell: embed whatever is due, full batches first, until nothing is."""
    _embed()


@app.task(name=broker.PAIR)
def refresh_pairings() -> None:
    """Hear the bell: judge what goes with the products whose style changed."""
    _pair()


@app.task(name=broker.ENCODE_PHOTO)
def encode_waiting_photo(*, photo: str, reply_to: str) -> None:
    """Say what the encoders see in a shopper's photo; nothing of it is kept."""
    _answer(photo, reply_to, look=_features)


@app.task(name=broker.ENCODE_BOXES)
def encode_waiting_photo_in_boxes(*, photo: str, reply_to: str) -> None:
    """Say what the encoders see in a shopper's photo, and in each part that may be a garment."""
    _answer(photo, reply_to, look=_features_in_boxes)


@app.task(name=broker.FIND_REGIONS)
def find_regions() -> None:
    """Hear the bell: find where the scores come from that somebody has asked about."""
    while search := claim_search():
        found = regions_of(**search.question)
        if found is not None:
            store_regions(search, found)


@app.task(name=broker.COMPARE)
def compare_checkpoints() -> None:
    """Hear the bell: compare the checkpoints that somebody wants to see beside each other."""
    _compare()


@app.task(name="workers.tasks.sweep")
def sweep() -> None:
    """Ring again for work that is due, in case a bell was lost."""
    worker = current_task.request.hostname if current_task else ""
    said = " ".join(filter(None, [complaint(), recheck.doubt()]))
    due = worklist.sweep(worker=worker or gethostname(), complaint=said)
    if due["embed"]:
        embed_pictures.delay()
    if due["pair"]:
        refresh_pairings.delay()
    if ComparisonRun.objects.due().exists():
        compare_checkpoints.delay()


@app.task(name="workers.tasks.tend_indexes")
def tend_indexes() -> None:
    """Give every slot that has grown large an index, drop what nobody needs; look at a picture again."""
    _tend()
    recheck.look_again()


def regions_of(
    *, pictures: list[int], encoder: str, weights: dict[str, float], scorer: str
) -> list[dict[str, Any]] | None:
    """Where the score of two of the shop's pictures comes from; none where a file cannot be read.

    The score is that of the serving `scorer` on the encoder's vectors or, where that is "", the
    weighted cosine of the parts. None: this worker does not have the encoder or the scorer.
    """
    known = {each.label: each for each in serving_encoders() if is_here(each)}
    if encoder not in known or scorer not in {"", _serving_scorer()}:
        return None
    try:
        first, second = (_read_picture(pk) for pk in pictures)
    except (BadPhoto, SourceChanged, OSError, Picture.DoesNotExist):
        return []
    judge = _region_scorer(known[encoder], weights=weights, scorer=scorer)
    found = [
        regions.find_region(picture, judge=judge(other=other))
        for picture, other in ((first, second), (second, first))
    ]
    return [asdict(region) for region in found]


def _answer(photo: str, reply_to: str, *, look: Callable[[Image.Image], dict[str, Any]]) -> None:
    """Look at a photo that waits and answer, whatever happens; the door has measured it already."""
    data = broker.take_photo(photo)
    if data is None:
        return
    try:
        reply = look(open_photo(data, limits=MEASURED, max_side_px=DECODED_SIDE_PX))
    except BadPhoto as error:
        broker.send_refusal(reply_to, error)
    except Exception:
        broker.send_refusal(reply_to, None)
        raise
    else:
        broker.send_reply(reply_to, reply)


def _features(image: Image.Image) -> dict[str, Any]:
    (features,) = photo_features([image])
    return asdict(features)


def _features_in_boxes(image: Image.Image) -> dict[str, Any]:
    boxes = propose_boxes(image)
    whole, *parts = photo_features([image, *(crop_image(image, box) for box in boxes)])
    seen = [
        asdict(box) | asdict(part)
        for box, part in zip(boxes, parts, strict=True)
        if part.embeddings
    ]
    return asdict(whole) | {"boxes": seen}


def _read_picture(picture: int) -> Image.Image:
    row = Picture.objects.get(pk=picture)
    return read_picture(row, row.sha256)


def _serving_scorer() -> str | None:
    scorer = active_checkpoints().get(Purpose.PAIR)
    return scorer.label if scorer and is_here(scorer) else None


def _region_scorer(
    encoder: Checkpoint, *, weights: dict[str, float], scorer: str
) -> "partial[regions.Judge]":
    """What judges a picture beside an `other`: the scorer, or the weighted cosine of the parts."""
    network = encoder_of(encoder)
    if scorer:
        return partial(regions.rating, network, score=score_pairs)
    return partial(regions.likeness, network, weights=weights)

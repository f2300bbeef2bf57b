"""From claimed jobs to stored vectors: read the pictures, show each to the encoders that its jobs name."""

import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from PIL import Image

from recommender import conf, worklist
from recommender.decoder import decode_photo
from recommender.features import PictureFeatures
from recommender.fingerprints import fingerprint
from recommender.models import Checkpoint, EmbeddingJob, Picture
from recommender.photos import CATALOGUE, BadPhoto, digest, open_photo
from recommender.pipeline.embeddings import store_embeddings
from recommender.pipeline.picture_files import read_picture as stored_bytes
from recommender.pipeline.picture_sync import serving_encoders
from recommender.timing import timed
from workers.checkpoint_cache import encoder_of, is_here
from workers.images import palette
from workers.serving.encoders import BadVector, merge_features

log = logging.getLogger(__name__)

NO_DECODER_CODE = "no_decoder"  # not the picture's fault
DECODED_SIDE_PX = 640  # more than any encoder reads


class SourceChanged(ValueError):  # noqa: N818 -- reads as what happened
    """The stored file no longer holds the picture that was uploaded."""


def embed_due(*, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Embed due pictures until none is left, or the worker is to stop; returns how many.

    The next batch is decoded while the networks work on this one.
    """
    done = 0
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="decode") as pool:
        upcoming = _claim_and_decode(pool)
        while upcoming.claim and not is_stopping():
            current, upcoming = upcoming, _claim_and_decode(pool)
            done += current.encode_and_store()
        worklist.hand_back(EmbeddingJob, upcoming.claim)
    return done


@timed("photo")
def photo_features(images: Sequence[Image.Image]) -> list[PictureFeatures]:
    """What the encoders that serve see in pictures of which nothing is stored, one result each.

    A picture that an encoder can make nothing of has no vector of it; nor has any by an encoder that
    is not on this machine.
    """
    serving = (e for e in serving_encoders() if e.state != Checkpoint.State.BUILDING)
    encoders = [encoder for encoder in serving if is_here(encoder)]
    found = [encoder_of(encoder).encode(images) for encoder in encoders]
    features = []
    for at, image in enumerate(images):
        results = (each[at] for each in found)
        seen = [result for result in results if isinstance(result, PictureFeatures)]
        features.append(merge_features(seen, palette=palette(image)))
    return features


def read_picture(picture: Picture, sha256: str, *, is_suspect: bool = False) -> Image.Image:
    """Decode a picture of the shop's storage, upright and no larger than the encoders need.

    A suspect is decoded in a process of its own, which may end as the worker's did, at the cost of
    some 10 ms.

    Raises:
        SourceChanged: The file holds other bytes than were uploaded.
        BadPhoto: It is no picture.
        OSError: It is gone, or storage is out of reach.
    """
    data = stored_bytes(picture)
    if digest(data) != sha256:
        raise SourceChanged(SourceChanged.__doc__)
    decode = decode_photo if is_suspect else open_photo
    return decode(data, limits=CATALOGUE, max_side_px=DECODED_SIDE_PX)


class _Batch:
    """Claimed jobs and their pictures on the way from storage to vectors."""

    def __init__(self, claim: worklist.Claim, pool: ThreadPoolExecutor) -> None:
        self.claim = claim
        pictures = {job.picture_id: job for job in claim.jobs}
        self._fingerprints: dict[int, int] = {}
        self._images: dict[int, Future[Image.Image]] = {
            pk: pool.submit(self._read, job) for pk, job in pictures.items()
        }

    def encode_and_store(self) -> int:
        """Finish or fail every job; returns how many pictures have a new vector."""
        images = self._decoded()
        seen: dict[int, list[PictureFeatures]] = defaultdict(list)
        done: list[EmbeddingJob] = []
        for checkpoint, jobs in _by_encoder(self.claim.jobs, pictures=images):
            for job, features in self._encoded(checkpoint, jobs, images):
                seen[job.picture_id].append(features)
                done.append(job)
        features_of = {
            pk: replace(
                merge_features(each, palette=palette(images[pk])),
                fingerprint=self._fingerprints.get(pk),
            )
            for pk, each in seen.items()
        }
        store_embeddings(features_of, jobs=done, token=self.claim.token)
        return len(features_of)

    @timed("decode")
    def _read(self, job: EmbeddingJob) -> Image.Image:
        image = read_picture(job.picture, job.sha256, is_suspect=self.claim.are_suspects)
        if job.picture.fingerprint is None:
            self._fingerprints[job.picture_id] = fingerprint(image)
        return image

    @timed("encode")
    def _encoded(
        self,
        checkpoint: Checkpoint,
        jobs: Sequence[EmbeddingJob],
        images: Mapping[int, Image.Image],
    ) -> list[tuple[EmbeddingJob, PictureFeatures]]:
        """Run one encoder for the jobs that name it, and no other; jobs it cannot do are told why.

        A batch that fails is tried in halves: one picture's fault is not its neighbours', and what
        wants less memory may find it.
        """
        reason = ""
        try:
            found = encoder_of(checkpoint).encode([images[job.picture_id] for job in jobs])
        except Exception as error:  # whatever it was, the job is told and tried again
            log.exception("%s could not encode a batch of %s pictures", checkpoint, len(jobs))
            reason = str(error) or type(error).__name__
        if reason and len(jobs) > 1:  # here the error has let go of the batch's memory
            parts = (jobs[: len(jobs) // 2], jobs[len(jobs) // 2 :])
            return [one for part in parts for one in self._encoded(checkpoint, part, images)]
        if reason:
            self._fail(jobs, code="encoder_failed", reason=reason)
            return []
        encoded = []
        for job, features in zip(jobs, found, strict=True):
            if isinstance(features, BadVector):
                self._give_up([job], features)
            else:
                encoded.append((job, features))
        return encoded

    def _decoded(self) -> dict[int, Image.Image]:
        images = {}
        for pk, future in self._images.items():
            try:
                images[pk] = future.result()
            except (BadPhoto, SourceChanged, FileNotFoundError) as error:
                if getattr(error, "code", "") == NO_DECODER_CODE:
                    self._fail(self._jobs_of(pk), code=NO_DECODER_CODE, reason=str(error))
                else:
                    self._give_up(self._jobs_of(pk), error)
            except OSError as error:  # storage is out of reach for now
                self._fail(self._jobs_of(pk), code="storage_failed", reason=str(error))
        self._images.clear()  # the pixels live as long as they are worked on
        return images

    def _jobs_of(self, picture: int) -> list[EmbeddingJob]:
        return [job for job in self.claim.jobs if job.picture_id == picture]

    def _give_up(self, jobs: Sequence[EmbeddingJob], error: Exception) -> None:
        code, reason = _explain(error)
        ids = [job.pk for job in jobs]
        worklist.give_up(EmbeddingJob, ids=ids, token=self.claim.token, code=code, reason=reason)

    def _fail(self, jobs: Sequence[EmbeddingJob], *, code: str, reason: str) -> None:
        ids = [job.pk for job in jobs]
        worklist.fail(EmbeddingJob, ids=ids, token=self.claim.token, code=code, reason=reason)


def _claim_and_decode(pool: ThreadPoolExecutor) -> _Batch:
    encoders = [encoder for encoder in serving_encoders() if is_here(encoder)]
    limit = conf.get("BATCH_SIZE") * max(1, len(encoders))
    return _Batch(worklist.claim_embedding_jobs(limit=limit, encoders=encoders), pool)


def _by_encoder(
    jobs: Iterable[EmbeddingJob], *, pictures: Mapping[int, object]
) -> list[tuple[Checkpoint, list[EmbeddingJob]]]:
    """Group jobs by the encoder they name, those whose picture could be read; `VISUAL` first.

    So the pictures that need the same encoder are one batch, whatever else they need.
    """
    groups: dict[Checkpoint, list[EmbeddingJob]] = defaultdict(list)
    for job in jobs:
        if job.picture_id in pictures:
            groups[job.checkpoint].append(job)
    return sorted(groups.items(), key=lambda group: group[0].purpose, reverse=True)


def _explain(error: Exception) -> tuple[str, str]:
    if isinstance(error, BadPhoto):
        return error.code, str(error)
    if isinstance(error, FileNotFoundError):
        return "source_missing", "The picture's file is gone from storage; please upload it again."
    if isinstance(error, SourceChanged):
        return "source_changed", f"{error} Please upload it again."
    return "bad_vector", "The encoder could make nothing of this picture."

"""For the tests of host shops: checkpoints, vectors and a worker that need no GPU and no weights.

from recommender.testing import activate_fake_checkpoints, photo, work_off

def test_the_page_of_a_shirt_shows_the_other_one(client, add_product):
    activate_fake_checkpoints()
    shirt = add_product("white shirt", photo("ivory", seed=1))  # as your tests always do
    add_product("plain shirt", photo("ivory", seed=2))

    work_off()  # what a worker would do, here and now

    assert "plain shirt" in client.get(shirt.get_absolute_url()).content.decode()

The same bytes are the same picture: products of one slot that show it count as one.
"""

import io
import math
import random
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw

from recommender import worklist
from recommender.features import PictureFeatures
from recommender.fingerprints import fingerprint
from recommender.models import Checkpoint, Embedding, EmbeddingJob, PairingJob, Picture, Purpose
from recommender.photos import CATALOGUE, BadPhoto, open_photo
from recommender.pipeline.embeddings import store_embeddings
from recommender.pipeline.pairings import refresh_pairings
from recommender.pipeline.picture_files import read_picture

GRID = 4  # the fake encoder looks at a picture of 4 × 4 pixels
SHAPE, COLOUR = GRID * GRID, 3
CHECKS = 12  # of a photo's cloth, in each direction; a garment fills the middle half


def activate_fake_checkpoints() -> dict[str, Checkpoint]:
    """Let fake encoders and a fake scorer serve; returns them by purpose."""
    specs = {
        Purpose.VISUAL: ("fake-visual", "pixels", {"shape": SHAPE, "colour": COLOUR}),
        Purpose.STYLE: ("fake-style", "pixels", {}),
        Purpose.PAIR: ("fake-scorer", "embeddings of fake-visual@1", {}),
    }
    return {
        purpose: Checkpoint.objects.update_or_create(
            name=name,
            version="1",
            defaults={
                "purpose": purpose,
                "reads": reads,
                "dimension": sum(parts.values()) or COLOUR,
                "parts": list(parts.items()),
                "weights": {"shape": 0.85, "colour": 0.15} if parts else {},
                "state": Checkpoint.State.ACTIVE,
            },
        )[0]
        for purpose, (name, reads, parts) in specs.items()
    }


def photo(
    colour: str = "crimson",
    *,
    size: tuple[int, int] = (120, 160),
    shape: str = "box",
    seed: int | None = None,
) -> bytes:
    """A JPEG of a coloured `box` or `circle` on a white ground; with a `seed`, in a check of its own.

    Photos of one colour and several seeds look alike, and are not taken for the same picture.
    """
    image, mask = Image.new("RGB", size, "white"), Image.new("L", size)
    draw = {"box": ImageDraw.ImageDraw.rectangle, "circle": ImageDraw.ImageDraw.ellipse}[shape]
    width, height = size
    draw(ImageDraw.Draw(mask), (width // 4, height // 4, 3 * width // 4, 3 * height // 4), 255)
    image.paste(_cloth(colour, size=size, seed=seed), mask=mask)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _cloth(colour: str, *, size: tuple[int, int], seed: int | None) -> Image.Image:
    plain = Image.new("RGB", size, colour)
    if seed is None:
        return plain
    checks = Image.new("L", (CHECKS, CHECKS))
    checks.putdata(random.Random(seed).choices((0, 90), k=CHECKS * CHECKS))  # noqa: S311 -- no secret
    grey = Image.new("RGB", size, "grey")
    return Image.composite(grey, plain, checks.resize(size, Image.Resampling.NEAREST))


def fake_features(data: bytes) -> PictureFeatures:
    """What the fake encoders make of a picture: its brightness on a grid, and its mean colour.

    Raises:
        BadPhoto: the bytes are not a picture.
    """
    image = open_photo(data, limits=CATALOGUE)
    grey = image.convert("L").resize((GRID, GRID), Image.Resampling.BOX)
    mean = _unit([255.5 - value for value in image.resize((1, 1)).getpixel((0, 0))])  # type: ignore[union-attr]
    shape = _unit([255.5 - grey.getpixel((x, y)) for y in range(GRID) for x in range(GRID)])  # type: ignore[operator]
    return PictureFeatures(
        embeddings={"fake-visual@1": [*shape, *mean], "fake-style@1": mean},
        category="t-shirt",
        category_confidence=0.9,
        slot="TOP",
        slot_confidence=0.95,
        palette=[{"hex": "#aa0000", "share": 1.0}],
        fingerprint=fingerprint(image),
    )


def fake_score(first: Sequence[Any], second: Sequence[Any]) -> list[float]:
    """Half the sum of 1 and the cosine of the colours: 0 to 1, the same both ways."""
    return [
        min(1.0, max(0.0, (1 + sum(x * y for x, y in zip(a[-3:], b[-3:], strict=True))) / 2))
        for a, b in zip(first, second, strict=True)
    ]


def work_off() -> int:
    """Do all due work as a worker would, with the fakes; returns how many pictures were embedded."""
    worklist.sweep(worker="fake")
    done = 0
    while claim := worklist.claim_embedding_jobs(limit=100):
        features = {job.picture_id: _features(job, claim) for job in claim.jobs}
        seen = {pk: each for pk, each in features.items() if each}
        store_embeddings(
            seen, jobs=[job for job in claim.jobs if job.picture_id in seen], token=claim.token
        )
        done += len(seen)
    while claim := worklist.claim_pairing_jobs(limit=100):
        for job in claim.jobs:
            refresh_pairings(job.product_id, score=fake_score)
        worklist.finish(PairingJob, ids=[job.pk for job in claim.jobs], token=claim.token)
    return done


def give_vectors(product: Any, *, checkpoint: Checkpoint, vector: Sequence[float]) -> Embedding:
    """Store a vector for a product without any file or worker."""
    picture = Picture(product=product, name=f"fake/{product.pk}.jpg", sha256="0" * 64)
    Picture.objects.bulk_create(
        [picture],
        update_conflicts=True,
        unique_fields=["product", "name"],
        update_fields=["sha256"],
    )
    embedding = Embedding(
        picture=picture, checkpoint=checkpoint, sha256="0" * 64, vector=list(vector)
    )
    Embedding.objects.bulk_create(
        [embedding],
        update_conflicts=True,
        unique_fields=["picture", "checkpoint"],
        update_fields=["sha256", "vector", "created_at"],
    )
    return embedding


def _features(job: EmbeddingJob, claim: worklist.Claim) -> PictureFeatures | None:
    try:
        return fake_features(read_picture(job.picture))
    except BadPhoto as error:
        code, reason = error.code, str(error)
    except FileNotFoundError:
        code, reason = "source_missing", "The picture's file is gone from storage."
    worklist.give_up(EmbeddingJob, ids=[job.pk], token=claim.token, code=code, reason=reason)
    return None


def _unit(numbers: Sequence[float]) -> list[float]:
    norm = math.sqrt(sum(number * number for number in numbers))
    return [number / norm for number in numbers]

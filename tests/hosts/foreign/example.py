"""The test that docs/host-shop.md shows; it runs with the others."""

from uuid import uuid4

from django.core.files.base import ContentFile
from shop.models import Garment

from recommender.testing import activate_fake_checkpoints, photo, work_off


# docs: test
def test_a_page_shows_what_goes_with_the_shirt(client, db):
    activate_fake_checkpoints()
    for name, kind in (("shirt", "shirt"), ("jeans", "trousers")):
        garment = Garment.objects.create(reference=uuid4(), name=name, kind=kind)
        garment.shots.create(image=ContentFile(photo("navy"), name="shot.jpg"))

    work_off()  # what a worker would do, here and now

    shirt = Garment.objects.get(name="shirt")
    assert "jeans" in client.get(f"/{shirt.pk}").content.decode()


# docs: end

from django.db.models import Case, Q, Value, When

from recommender.catalog import Card, Catalog, PictureSource
from recommender.models import Slot
from shop.models import Garment

SLOTS = {"shirt": Slot.TOP, "trousers": Slot.BOTTOM, "boots": Slot.SHOES}


class GarmentCatalog(Catalog):
    watch = {"shop.Shot": "garment"}

    def products(self):
        return Garment.on_sale.prefetch_related("shots")

    def available(self):
        return Q(units__gt=0)

    def slot(self):
        return Case(*(When(kind=k, then=Value(s)) for k, s in SLOTS.items()), default=Value(""))

    def pictures(self, garment):
        return [shot.image for shot in garment.shots.all()]

    def card(self, garment):
        shot = next(iter(garment.shots.all()), None)
        picture = PictureSource(shot.image.url, 120, 160, garment.name) if shot else None
        return Card(str(garment.pk), garment.name, f"/{garment.pk}", picture=picture)

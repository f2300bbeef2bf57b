"""WooCommerce's product export, in the language of the shop: variations name their parent."""

import re
from collections.abc import Iterator
from typing import ClassVar

from fashionshop.importing import wording
from fashionshop.importing.items import Item
from fashionshop.importing.shops.export import Export, options
from fashionshop.importing.shops.variants import Line
from fashionshop.importing.table import Record

ATTRIBUTES = range(1, 7)
GROUPED = "It is a group of products, which come by themselves."


class WooCommerceExport(Export):
    LOOKED_FOR = (
        "WooCommerce's export of products: ID, Type, SKU, Name, Regular price, Images, Parent"
    )
    NAMES: ClassVar = {
        "id": ("id",),
        "type": ("type", "typ", "tipo"),
        "sku": ("sku", "artikelnummer", "ugs", "cod", "sku / cod"),
        "title": ("name", "nom", "nombre", "nome"),
        "published": ("published", "veröffentlicht", "publié", "publicado", "pubblicato"),
        "visibility": (
            *("visibility in catalog", "sichtbarkeit im katalog", "visibilité dans le catalogue"),
            *("visibilidad en el catálogo", "visibilità nel catalogo"),
        ),
        "description": ("description", "beschreibung", "descripción", "descrizione"),
        "short": (
            *("short description", "kurzbeschreibung", "description courte"),
            *("descripción corta", "breve descrizione"),
        ),
        "available": (*("in stock", "vorrätig", "en stock", "existencias", "en inventario"),),
        "stock": ("stock", "bestand", "lager", "lagerbestand", "inventario", "magazzino"),
        "price": (
            *("regular price", "regulärer preis", "tarif régulier", "precio normal"),
            *("prezzo di listino",),
        ),
        "category": ("categories", "kategorien", "catégories", "categorías", "categorie"),
        "images": ("images", "bilder", "imágenes", "immagini", "immagine"),
        "parent": ("parent", "übergeordnetes produkt", "übergeordnet", "superior", "genitore"),
        **{
            f"name{n}": (
                *(f"attribute {n} name", f"attribut {n} name", f"nom de l'attribut {n}"),
                *(f"nombre del atributo {n}", f"nome dell'attributo {n}", f"attributo {n} nome"),
            )
            for n in ATTRIBUTES
        },
        **{
            f"value{n}": (
                *(f"attribute {n} value s", f"attribut {n} wert e", f"valeur s de l'attribut {n}"),
                *(f"valor es del atributo {n}", f"valore dell'attributo {n}"),
                *(f"attributo {n} valuta e",),
            )
            for n in ATTRIBUTES
        },
    }
    NEEDED = ("type", "sku", "title", "price", "category", "images")

    def _lines(self, records: list[tuple[Record, dict[str, str]]]) -> Iterator[Line]:
        keys = {f"id:{cells.get('id', '')}": _key(cells) for _record, cells in records}
        for record, cells in records:
            kinds = {kind.strip().lower() for kind in cells.get("type", "").split(",")}
            parent = cells.get("parent", "")
            if "variation" in kinds and wording.is_published(cells.get("published")) is not False:
                yield Line(_item(record, cells), keys.get(parent, parent), is_variant=True)
            elif "variation" not in kinds:
                error = GROUPED if "grouped" in kinds else ""
                yield Line(_item(record, cells, error=error), _key(cells))


def _key(cells: dict[str, str]) -> str:
    """Name a product; many shops give no skus, but the number is always there."""
    number = cells.get("id", "")
    return cells.get("sku", "") or (f"woo-{number}" if number else "")


def _item(record: Record, cells: dict[str, str], *, error: str = "") -> Item:
    pairs = [(cells.get(f"name{n}", ""), cells.get(f"value{n}", "")) for n in ATTRIBUTES]
    found = options(pairs)
    colour = found.get("colour", "")
    is_hidden = cells.get("visibility", "").lower() == "hidden"
    return Item(
        number=record.number,
        cells={
            **{name: cells.get(name, "") for name in ("title", "price", "stock", "available")},
            "description": cells.get("description") or cells.get("short", ""),
            "category": "\n".join(re.split(r"(?<!\\),\s*", cells.get("category", ""))),
            "published": "hidden" if is_hidden else cells.get("published", ""),
            "colour": "" if "," in colour else colour,  # of a parent, all that there are
            "sizes": found.get("size", ""),
        },
        images=(cells.get("images", ""),),
        error=record.error or error,
    )

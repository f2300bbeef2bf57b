"""What shop systems export becomes products, with the columns that they really write."""

from decimal import Decimal

import pytest

from fashionshop.importing.readers import READERS, kind_of
from fashionshop.importing.rows import Fault, UnknownCatalogue
from tests.fashionshop.importing import exports


@pytest.fixture
def rows(table, picture, folder):
    """Read an export; returns its rows by sku, and its faults under None."""

    def read(kind, header, *lines, delimiter=",", name="export.csv"):
        columns = exports.header(header)
        for number in range(1, 6):
            picture(f"{number}.jpg", (40 * number, 90, 90))
        table(name, *exports.lines(columns, *lines, delimiter=delimiter))
        assert kind_of(folder) == kind
        found = list(READERS[kind](folder).rows())
        faults = [row for row in found if isinstance(row, Fault)]
        return {row.sku: row for row in found if row not in faults} | {None: faults}

    return read


def names(row):
    return [path.name for path in row.pictures]


CDN = "https://cdn.shopify.com/s/files/1/0001/products"


class TestShopify:
    def test_sizes_are_joined_and_their_stock_is_added(self, rows):
        found = rows(
            "shopify",
            "shopify",
            {
                "Handle": "linen-dress", "Title": "Linen dress", "Body (HTML)": "<p>Soft &amp; light</p>",
                "Product Category": "Apparel & Accessories > Clothing > Dresses", "Type": "Maxi",
                "Published": "true", "Status": "active", "Option1 Name": "Size", "Option1 Value": "S",
                "Variant SKU": "LD-S", "Variant Inventory Tracker": "shopify",
                "Variant Inventory Qty": "4", "Variant Price": "89.90",
                "Image Src": f"{CDN}/1.jpg?v=1699999999", "Google Shopping / Gender": "female",
            },
            {
                "Handle": "linen-dress", "Option1 Value": "M", "Variant SKU": "LD-M",
                "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "-2",
                "Variant Price": "99.90", "Image Src": f"{CDN}/2.jpg",
            },
            {"Handle": "linen-dress", "Image Src": f"{CDN}/3.jpg"},
        )  # fmt: skip

        row = found["linen-dress"]
        assert (row.title, row.description) == ("Linen dress", "Soft & light")
        assert (row.category, row.slot, row.gender) == ("Maxi", "DRESS", "WOMEN")
        assert (row.sizes, row.stock, row.price) == ("S M", 4, Decimal("89.90"))
        assert names(row) == ["1.jpg", "2.jpg", "3.jpg"]
        assert row.is_published
        assert any("from 89.90 to 99.90" in problem for problem in row.problems)
        assert any("stock is -2" in problem for problem in row.problems)

    def test_colours_are_products_of_one_design_with_pictures_of_their_own(self, rows):
        first = {
            "Title": "Tee",
            "Type": "T-shirts",
            "Option1 Name": "Color",
            "Option2 Name": "Size",
        }
        found = rows(
            "shopify",
            "shopify",
            *(
                {
                    "Handle": "tee", "Option1 Value": colour, "Option2 Value": size,
                    "Variant Price": "19", "Variant Image": f"{CDN}/{image}.jpg", **extra,
                }
                for colour, size, image, extra in [
                    ("Red", "S", 1, first | {"Image Src": f"{CDN}/1.jpg"}),
                    ("Red", "M", 1, {"Image Src": f"{CDN}/2.jpg"}),
                    ("Blue", "S", 2, {}),
                ]
            ),
        )  # fmt: skip

        red, blue = found["tee-red"], found["tee-blue"]
        assert (red.colour, red.sizes, names(red)) == ("Red", "S M", ["1.jpg"])
        assert (blue.colour, blue.sizes, names(blue)) == ("Blue", "S", ["2.jpg"])
        assert red.design == blue.design == "tee"
        assert blue.title == "Tee"

    def test_a_draft_is_not_published_and_what_is_not_counted_is_there(self, rows):
        found = rows(
            "shopify",
            "shopify_2025",
            {
                "Title": "Cap", "URL handle": "cap", "Type": "Caps", "Status": "Draft", "Price": "20",
                "Published on online store": "TRUE", "Option1 name": "Title",
                "Option1 value": "Default Title", "Inventory quantity": "0",
                "Product image URL": f"{CDN}/1.jpg",
            },
        )  # fmt: skip

        row = found["cap"]
        assert (row.is_published, row.is_available, row.stock) == (False, True, None)
        assert row.sizes is None

    def test_a_variant_that_cannot_be_read_costs_itself_alone(self, rows):
        found = rows(
            "shopify",
            "shopify",
            {"Handle": "cap", "Title": "Cap", "Variant Price": "ask", "Image Src": "1.jpg"},
            {"Handle": "cap", "Variant Price": "20", "Option1 Value": "M"},
        )

        assert found["cap"].price == 20
        assert found[None] == [
            Fault(number=2, sku="cap", reason="The price 'ask' is not a number.")
        ]


UPLOADS = "https://shop.example/wp-content/uploads/2024/05"


class TestWooCommerce:
    def test_variations_find_their_parent_wherever_it_stands(self, rows):
        variation = {"Type": "variation", "Published": "1", "Attribute 1 name": "Size"}
        found = rows(
            "woocommerce",
            "woocommerce",
            variation | {
                "ID": "76", "SKU": "tee-s", "Name": "Tee - S", "Parent": "tee", "In stock?": "1",
                "Stock": "2", "Regular price": "20", "Attribute 1 value(s)": "S",
            },
            {
                "ID": "44", "Type": "variable", "SKU": "tee", "Name": "Tee", "Published": "1",
                "Visibility in catalog": "visible", "Description": "Soft\\nand warm",
                "Categories": "Sale, Clothing > Tshirts", "Images": f"{UPLOADS}/1.jpg, {UPLOADS}/2.jpg",
                "Attribute 1 name": "Size", "Attribute 1 value(s)": "S, M, L",
            },
            variation | {
                "ID": "77", "Parent": "id:44", "Stock": "3", "Regular price": "20",
                "Attribute 1 value(s)": "M", "In stock?": "1", "Name": "Tee - M",
            },
        )  # fmt: skip

        row = found["tee"]
        assert (row.title, row.category, row.slot) == ("Tee", "Tshirts", "TOP")
        assert (row.sizes, row.stock, row.price) == ("S M", 5, 20)
        assert names(row) == ["1.jpg", "2.jpg"]
        assert list(found) == ["tee", None]

    def test_a_product_without_a_sku_is_named_by_its_number(self, rows):
        line = {"ID": "7", "Type": "simple", "Name": "Cap", "Categories": "Caps", "Images": "1.jpg"}

        found = rows("woocommerce", "woocommerce", line | {"In stock?": "0"})

        assert (found["woo-7"].title, found["woo-7"].is_available) == ("Cap", False)

    def test_hidden_and_private_products_are_not_published_and_groups_are_left_out(self, rows):
        line = {"Type": "simple", "Categories": "Caps", "Images": "1.jpg", "Name": "Cap"}
        found = rows(
            "woocommerce",
            "woocommerce",
            line | {"ID": "1", "Published": "1", "Visibility in catalog": "hidden"},
            line | {"ID": "2", "Published": "-1", "Visibility in catalog": "visible"},
            line | {"ID": "3", "Published": "1", "Type": "grouped"},
        )

        assert not found["woo-1"].is_published
        assert not found["woo-2"].is_published
        assert [fault.sku for fault in found[None]] == ["woo-3"]

    @pytest.mark.parametrize(
        ("header", "cells"),
        [
            (
                "woocommerce_de",
                "Typ=simple|Artikelnummer=K1|Name=Kleid|Veröffentlicht=1|Vorrätig?=1|Bestand=3|"
                "Regulärer Preis=1.299,00|Kategorien=Damen > Kleider|Bilder=1.jpg|"
                "Attribut 1 Name=Größe|Attribut 1 Wert(e)=36, 38|Attribut 2 Name=Farbe|"
                "Attribut 2 Wert(e)=Rot",
            ),
            (
                "woocommerce_fr",
                "Type=simple|UGS=K1|Nom=Robe|Publié=1|En stock ?=1|Stock=3|Tarif régulier=1299,00|"
                "Catégories=Femme > Robes de soirée|Images=1.jpg|Nom de l’attribut 1=Taille|"
                "Valeur(s) de l’attribut 1=36, 38",
            ),
            (
                "woocommerce_es",
                "Tipo=simple|SKU=K1|Nombre=Vestido|Publicado=1|¿Existencias?=1|Inventario=3|"
                "Precio normal=1299,00|Categorías=Vestidos|Imágenes=1.jpg|"
                "Nombre del atributo 1=Talla|Valor(es) del atributo 1=36, 38",
            ),
            (
                "woocommerce_it",
                "Tipo=simple|COD=K1|Nome=Abito|Pubblicato=1|In stock?=1|Magazzino=3|"
                "Prezzo di listino=1299,00|Categorie=Abiti|Immagine=1.jpg|Attributo 1 nome=Taglia|"
                "Attributo 1 valuta(e)=36, 38",
            ),
        ],
        ids=["de", "fr", "es", "it"],
    )
    def test_an_export_in_the_language_of_the_shop_is_read(self, rows, header, cells):
        line = dict(cell.split("=") for cell in cells.split("|"))

        row = rows("woocommerce", header, line)["K1"]

        assert (row.slot, row.price, row.stock, row.sizes) == ("DRESS", 1299, 3, "36 38")
        assert row.is_published


class TestMagento:
    def test_a_configurable_product_is_joined_from_its_simple_ones(self, rows):
        simple = {
            "product_type": "simple", "name": "Tee", "visibility": "Not Visible Individually",
            "categories": "Default Category/Women/T-shirts", "price": "29.000000",
            "product_online": "1", "is_in_stock": "1",
        }  # fmt: skip
        found = rows(
            "magento",
            "magento",
            simple | {"sku": "tee-red-s", "qty": "2.0000", "additional_attributes": "color=Red,size=S",
                      "base_image": "/1.jpg"},
            simple | {"sku": "tee-red-m", "qty": "3.0000", "additional_attributes": "color=Red,size=M",
                      "base_image": "/t/e/1.jpg"},
            simple | {"sku": "tee-blue-s", "qty": "0.0000", "additional_attributes": "color=Blue,size=S",
                      "base_image": "/2.jpg", "is_in_stock": "0"},
            {
                "sku": "tee", "product_type": "configurable", "name": "Plain tee", "product_online": "1",
                "visibility": "Catalog, Search", "base_image": "/3.jpg", "additional_images": "/4.jpg",
                "categories": "Default Category/Women,Default Category/Women/T-shirts",
                "configurable_variations": "sku=tee-red-s,color=Red,size=S|sku=tee-red-m,color=Red,"
                "size=M|sku=tee-blue-s,color=Blue,size=S",
                "description": "<p>Plain.</p>",
            },
            {"sku": "tee", "store_view_code": "german", "name": "Schlichtes Shirt"},
        )  # fmt: skip

        red, blue = found["tee-red"], found["tee-blue"]
        assert (red.title, red.category, red.slot) == ("Plain tee", "T-shirts", "TOP")
        assert (red.sizes, red.stock, red.price, names(red)) == ("S M", 5, 29, ["1.jpg"])
        assert (blue.stock, blue.is_available, names(blue)) == (0, False, ["2.jpg"])
        assert red.is_published
        assert set(found) == {"tee-red", "tee-blue", None}

    def test_a_simple_product_stands_for_itself(self, rows):
        found = rows(
            "magento",
            "magento",
            {
                "sku": "cap", "product_type": "simple", "name": "Cap", "price": "9.0000", "qty": "4.0000",
                "visibility": "Catalog, Search", "product_online": "2", "base_image": "/1.jpg",
                "additional_images": "/2.jpg,/3.jpg", "categories": "Default Category/Caps",
                "additional_attributes": "color=Navy,gender=Men|Women,size=One Size",
            },
            {"sku": "set", "product_type": "bundle", "name": "Set", "base_image": "/1.jpg"},
        )  # fmt: skip

        cap = found["cap"]
        assert (cap.gender, cap.colour, cap.stock, cap.price) == ("UNISEX", "Navy", 4, 9)
        assert (names(cap), cap.is_published) == (["1.jpg", "2.jpg", "3.jpg"], False)
        assert [fault.sku for fault in found[None]] == ["set"]


ITEM = {
    "title": "Tee", "link": "https://shop.example/tee", "availability": "in_stock",
    "price": "29.90 EUR", "google_product_category": "212", "product_type": "Women > T-shirts",
    "gender": "female", "age_group": "adult",
}  # fmt: skip


class TestGoogle:
    @pytest.mark.parametrize(("name", "delimiter"), [("feed.tsv", "\t"), ("feed.csv", ",")])
    def test_items_of_a_group_are_joined_by_colour(self, rows, name, delimiter):
        item = ITEM | {"item_group_id": "tee"}
        found = rows(
            "google",
            "google",
            item | {"id": "1", "color": "Red", "size": "S", "image_link": "https://x.example/1.jpg",
                    "additional_image_link": "https://x.example/2.jpg,https://x.example/3.jpg"},
            item | {"id": "2", "color": "Red", "size": "EU 38", "image_link": "https://x.example/1.jpg"},
            item | {"id": "3", "color": "Blue", "size": "S", "image_link": "https://x.example/4.jpg",
                    "availability": "out of stock"},
            ITEM | {"id": "9", "image_link": "https://x.example/5.jpg", "product_type": ""},
            name=name,
            delimiter=delimiter,
        )  # fmt: skip

        red, blue, other = found["tee-red"], found["tee-blue"], found["9"]
        assert (red.sizes, red.price, red.is_available) == ("S 38", Decimal("29.90"), True)
        assert names(red) == ["1.jpg", "2.jpg", "3.jpg"]
        assert (blue.is_available, blue.design, red.gender) == (False, "tee", "WOMEN")
        assert (red.category, red.slot) == ("T-shirts", "TOP")
        assert (other.category, other.slot) == ("Shirts & Tops", "TOP")

    FEED = """<?xml version="1.0" encoding="{encoding}"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item><g:id>1</g:id><title>Robe d’été &amp; plage</title><link>https://x.example/r</link>
<g:image_link>https://x.example/1.jpg</g:image_link>
<g:additional_image_link>https://x.example/2.jpg</g:additional_image_link>
<g:additional_image_link>https://x.example/3.jpg</g:additional_image_link>
<g:price>1.299,00 EUR</g:price><g:availability>in stock</g:availability>
<g:product_type>Femme &gt; Robes de plage</g:product_type>
<g:shipping><g:price>5 EUR</g:price></g:shipping></item>
{more}"""

    def read(self, folder, picture, *, more, encoding="utf-8"):
        for number in range(1, 4):
            picture(f"{number}.jpg", (40 * number, 90, 90))
        text = self.FEED.format(encoding=encoding, more=more)
        (folder / "feed.xml").write_bytes(text.encode(encoding))
        assert kind_of(folder) == "google"
        return list(READERS["google"](folder).rows())

    @pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
    def test_a_feed_in_xml_is_read(self, folder, picture, encoding):
        (row,) = self.read(folder, picture, more="</channel></rss>", encoding=encoding)

        assert (row.sku, row.title, row.price) == ("1", "Robe d’été & plage", 1299)
        assert (row.category, row.slot, len(row.pictures)) == ("Robes de plage", "DRESS", 3)

    def test_a_feed_that_breaks_off_gives_what_came_before(self, folder, picture):
        rows = self.read(folder, picture, more="<item><g:id>2</g:id>")

        assert [row.sku for row in rows] == ["1", ""]
        assert "The XML is broken here" in rows[1].reason

    def test_a_feed_with_entities_of_its_own_is_no_feed_and_told_so(self, folder):
        laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        text = self.FEED.format(encoding="utf-8", more="</channel></rss>")
        (folder / "feed.xml").write_text(text.replace("<rss", f"{laughs}<rss", 1), encoding="utf-8")

        assert not READERS["google"].recognises(folder)
        with pytest.raises(UnknownCatalogue, match=r"feed\.xml: .+ export the feed without it"):
            kind_of(folder)

    def test_what_stands_before_entities_of_its_own_is_read(self, folder, picture):
        rows = self.read(folder, picture, more='<!ENTITY a "ha"></channel></rss>')

        assert [row.sku for row in rows] == ["1", ""]
        assert "export the feed without it" in rows[1].reason

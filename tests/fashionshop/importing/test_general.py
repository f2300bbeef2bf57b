"""The general CSV: what its columns become."""

from decimal import Decimal

import pytest

from fashionshop.importing.general import GeneralTable
from fashionshop.importing.rows import LookRow, Question
from fashionshop.models import Category, Product

FULL = (
    "sku,model,title,description,category,slot,gender,season,colour,price,stock,sizes,image1,image2"
)


@pytest.fixture
def row(picture, table, folder):
    """The one row of a table with this header and line."""

    def read(header, line):
        picture("a.jpg")
        picture("b.jpg", "navy")
        return next(iter(GeneralTable(table("products.csv", header, line)).rows()))

    return read


def test_every_column_finds_its_place(row, folder):
    line = (
        'S1,M1,Linen shirt,"Cool, light",Shirts,TOP,Men,Autumn/Winter,navy,79.90,3,S M,a.jpg,b.jpg'
    )

    read = row(FULL, line)

    assert (read.number, read.sku, read.design, read.title) == (2, "S1", "M1", "Linen shirt")
    assert (read.description, read.category, read.slot) == ("Cool, light", "Shirts", "TOP")
    assert (read.gender, read.season, read.colour) == ("MEN", "WINTER", "navy")
    assert (read.price, read.stock, read.sizes) == (Decimal("79.90"), 3, "S M")
    assert [path.name for path in read.pictures] == ["a.jpg", "b.jpg"]


def test_what_is_not_stated_is_none(row):
    read = row("sku,image1", "S1,a.jpg")

    assert (read.title, read.price, read.stock, read.category, read.gender) == (None,) * 5


def test_pictures_come_in_the_order_of_their_numbers(row):
    read = row("image2,sku,image1", "b.jpg,S1,a.jpg")

    assert [path.name for path in read.pictures] == ["a.jpg", "b.jpg"]


def test_the_header_may_be_in_capitals(row):
    assert row("SKU,Title,Image1", "S1,Skirt,a.jpg").title == "Skirt"


def test_a_semicolon_may_divide_the_columns(row):
    assert row("sku;price;image1", "S1;29,90;a.jpg").price == Decimal("29.90")


def test_a_category_says_its_slot_when_no_column_does(row):
    assert row("sku,category,image1", "S1,Ankle boots,a.jpg").slot == "SHOES"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",9.90,1,a.jpg", "The row has no sku."),
        ("S1,cheap,1,a.jpg", "The price 'cheap' is not a number."),
        ("S1,-1,1,a.jpg", "The price '-1' is not between 0 and 10,000,000."),
        ("S1,9.90,many,a.jpg", "The stock 'many' is not a whole number from 0."),
        (f"{'x' * 65},9.90,1,a.jpg", "The sku is longer than 64 characters."),
        ("S1,9,90,1,a.jpg", "The row has more cells than there are columns. Are quotes missing?"),
    ],
)
def test_a_row_that_cannot_be_a_product_says_why(row, line, reason):
    fault = row("sku,price,stock,image1", line)

    assert (fault.number, fault.reason) == (2, reason)


def test_the_longest_sku_is_one_of_64_characters(row):
    assert row("sku,image1", f"{'x' * 64},a.jpg").sku == "x" * 64


def test_texts_are_cut_to_what_a_product_holds(row):
    names = ("title", "colour", "sizes")
    header = ",".join(("sku,image1,category,model,description", *names))

    read = row(header, ",".join(["S1,a.jpg", "c" * 99, "d" * 99, "e" * 10_009, *["x" * 300] * 3]))

    held = {name: Product._meta.get_field(name).max_length for name in names}
    assert {name: len(getattr(read, name)) for name in names} == held
    assert len(read.category) == Category._meta.get_field("name").max_length
    assert len(read.design) == Product._meta.get_field("design").max_length
    assert len(read.description) == 10_000


def test_a_row_has_a_hundred_pictures_at_most(row, folder):
    for number in range(101):
        (folder / f"{number}.jpg").touch()
    names = [f"{number}.jpg" for number in range(101)]

    hundred = row("sku,image1", f"S1,{'|'.join(names[:100])}")
    more = row("sku,image1", f"S1,{'|'.join(names)}")

    assert (len(hundred.pictures), hundred.problems) == (100, ())
    assert len(more.pictures) == 100
    assert more.problems == ("The row names 101 pictures; the first 100 are taken.",)


@pytest.mark.parametrize(("cell", "stock", "problems"), [("0", 0, 0), ("-1", 0, 1), ("1", 1, 0)])
def test_what_was_oversold_is_sold_out_and_told(row, cell, stock, problems):
    read = row("sku,stock,image1", f"S1,{cell},a.jpg")

    assert (read.stock, len(read.problems)) == (stock, problems)


def test_a_missing_picture_is_a_problem_of_its_row_alone(row):
    read = row("sku,image1,image2", "S1,a.jpg,nowhere.jpg")

    assert len(read.pictures) == 1
    assert read.problems == ("The picture 'nowhere.jpg' is not in the catalogue's folder.",)


def test_looks_are_gathered_from_lines_in_any_order(table):
    products = table("products.csv", "sku,image1")
    table("looks.csv", "look,title,sku", "L1,Picnic,a", "L2,Office,b", "L1,,c", "L1,,c")

    looks = list(GeneralTable(products).looks())

    assert looks == [
        LookRow(name="L1", title="Picnic", skus=("a", "c")),
        LookRow(name="L2", title="Office", skus=("b",)),
    ]


def test_a_catalogue_without_looks_has_none(table):
    assert list(GeneralTable(table("products.csv", "sku,image1")).looks()) == []


@pytest.mark.django_db
def test_a_new_product_without_title_and_stock_is_still_for_sale(picture, table, imported):
    picture("a.jpg")

    imported(table("products.csv", "sku,price,image1", "S1,9,a.jpg"))

    product = Product.objects.get()
    assert (product.title, product.is_published, product.stock) == ("S1", True, 1)
    assert product.category == Category.objects.get(name="Other")


@pytest.mark.django_db
@pytest.mark.parametrize("price", ["", "0", "0.00"])
def test_what_has_no_price_is_a_draft_until_it_has_one(picture, table, faults, price):
    picture("a.jpg")
    said = ("sku,price,published,image1", f"S1,{price},yes,a.jpg")

    ((_row, _sku, reason),) = faults(table("products.csv", *said))
    assert reason.startswith("The product has no price: it is kept as a draft")
    assert not Product.objects.get().is_published

    assert faults(table("products.csv", said[0], "S1,9.50,yes,a.jpg")) == []
    assert Product.objects.get().is_published


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (
            "Artikelnummer;Bezeichnung;Kategorie;Geschlecht;Farbe;Preis;Lagerbestand;Größen;Bild",
            "S1;Kleid;Kleider;Damen;rot;1.299,00 €;3;36, 38;a.jpg",
        ),
        (
            "Référence;Titre;Catégorie;Genre;Couleur;Prix TTC;Quantité;Tailles;Photo",
            "S1;Robe;Robes de soirée;Femme;rouge;1 299,00 €;3;36/38;a.jpg",
        ),
        (
            "Referencia;Nombre;Categoría;Género;Color;PVP;Existencias;Tallas;Imagen",
            "S1;Vestido;Vestidos;Mujer;rojo;1.299,00;3;36|38;a.jpg",
        ),
        (
            "Codice articolo;Titolo;Categoria;Genere;Colore;Prezzo;Giacenza;Taglie;Immagine 1",
            "S1;Abito;Abiti;Donna;rosso;1.299,00;3;36 38;a.jpg",
        ),
        (
            "Item_Number;Product Name;Category;Sex;Color;Retail-Price;Qty;Size;Image_URL",
            'S1;Dress;Dresses;Womens;red;"1,299.00";3;"36,38";https://x.example/a.jpg',
        ),
    ],
)
def test_a_header_in_any_of_five_languages_is_understood(row, header, line):
    read = row(header, line)

    assert (read.sku, read.slot, read.gender, read.price) == ("S1", "DRESS", "WOMEN", 1299)
    assert (read.stock, len(read.pictures), read.questions) == (3, 1, ())
    assert read.colour in {"rot", "rouge", "rojo", "rosso", "red"}


@pytest.mark.parametrize("cell", ["a.jpg|b.jpg", "a.jpg, b.jpg", "a.jpg;b.jpg;", " a.jpg | b.jpg "])
def test_a_cell_may_name_several_pictures(row, cell):
    read = row("sku,image", f'S1,"{cell}"')

    assert ([path.name for path in read.pictures], read.problems) == (["a.jpg", "b.jpg"], ())


def test_a_file_whose_name_holds_a_comma_is_one_picture(row, picture):
    picture("a,b.jpg")

    assert [path.name for path in row("sku,image", 'S1,"a,b.jpg"').pictures] == ["a,b.jpg"]


def test_addresses_may_hold_commas(row, picture):
    picture("w_5,a.jpg")

    read = row("sku,image", 'S1,"https://x.example/w_5,a.jpg, https://x.example/b.jpg"')

    assert [path.name for path in read.pictures] == ["w_5,a.jpg", "b.jpg"]


def test_a_cell_of_a_thousand_pictures_is_cut_and_reported(row, folder):
    for number in range(101):
        (folder / f"{number}.jpg").touch()

    read = row("sku,image", f"S1,{'|'.join(f'{number}.jpg' for number in range(101))}")

    assert len(read.pictures) == 100
    assert read.problems == ("The row names 101 pictures; the first 100 are taken.",)


def test_columns_of_one_name_are_pictures_in_their_order(row):
    read = row("sku,image,image", "S1,b.jpg,a.jpg")

    assert [path.name for path in read.pictures] == ["b.jpg", "a.jpg"]


def test_more_sold_than_there_was_is_sold_out_and_reported(row):
    read = row("sku,stock,image", "S1,-1,a.jpg")

    assert read.stock == 0
    assert read.problems == (
        "The stock is -1: more was sold than there was. It counts as sold out.",
    )


def test_a_price_in_another_currency_is_reported(row):
    read = row("sku,price,image", 'S1,"59,00 CHF",a.jpg')

    assert read.price == 59
    assert "is in CHF; the shop counts in EUR" in read.problems[0]


@pytest.mark.parametrize("sku", ["8.71235E+12", "8,71E+12", "5901234123457.0", "#N/A", "#####"])
def test_a_sku_that_a_spreadsheet_spoilt_is_refused(row, sku):
    fault = row("sku;image", f"{sku};a.jpg")

    assert "was spoilt by a spreadsheet" in fault.reason


@pytest.mark.parametrize("sku", ["5901234123457", "E10", "10E", "1.5", "A#1", "12E3-4"])
def test_other_skus_are_taken_as_they_are(row, sku):
    assert row("sku;image", f"{sku};a.jpg").sku == sku


def test_what_nobody_understands_is_asked_and_not_guessed(row):
    read = row("sku,gender,season,image", "S1,Kids,Resort,a.jpg")

    assert (read.gender, read.season) == (None, None)
    assert read.questions == (Question("gender", "Kids"), Question("season", "Resort"))


@pytest.mark.django_db
def test_a_catalogue_that_counts_no_pieces_says_what_is_sold_out(picture, table, imported):
    picture("a.jpg")
    header = "sku,price,availability,published,image"
    rows = ["s,9,in stock,yes,a.jpg", "t,9,out of stock,no,a.jpg"]
    imported(table("products.csv", header, *rows))
    assert [(p.stock, p.is_published) for p in Product.objects.order_by("sku")] == [
        (1, True),
        (0, False),
    ]
    Product.objects.update(stock=25)

    imported(table("products.csv", header, *rows))

    assert [product.stock for product in Product.objects.order_by("sku")] == [25, 0]


@pytest.mark.django_db
def test_a_slot_the_merchant_chose_stays_whatever_a_catalogue_calls_it(picture, table, imported):
    Category.objects.create(name="Kleider", slug="kleider", slot="TOP")
    picture("a.jpg")

    imported(table("products.csv", "sku,category,image", "s,Kleider,a.jpg"))

    assert Product.objects.get().category.slot == "TOP"

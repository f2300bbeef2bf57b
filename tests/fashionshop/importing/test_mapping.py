"""What the merchant decides once, and what is asked until then."""

from collections import Counter

import pytest
from django.core.management import CommandError

from fashionshop.importing.mapping import BadMapping, decisions_of
from fashionshop.importing.mapping_file import open_questions, sentence, template
from fashionshop.importing.rows import Question
from fashionshop.models import Category, Product

HEADER = "what,found,means"


def decided(*lines):
    return decisions_of(dict(zip(HEADER.split(","), line, strict=True)) for line in lines)


def test_capitals_and_accents_of_a_decision_do_not_matter():
    decisions = decided(("Category", "MA\u0308NTEL", "outerwear"), ("gender", "Kids", "Unisex"))

    assert decisions.meaning("category", "mäntel") == "OUTERWEAR"
    assert decisions.meaning("gender", "kids") == "UNISEX"
    assert decisions.meaning("gender", None) is None


def test_a_line_without_a_meaning_is_still_to_be_decided():
    assert decided(("category", "Kleider", "")).of("category") == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("category", "Kleider", "CLOTHES"), "Line 2 of the mapping: means is 'CLOTHES'.*DRESS"),
        (("colour", "rot", "red"), "Line 2 of the mapping: what is 'colour'.*category"),
    ],
)
def test_a_decision_that_makes_no_sense_lists_what_would(line, message):
    with pytest.raises(BadMapping, match=message):
        decided(line)


def test_a_question_names_its_word_how_often_it_came_and_what_can_be_chosen():
    asked = sentence(Question("category", "Neuheiten"), 37)

    assert asked.startswith("No slot for 'Neuheiten' (37 products): choose one of TOP, BOTTOM")
    assert asked.endswith("nothing.")


def test_a_category_that_is_worn_with_nothing_is_no_question():
    questions = Counter({Question("category", name): 1 for name in ("Parfum", "Sale", "Neu")})

    left = open_questions(questions, decided(("category", "Sale", "nothing")))

    assert list(left) == [Question("category", "Neu")]


def test_a_word_of_two_languages_is_no_question_in_a_shop_of_one():
    basket = Counter({Question("category", "Basket"): 1})

    english = open_questions(basket, decided(), categories=["Basket", "Shirts", "Dresses"])
    alone = open_questions(basket, decided())

    assert (list(english), list(alone)) == ([], list(basket))
    assert sentence(*next(iter(alone.items()))).startswith("No slot for 'Basket' (1 product):")


def test_a_template_is_a_mapping_without_meanings():
    assert (
        template([Question("category", "Jacken, Westen")])
        == f'{HEADER}\ncategory,"Jacken, Westen",\n'
    )


@pytest.mark.django_db
def test_what_nobody_knows_is_asked_and_the_answers_hold(table, picture, folder, command):
    picture("a.jpg")
    rows = [f"s{n},Neuheiten,kids,Resort,a.jpg" for n in range(3)]
    table("products.csv", "sku,category,gender,season,image", *rows)

    out, _err = command(folder)

    assert "No slot for 'Neuheiten' (3 products): choose one of" in out
    assert out.endswith(f"{HEADER}\ncategory,Neuheiten,\ngender,kids,\nseason,Resort,\n")
    assert Category.objects.get().slot == ""

    answers = ["category,Neuheiten,DRESS", "gender,Kids,UNISEX", "season,resort,SUMMER"]
    table("mapping.csv", HEADER, *answers)
    out, _err = command(folder)

    assert "0 new, 3 changed" in out
    assert HEADER not in out
    product = Product.objects.first()
    assert (product.category.slot, product.gender, product.season) == ("DRESS", "UNISEX", "SUMMER")


@pytest.mark.django_db
def test_prices_that_can_be_read_two_ways_are_one_question(
    table, picture, folder, command, tmp_path
):
    picture("a.jpg")
    table("products.csv", "sku;price;image", "s;1.299;a.jpg", "t;2.499;a.jpg")

    out, _err = command(folder)

    assert "0 new" in out
    assert "Prices such as '1.299' can be read in two ways (2 products, left out)" in out
    mapping = tmp_path / "answers.csv"
    mapping.write_text(f"{HEADER}\ndecimal,1.299,comma\n")
    command(folder, "--mapping", mapping)
    assert [product.price for product in Product.objects.order_by("sku")] == [1299, 2499]


@pytest.mark.django_db
def test_columns_with_names_of_their_own_are_read_as_the_merchant_says(
    table, picture, folder, command
):
    picture("a.jpg")
    table("ware.csv", "Nr;Was;Bildchen;Lieferant", "s;Kleid;a.jpg;Acme")

    with pytest.raises(CommandError) as error:
        command(folder)

    said = str(error.value)
    assert "ware.csv has the columns nr (unknown), was (unknown), bildchen (unknown)" in said
    assert "missing is sku and a picture" in said
    assert f"{HEADER}\ncolumn,nr,\n" in said
    table("mapping.csv", HEADER, "column,Nr,sku", "column,Was,title", "column,Bildchen,image")
    out, _err = command(folder)
    assert Product.objects.get(sku="s").title == "Kleid"
    assert "Columns that were not read: lieferant." in out


def test_a_mapping_that_makes_no_sense_ends_the_import_before_it_begins(table, folder, command):
    table("products.csv", "sku,image")
    table("mapping.csv", HEADER, "category,Kleider,CLOTHES")

    with pytest.raises(CommandError, match="Line 2 of the mapping"):
        command(folder)


def test_a_spreadsheet_is_asked_for_as_csv(folder, command):
    (folder / "ware.xlsx").write_bytes(b"PK")

    with pytest.raises(CommandError, match=r"ware\.xlsx is a spreadsheet: save it as CSV"):
        command(folder)

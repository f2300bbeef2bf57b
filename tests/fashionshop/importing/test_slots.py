"""Categories in five languages, and along the paths of a taxonomy."""

import pytest

from fashionshop.importing.slots import Slots, path_of
from fashionshop.importing.words.slots import WORDS
from recommender.garments import SLOTS


@pytest.mark.parametrize(
    ("category", "slot"),
    [
        *[("Kleider", "DRESS"), ("Abendkleider", "DRESS"), ("Lederjacken", "OUTERWEAR")],
        *[("Hosen", "BOTTOM"), ("Handtaschen", "BAG"), ("Jacken & Mäntel", "OUTERWEAR")],
        *[
            ("Robes de soirée", "DRESS"),
            ("Sacs à main", "BAG"),
            ("Boucles d’oreilles", "JEWELLERY"),
        ],
        *[
            ("Chaussures", "SHOES"),
            ("Vestes en jean", "OUTERWEAR"),
            ("Lunettes de soleil", "ACCESSORY"),
        ],
        *[("Vestidos", "DRESS"), ("Camisetas", "TOP"), ("Zapatos de tacón", "SHOES")],
        *[("Abiti", "DRESS"), ("Scarpe da ginnastica", "SHOES"), ("Orecchini", "JEWELLERY")],
        *[("Dresses", "DRESS"), ("ANKLE BOOTS", "SHOES"), ("Vests", "TOP")],
        *[("Unterwäsche", ""), ("Maillots de bain", ""), ("Costumi da bagno", ""), ("Pyjamas", "")],
        *[("Schuhe & Taschen", None), ("Neuheiten", None), ("Sale", None), ("", None)],
    ],
)
def test_a_category_is_known_in_five_languages_or_not_at_all(category, slot):
    assert Slots().of(category) == slot


def test_both_forms_of_accents_are_one():
    assert Slots().of("Ma\u0308ntel") == Slots().of("MÄNTEL") == "OUTERWEAR"


@pytest.mark.parametrize(
    ("path", "slot"),
    [
        ("Apparel & Accessories > Clothing > Shirts & Tops", "TOP"),
        ("Apparel & Accessories > Clothing > Outerwear > Coats & Jackets", "OUTERWEAR"),
        ("Apparel & Accessories > Handbags, Wallets & Cases > Handbags", "BAG"),
        ("Home > Women > Dresses", "DRESS"),
        ("Bekleidung & Accessoires > Bekleidung > Kleider", "DRESS"),
        ("Damen > Schuhe > Neu", "SHOES"),
        ("Femme » Jupes", "BOTTOM"),
        ("2271", "DRESS"),
    ],
)
def test_the_last_part_of_a_path_that_has_a_slot_decides(path, slot):
    assert Slots([path]).of(path) == slot


def test_the_parts_of_a_path_are_in_order():
    assert path_of("Women >Dresses> Maxi ") == ["Women", "Dresses", "Maxi"]
    assert path_of("187") == ["Shoes"]


def test_a_word_of_two_languages_means_what_it_does_in_that_of_the_catalogue():
    assert Slots(["Robes", "Chaussures", "Jupes"]).of("Robes") == "DRESS"
    assert Slots(["Robes", "Nightwear", "Swim shorts"]).of("Robes") == ""
    assert Slots(["Robes"]).of("Robes") is None


def test_what_the_merchant_chose_comes_before_all_words():
    slots = Slots(chosen={"kleider": "TOP", "neuheiten": "BAG", "sale": ""})

    assert [slots.of(name) for name in ("Kleider", "Damen > Neuheiten", "SALE")] == [
        "TOP",
        "BAG",
        "",
    ]


def test_the_first_of_several_labels_that_is_known_decides():
    assert Slots().of("Neuheiten", "Apparel & Accessories > Shoes") == "SHOES"


@pytest.mark.parametrize("language", WORDS)
def test_a_language_names_every_slot_and_no_word_twice(language):
    words = [word.strip() for words in WORDS[language].values() for word in words.split(",")]

    assert set(WORDS[language]) == {*SLOTS, ""}
    assert len(words) == len(set(words))

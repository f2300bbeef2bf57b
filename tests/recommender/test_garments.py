"""The table of garments: what a label means for an outfit."""

import pytest

from recommender.garments import SLOTS, partner_slots, slot_for


@pytest.mark.parametrize(
    ("label", "slot"),
    [
        ("T-shirt", "TOP"),
        ("Jeans", "BOTTOM"),
        ("Skirt", "BOTTOM"),
        ("Shirt dress", "DRESS"),
        ("Saree", "DRESS"),
        ("Denim jacket", "OUTERWEAR"),
        ("Ankle boots", "SHOES"),
        ("Flip flops", "SHOES"),
        ("Handbag", "BAG"),
        ("Belt bag", "BAG"),
        ("Earrings", "JEWELLERY"),
        ("Belt", "ACCESSORY"),
        ("Sunglasses", "ACCESSORY"),
        ("Card holder", "ACCESSORY"),
        ("Lipstick", ""),
        ("Cushion", ""),
        ("Pyjamas", ""),
        ("Quantum widget", ""),
        ("", ""),
    ],
)
def test_a_label_names_its_slot(label, slot):
    assert slot_for(label) == slot


def test_the_first_label_that_is_recognised_decides():
    assert slot_for("Blouse", "Shoes") == "TOP"
    assert slot_for("Mystery", "Shoes") == "SHOES"


def test_a_label_of_something_worn_with_nothing_ends_the_search():
    assert slot_for("Lipstick", "Accessories") == ""


def test_case_does_not_matter():
    assert slot_for("SKIRTS") == slot_for("skirts") == "BOTTOM"


@pytest.mark.parametrize("slot", SLOTS)
def test_nothing_is_its_own_partner(slot):
    assert slot not in partner_slots(slot)


@pytest.mark.parametrize("slot", SLOTS)
def test_partners_agree_about_one_another(slot):
    assert all(slot in partner_slots(other) for other in partner_slots(slot))


def test_a_dress_replaces_top_and_bottom():
    assert set(SLOTS) - set(partner_slots("DRESS")) == {"DRESS", "TOP", "BOTTOM"}


@pytest.mark.parametrize("slot", ["", "HAT", None])
def test_what_has_no_slot_has_no_partners(slot):
    assert partner_slots(slot) == ()

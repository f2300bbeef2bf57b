"""Every change of a rule is kept with who made it, and can be undone."""

import pytest

from recommender.models import Rule, RuleChange
from recommender.rules.changes import CannotUndo, delete_rule, forbid_pair, save_rule, switch_rules
from recommender.rules.changes import undo as undo_change

pytestmark = pytest.mark.django_db


def hide(product, **fields):
    return save_rule(Rule(kind="HIDE", product=product, **fields), by="ada")


def test_a_new_rule_is_kept_with_who_added_it(skirt):
    rule = hide(skirt)

    change = RuleChange.objects.get()
    assert (change.rule_number, change.action, change.changed_by) == (rule.pk, "ADDED", "ada")
    assert change.before is None
    assert change.after["product_id"] == skirt.pk


def test_names_longer_than_their_columns_are_cut(blouse, skirt):
    for product in (blouse, skirt):
        product.title = "t" * 200
        product.save()

    save_rule(Rule(kind="HIDE", product=skirt, on_product=blouse), by="a" * 200)

    change = RuleChange.objects.get()
    assert (change.changed_by, len(change.label)) == ("a" * 150, 300)


def test_a_save_that_changes_nothing_is_not_kept(skirt):
    save_rule(hide(skirt), by="ada")

    assert RuleChange.objects.count() == 1


def test_undoing_an_addition_removes_the_rule(skirt):
    hide(skirt)

    undo_change(RuleChange.objects.get(), by="bob")

    assert not Rule.objects.exists()
    assert RuleChange.objects.first().undoes.action == "ADDED"


def test_undoing_a_change_brings_the_old_rule_back(skirt, boots):
    rule = hide(skirt, note="ugly")
    rule.product = boots
    save_rule(rule, by="ada")

    undo_change(RuleChange.objects.first(), by="bob")

    rule.refresh_from_db()
    assert (rule.product, rule.note) == (skirt, "ugly")


def test_undoing_a_deletion_brings_the_rule_back_under_its_number(skirt):
    rule = hide(skirt)
    number = rule.pk
    delete_rule(rule, by="ada")

    undo_change(RuleChange.objects.first(), by="bob")

    assert Rule.objects.get().pk == number
    assert RuleChange.objects.count() == 3


def test_an_undo_can_be_undone(skirt):
    hide(skirt)
    undo_change(RuleChange.objects.first(), by="bob")

    undo_change(RuleChange.objects.first(), by="ada")

    assert Rule.objects.get().product == skirt


def test_dates_survive_the_undo(skirt):
    from_then = "2026-05-01T10:00:00Z"
    rule = hide(skirt)
    rule.starts_at = Rule._meta.get_field("starts_at").to_python(from_then)
    save_rule(rule, by="ada")
    delete_rule(rule, by="ada")

    undo_change(RuleChange.objects.first(), by="ada")

    assert Rule.objects.get().starts_at.isoformat() == "2026-05-01T10:00:00+00:00"


def test_a_rule_about_a_product_that_is_gone_cannot_come_back(skirt):
    delete_rule(hide(skirt), by="ada")
    skirt.delete()

    with pytest.raises(CannotUndo):
        undo_change(RuleChange.objects.first(), by="bob")


def test_only_rules_that_were_otherwise_are_switched(skirt, boots):
    rules = [hide(skirt), hide(boots, is_enabled=False)]

    assert switch_rules(rules, is_enabled=False, by="ada") == 1
    assert not Rule.objects.filter(is_enabled=True).exists()
    assert RuleChange.objects.filter(action="CHANGED").count() == 1


def test_a_thumbs_down_hides_the_pair_both_ways_as_feedback(blouse, skirt):
    first = forbid_pair(blouse.pk, skirt.pk, strip="", by="ada")
    again = forbid_pair(blouse.pk, skirt.pk, strip="", by="ada")

    assert first == again
    assert (first.both_ways, first.is_feedback) == (True, True)

"""Change the merchant's rules; every change is kept and can be undone. `by` is who asks for it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from recommender.models import Rule, RuleChange

Action = RuleChange.Action
NOT_KEPT = {"id", "created_at"}  # a rule's key is its number, and its age no wish


class CannotUndo(ValueError):  # noqa: N818 - reads as what happened
    """What the rule was about is no longer in the shop, so the change stays."""


@transaction.atomic
def save_rule(rule: Rule, *, by: str, undoes: RuleChange | None = None) -> Rule:
    """Store a rule, new or changed."""
    stored = Rule.objects.select_for_update().filter(pk=rule.pk).first()
    before = _columns(stored) if stored else None
    rule.save()
    if before != _columns(rule):
        action = Action.CHANGED if stored else Action.ADDED
        change = RuleChange(action=action, before=before, after=_columns(rule), undoes=undoes)
        _keep(change, rule, by=by)
    return rule


@transaction.atomic
def delete_rule(rule: Rule, *, by: str, undoes: RuleChange | None = None) -> None:
    """Delete a rule; what it was is kept."""
    change = RuleChange(action=Action.DELETED, before=_columns(rule), undoes=undoes)
    _keep(change, rule, by=by)
    rule.delete()


def switch_rules(rules: Iterable[Rule], *, is_enabled: bool, by: str) -> int:
    """Put rules in use or out of it; returns how many were not so already."""
    other = [rule for rule in rules if rule.is_enabled != is_enabled]
    for rule in other:
        rule.is_enabled = is_enabled
        save_rule(rule, by=by)
    return len(other)


def forbid_pair(product_pk: Any, other_pk: Any, *, strip: str, by: str) -> Rule:
    """Hide two products beside each other: a thumbs down, kept as feedback."""
    pair = {"product_id": other_pk, "on_product_id": product_pk, "strip": strip}
    known = Rule.objects.in_force().filter(kind=Rule.Kind.HIDE, both_ways=True, **pair).first()
    if known:
        return known
    rule = Rule(kind=Rule.Kind.HIDE, both_ways=True, is_feedback=True, **pair)
    return save_rule(rule, by=by)


@transaction.atomic
def undo(change: RuleChange, *, by: str) -> None:
    """Make the rule what it was before the change; later changes of it are lost, but kept too.

    Raises:
        CannotUndo: a product that the rule names is gone.
    """
    rule = Rule.objects.filter(pk=change.rule_number).first() or Rule(pk=change.rule_number)
    if change.before is None:
        if not rule._state.adding:
            delete_rule(rule, by=by, undoes=change)
        return
    for name, value in change.before.items():
        field: Any = Rule._meta.get_field(name)
        setattr(rule, name, field.to_python(value))
    try:
        rule.clean_fields()
    except ValidationError as error:
        raise CannotUndo(f"{change.label}: {' '.join(error.messages)}") from error
    save_rule(rule, by=by, undoes=change)


def _keep(change: RuleChange, rule: Rule, *, by: str) -> None:
    change.rule_number, change.label, change.changed_by = rule.pk, str(rule)[:300], by[:150]
    change.save()


def _columns(rule: Rule) -> dict[str, Any]:
    names = [field.attname for field in Rule._meta.concrete_fields if field.name not in NOT_KEPT]
    return {name: getattr(rule, name) for name in names}

"""Change the merchant's rules; every change is kept and can be undone. `by` is who asks for it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from recommender.models import Rule, RuleChange

Action = RuleChange.Action


class CannotUndo(ValueError):  # noqa: N818 - reads as what happened
    """What the rule was about is no longer in the shop, so the change stays."""


@transaction.atomic
def save_rule(rule: Rule, *, by: str, undoes: RuleChange | None = None) -> Rule:
    """Store a rule, new or changed."""
    before = _stored(rule)
    rule.save()
    if before != _snapshot(rule):
        _keep(rule, before=before, after=_snapshot(rule), by=by, undoes=undoes)
    return rule


@transaction.atomic
def delete_rule(rule: Rule, *, by: str, undoes: RuleChange | None = None) -> None:
    """Delete a rule; what it was is kept."""
    _keep(rule, before=_snapshot(rule), after=None, by=by, undoes=undoes)
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
    current = Rule.objects.filter(pk=change.rule_number).first()
    if change.before is None:
        if current:
            delete_rule(current, by=by, undoes=change)
        return
    rule = current or Rule(pk=change.rule_number)
    for name, value in change.before.items():
        setattr(rule, name, _field(name).to_python(value))
    try:
        rule.clean_fields()
    except ValidationError as error:
        raise CannotUndo(f"{change.label}: {' '.join(error.messages)}") from error
    save_rule(rule, by=by, undoes=change)


def _keep(
    rule: Rule,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: str,
    undoes: RuleChange | None,
) -> None:
    action = Action.ADDED if before is None else Action.DELETED if after is None else Action.CHANGED
    RuleChange.objects.create(
        rule_number=rule.pk,
        label=str(rule)[:300],
        action=action,
        before=before,
        after=after,
        changed_by=by[:150],
        undoes=undoes,
    )


def _stored(rule: Rule) -> dict[str, Any] | None:
    stored = Rule.objects.select_for_update().filter(pk=rule.pk).first()
    return _snapshot(stored) if stored else None


def _snapshot(rule: Rule) -> dict[str, Any]:
    """The rule's columns, all but its key and its age."""
    kept = [field for field in Rule._meta.concrete_fields if field.name not in {"id", "created_at"}]
    return {field.attname: getattr(rule, field.attname) for field in kept}


def _field(attname: str) -> Any:
    return next(field for field in Rule._meta.concrete_fields if field.attname == attname)

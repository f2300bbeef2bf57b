"""All that must be known before products can be ranked, in one query."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, JSONField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from recommender import product_columns
from recommender.catalog import catalog, product_model
from recommender.models import Checkpoint, Rule
from recommender.models.rules import SLOT
from recommender.ranking.designs import design, hosts_design
from recommender.ranking.rule_effects import Anchor, RuleEffects, rule_effects

CHECKPOINT = (
    *("id", "name", "version", "purpose", "state", "sha256", "folder", "reads", "dimension"),
    *("parts", "weights", "calibration", "indexes"),
)
RULE = (
    *("id", "kind", "strip", "on_product_id", "on_attribute", "on_value", "product_id"),
    *("attribute", "value", "both_ways", "position", "strength", "percent"),
)


@dataclass(frozen=True)
class Question:
    """The product asked about, the checkpoints that serve, and the rules in force.

    `design` is what the host counts as one, `group` also what shows the same picture; `categories` are
    its own and then what that lies in; `settled` is what the rules mean for a strip, where that is known.
    """

    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    anchor: Anchor = field(default_factory=Anchor)
    slot: str = ""
    group: str = ""
    design: str = ""
    categories: Sequence[str] = ()
    settled: Mapping[str, RuleEffects] = field(default_factory=dict)

    def effects(self, strip: str) -> RuleEffects:
        """What the rules mean for a strip of this question."""
        if strip in self.settled:
            return self.settled[strip]
        offered = catalog().attributes()
        return rule_effects(self.rules, anchor=self.anchor, strip=strip, offered=offered)


def question_about(product_pk: Any) -> Question:
    """What there is to know about a product; one query. An unknown product is a blank."""
    row = question_rows([product_pk]).first()
    return Question() if row is None else question_of(row)


def question_rows(product_pks: Collection[Any]) -> QuerySet[Any, dict[str, Any]]:
    """A row for each of these products that exists, hidden ones too; `question_of` reads it."""
    names = {
        f"reco_{name}": expression for name, expression in product_columns.attributes().items()
    }
    categories = {
        f"reco_category_{at}": column for at, column in enumerate(product_columns.categories())
    }
    rows: QuerySet[Any, dict[str, Any]] = (
        product_model()
        ._default_manager.filter(pk__in=list(product_pks))
        .order_by()
        .annotate(
            reco_slot=product_columns.slot(),
            reco_group=design(),
            reco_design=hosts_design(),
            reco_checkpoints=_all_of(_serving, CHECKPOINT),
            reco_rules=_all_of(_in_force, RULE),
            **names,
            **categories,
        )
        .values(
            *("pk", "reco_slot", "reco_group", "reco_design", "reco_checkpoints", "reco_rules"),
            *names,
            *categories,
        )
    )
    return rows


def question_of(row: Mapping[str, Any]) -> Question:
    """Read one of the `question_rows`."""
    facts = {name: row[f"reco_{name}"] for name in catalog().attributes()}
    checkpoints = [Checkpoint(**values) for values in row["reco_checkpoints"]]
    return Question(
        {checkpoint.purpose: checkpoint for checkpoint in checkpoints},
        [_rule(values) for values in row["reco_rules"]],
        Anchor(row["pk"], {**facts, SLOT: row["reco_slot"]}),
        slot=row["reco_slot"],
        group=row["reco_group"],
        design=row["reco_design"],
        categories=[row[name] or "" for name in row if name.startswith("reco_category_")],
    )


def photo_question() -> Question:
    """What there is to know where no product is asked about, but a photo; one query."""
    checkpoints = list(_serving().annotate(reco_rules=_all_of(_in_force, RULE)))
    rules = checkpoints[0].reco_rules if checkpoints else []
    return Question(
        {checkpoint.purpose: checkpoint for checkpoint in checkpoints},
        [_rule(values) for values in rules],
    )


def _rule(values: dict[str, Any]) -> Rule:
    """Build a rule from JSON, where a key of any type has become text or a number."""
    key = product_model()._meta.pk.to_python
    keys = {name: key(values[name]) for name in ("product_id", "on_product_id")}
    return Rule(**values | keys)


def _in_force() -> QuerySet[Rule, Rule]:
    return Rule.objects.in_force()


def _serving() -> QuerySet[Checkpoint, Checkpoint]:
    return Checkpoint.objects.filter(state=Checkpoint.State.ACTIVE)


@cache
def _all_of(rows: Callable[[], QuerySet[Any]], names: Sequence[str]) -> RawSQL:
    """Every row as a JSON object, in one array; written once, for it is the same whoever asks."""
    columns = {name: F(name) for name in names}
    objects = rows().order_by("pk").values(reco_json=JSONObject(**columns))
    sql, params = objects.query.sql_with_params()
    output = ArrayField(JSONField())
    return RawSQL(f"ARRAY({sql})", params, output_field=output)  # noqa: S611 - compiled from a queryset of our own

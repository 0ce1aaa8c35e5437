"""Reading policies: what holds for a category, and what was let past it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from srm.audit.services import public_id_of
from srm.catalog.models import Category
from srm.catalog.policy.models import CategoryPolicy, PolicyOverride
from srm.catalog.policy.procedures import label_of
from srm.catalog.policy.rules import BIDDERS, PROCEDURE, RULES, Breach, Effective, Passed, inherited
from srm.core import clock
from srm.ui import formats

HOLDS = "a policy holds for everybody who buys"
LABELS: dict[str, Any] = {
    field.name: field.verbose_name for field in CategoryPolicy._meta.concrete_fields if field.name in RULES
}


def effective(category: Category, day: dt.date | None = None) -> Effective:
    """The rules that hold for `category` on `day`, today by default."""
    rows = CategoryPolicy.objects.unscoped(HOLDS).in_force(day or clock.today())
    return _inherited(category.path, rows.filter(category__path__in=category.ancestor_paths()))


def effective_of(categories: Iterable[Category], day: dt.date | None = None) -> dict[int, Effective]:
    """The same for many, by the category's key, in one query."""
    rows = CategoryPolicy.objects.unscoped(HOLDS).in_force(day or clock.today())
    known = [(row.category.path, row.pk, row.rules) for row in rows.select_related("category")]
    return {category.pk: inherited(category.path, known) for category in categories}


def _inherited(path: str, rows: QuerySet) -> Effective:
    return inherited(path, [(row.category.path, row.pk, row.rules) for row in rows.select_related("category")])


def newest(category: Category) -> CategoryPolicy | None:
    """The last version that was written, whether or not it holds yet."""
    return CategoryPolicy.objects.unscoped(HOLDS).filter(category=category).order_by("-edition").first()


def overrides_of(document: Model) -> QuerySet[PolicyOverride]:
    """What a document was let past."""
    rows = PolicyOverride.objects.unscoped("the document's own overrides")
    return rows.filter(document_kind=document._meta.label_lower, document_id=public_id_of(document))


def passed(document: Model) -> list[Passed]:
    """The same, as the rules judge it."""
    return [Passed(*row) for row in overrides_of(document).values_list("rule", "wanted", "done")]


def with_counts(rows: QuerySet[CategoryPolicy]) -> QuerySet[CategoryPolicy]:
    """Policies with how often each was overridden."""
    return rows.annotate(override_count=Count("overrides"))


# ------------------------------------------------------------------------------------------------------- in words


def shown(rule: str, value: Any) -> str:
    """A rule's value as people read it; "" when it is open."""
    if value is None or value == "":
        return ""
    if rule == PROCEDURE:
        return label_of(value)
    if rule == "dual_source":
        return str(_("yes") if value else _("no"))
    if rule in {"price_weight", "quality_weight"}:
        return f"{formats.number(value)}{formats.THIN}%"
    return str(value)


def in_words(found: Effective) -> list[tuple[str, str, str]]:
    """(rule, value, the code of the category that says so) of every rule that is not open."""
    return [
        (str(LABELS[rule]), shown(rule, said.value), said.path.strip("/").rpartition("/")[2])
        for rule in RULES
        if (said := found.said.get(rule)) is not None
    ]


def sentence(breach: Breach, names: dict[str, str] | None = None) -> str:
    """Why a breach stops a document, and what to do."""
    code = breach.path.strip("/").rpartition("/")[2]
    words = {"category": (names or {}).get(breach.path, code), "wanted": shown(breach.rule, breach.wanted)}
    if breach.rule == BIDDERS:
        text = _("The policy of “%(category)s” asks for at least %(wanted)s suppliers, %(done)s are invited.")
    else:
        text = _("The policy of “%(category)s” asks for another procedure: %(wanted)s instead of %(done)s.")
    return str(text) % {**words, "done": shown(breach.rule, breach.done)}


def sentences(found: Sequence[Breach]) -> list[str]:
    """The sentences of several breaches, with the categories' names."""
    rows = Category.objects.filter(path__in={one.path for one in found}) if found else ()
    names = {row.path: row.name for row in rows}
    return [sentence(one, names) for one in found]

"""What adds up: documents of one kind, for one category, firm and calendar year, so that splitting dodges no threshold.

Rooms say what a document adds by the amounts they lay it out with (`parts`), or, for documents that need no approval
of their own, by `accumulate`; what was rejected, sent back, withdrawn or cancelled adds nothing. What other kinds add
to the year of a kind (orders to tenders) the rooms of those others declare by `counts_toward`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q, Sum
from django.db.models.functions import Round

from srm.approvals.models import Accumulated, ApprovalRoute, ApprovalRule
from srm.core import clock
from srm.core.fields import AMOUNT_PLACES
from srm.flow import uow
from srm.people.models import LegalEntity

if TYPE_CHECKING:
    from srm.catalog.models import Category

SHOWN = 20
Parts = Mapping["Category", Decimal]
Rows = Callable[[], Q]
_toward: dict[str, list[Rows]] = {}


def counts_toward(kind: str) -> Callable[[Rows], Rows]:
    """Declare which rows of another kind count in the year of `kind`: `fn() -> Q` over `Accumulated`."""

    def register(function: Rows) -> Rows:
        _toward.setdefault(kind, []).append(function)
        return function

    return register


@dataclass(frozen=True)
class Sums:
    """Amounts by category path: `own` of the document, `others` of those before it in the year."""

    own: Mapping[str, Decimal] = field(default_factory=dict)
    others: Mapping[str, Decimal] = field(default_factory=dict)

    def for_rule(self, rule: ApprovalRule, amount: Decimal) -> Decimal:
        """What a rule compares: the document's amount, or the sum of the year where that is more.

        A rule for a category counts all below it; any other one counts each of the document's categories by itself.
        """
        if not rule.accumulates:
            return amount
        if rule.category is not None:
            return max(amount, _below(self.own, rule.category.path) + _below(self.others, rule.category.path))
        return max([amount, *(mine + self.others.get(path, Decimal(0)) for path, mine in self.own.items())])


def _below(sums: Mapping[str, Decimal], path: str) -> Decimal:
    return sum((amount for one, amount in sums.items() if one.startswith(path)), Decimal(0))


def sums_for(
    kind: str, parts: Parts, rules: Iterable[ApprovalRule], *, entity: LegalEntity | None, but: str = ""
) -> Sums:
    """What the year adds to `parts`, in one statement; none where no rule asks for it.

    Args:
        but: the public id of the document itself, whose earlier amounts do not count beside the new ones.
    """
    own = {category.path: amount for category, amount in parts.items()}
    asking = [rule for rule in rules if rule.accumulates and (rule.min_amount or rule.max_amount is not None)]
    if not asking or not parts or entity is None:
        return Sums(own)
    wanted = Q(category__in=list(parts))
    for path in {rule.category.path for rule in asking if rule.category}:
        wanted |= Q(category__path__startswith=path)
    rows = _of_year(kind, entity.pk, clock.today().year).filter(wanted).exclude(document_id=but)
    others = rows.values_list("category__path").annotate(total=Round(Sum("amount"), precision=AMOUNT_PLACES))
    return Sums(own, dict(others))


def in_turn(entity: LegalEntity | None) -> None:
    """Of two documents of one firm that are sent at once, the second waits to count the first."""
    if entity is not None:
        list(LegalEntity.objects.select_for_update(no_key=True).filter(pk=entity.pk).values_list("pk"))


def accumulate(document: Any, parts: Parts, *, title: str = "") -> None:
    """Note what `document` adds to its year; replaces what it added before. Amounts are in the base currency."""
    uow.require()
    forget(document)
    Accumulated.objects.bulk_create(
        Accumulated(
            document_kind=document._meta.label_lower, document_id=document.public_id,
            document_number=document.number or "", title=(title or str(document))[:250],
            legal_entity=document.legal_entity, year=clock.today().year, category=category, amount=amount,
        )
        for category, amount in parts.items()
        if amount
    )  # fmt: skip


def forget(document: Any) -> None:
    """The document adds nothing any more."""
    Accumulated.objects.filter(document_kind=document._meta.label_lower, document_id=document.public_id).delete()


def beside(route: ApprovalRoute) -> list[Accumulated]:
    """The largest other documents of the year in the categories of a route's document, when their sum chose its steps."""
    if not any(step.by_sum for step in route.steps.all()):
        return []
    mine = Accumulated.objects.filter(document_kind=route.document_kind, document_id=route.document_id)
    rows = _of_year(route.document_kind, route.legal_entity_id, route.created_at.year)
    rows = rows.filter(category__in=mine.values("category")).exclude(document_id=route.document_id)
    return _numbered(list(rows.select_related("category").order_by("-amount", "-pk")[:SHOWN]))


def _numbered(rows: list[Accumulated]) -> list[Accumulated]:
    """With the numbers of documents that had none yet when they were noted."""
    missing = {(row.document_kind, row.document_id) for row in rows if not row.document_number}
    for kind in {kind for kind, _key in missing}:
        keys = [key for one, key in missing if one == kind]
        found = apps.get_model(kind)._base_manager.filter(public_id__in=keys).values_list("public_id", "number")
        numbers = dict(found)
        for row in rows:
            if row.document_kind == kind and not row.document_number:
                row.document_number = numbers.get(row.document_id, "")
    return rows


def _of_year(kind: str, entity_id: int | None, year: int) -> Any:
    counted = Q(document_kind=kind)
    for rows in _toward.get(kind, ()):
        counted |= rows()
    return Accumulated.objects.filter(counted, legal_entity=entity_id, year=year)

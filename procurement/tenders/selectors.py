"""Reading tenders: whom to ask, where the need comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from procurement.requests.models import Allocation
from procurement.tenders.models import Invitation, Tender
from procurement.tenders.worth import shown_lines
from srm.approvals.models import ApprovalRoute
from srm.approvals.selectors import MACHINE
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.people.models import Department
from suppliers.performance.models import PerformanceFact
from suppliers.registry.models import Supplier

WHY_SHARES = "shares of departments in a tender the reader sees; no request is shown"
MOST_SUGGESTED = 12


@dataclass(frozen=True)
class Suggestion:
    """A supplier worth asking, and why."""

    supplier: Supplier
    delivered: int
    by_category: bool


def suggestions(tender: Tender, actor: Actor) -> list[Suggestion]:
    """Active suppliers not yet asked that delivered these items, or supply these categories; the most used first."""
    items = {line.item_id for line in tender.all_lines() if line.item_id}
    delivered = _deliveries(items)
    offering = _of_categories(_categories_of(tender))
    rows = Supplier.objects.visible_to(actor).filter(Q(pk__in=delivered) | Q(pk__in=offering), state="active")
    rows = rows.exclude(pk__in=tender.invited().values("supplier_id"))
    found = [Suggestion(one, delivered.get(one.pk, 0), one.pk in offering) for one in rows[:200]]
    found.sort(key=lambda one: (-one.delivered, not one.by_category, one.supplier.name))
    return found[:MOST_SUGGESTED]


def _deliveries(items: set[int]) -> Mapping[int, int]:
    rows = PerformanceFact.objects.unscoped("which suppliers have delivered these items before").filter(
        item_id__in=items
    )
    return dict(rows.values_list("supplier_id").annotate(times=Count("pk")))


def _categories_of(tender: Tender) -> set[Category]:
    found = {line.item.category for line in tender.all_lines().select_related("item__category") if line.item}
    return found | ({tender.category} if tender.category else set())


def _of_categories(categories: set[Category]) -> set[int]:
    """Suppliers of these categories, of what lies below them, and of what they are part of."""
    if not categories:
        return set()
    wanted = Q()
    for one in categories:
        wanted |= Q(path__startswith=one.path) | Q(path__in=_paths_above(one.path))
    rows = Supplier.categories.through.objects.filter(category__in=Category.objects.filter(wanted))
    return set(rows.values_list("supplier_id", flat=True))


def _paths_above(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[:depth])}/" for depth in range(1, len(parts))]


def waits_for_approval() -> Exists:
    """For lists: whether others are asked about a tender now."""
    routes = ApprovalRoute.objects.unscoped(MACHINE).filter(document_kind=Tender._meta.label_lower, outcome="open")
    return Exists(routes.filter(document_id=OuterRef("public_id")))


def asked_count() -> Coalesce:
    """For lists: to how many suppliers a tender went."""
    rows = Invitation.objects.unscoped("a number per tender the reader sees").filter(tender=OuterRef("pk")).order_by()
    counted = rows.values("tender").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def invitations(tender: Tender, actor: Actor) -> QuerySet[Invitation]:
    """Who was asked, who looked, who said no. Nothing here tells who has made an offer."""
    rows = Invitation.objects.visible_to(actor).filter(tender=tender)
    return rows.select_related("supplier", "contact").order_by("supplier__name")


@dataclass
class Share:
    """One department's part of what a tender asks for."""

    department: str
    needs: int = 0
    value: Decimal = Decimal(0)
    part: Decimal = Decimal(0)


@dataclass
class Origin:
    """Where the need comes from: departments, the number of request lines, the first day something is needed."""

    shares: list[Share] = field(default_factory=list)
    needs: int = 0
    first: dt.date | None = None
    by_value: bool = True


def origin(tender: Tender) -> Origin:
    """Departments behind the tender's lines, by value at the baseline, or by number of needs where prices are unknown."""
    lines = {line.pk: line for line in shown_lines(tender)}
    found = Origin(first=min((line.need_by for line in lines.values()), default=None))
    shares: dict[int, Share] = {}
    for row in _allocated(tender, list(lines)):
        share = shares.setdefault(row["request_line__request__department"], Share(""))
        line = lines[row["line_id"]]
        share.needs += row["needs"]
        share.value += row["quantity"] * (line.baseline or 0)
    found.needs = sum(share.needs for share in shares.values())
    found.by_value = all(share.value for share in shares.values()) and bool(shares)
    whole = sum(share.value for share in shares.values()) if found.by_value else Decimal(found.needs)
    names = {one.pk: one.name for one in Department.objects.filter(pk__in=shares)}
    for key, share in shares.items():
        share.department = names[key]
        share.part = (share.value if found.by_value else Decimal(share.needs)) / whole if whole else Decimal(0)
    found.shares = sorted(shares.values(), key=lambda share: share.part, reverse=True)
    return found


def _allocated(tender: Tender, line_ids: list[int]) -> QuerySet:
    """Live quantities per line and department; what was taken back counts against what was given."""
    rows = Allocation.objects.unscoped(WHY_SHARES).filter(
        document_kind=Tender._meta.label_lower, document_id=tender.public_id, line_id__in=line_ids, stage="tendered"
    )
    return (
        rows.order_by()
        .values("line_id", "request_line__request__department")
        .annotate(quantity=Sum("quantity"), needs=Count("request_line", distinct=True))
        .filter(quantity__gt=0)
    )

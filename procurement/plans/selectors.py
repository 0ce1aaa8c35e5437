"""Reads of plans: what they come to, what is known beforehand, what was ordered, who is responsible."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractMonth

from procurement.patterns.calendar import next_due
from procurement.patterns.lifecycle import RecurrenceState
from procurement.patterns.models import Recurrence, TemplateLine
from procurement.planning.selectors import WORTH
from procurement.planning.services import open_lines
from procurement.plans import figures, sources
from procurement.plans.comparing import Differences, compare
from procurement.plans.models import PlanLine, ProcurementPlan
from srm.catalog.models import Category
from srm.catalog.units import to_base
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.money import Sum, cents
from srm.core.rates import to_currency
from srm.people.models import LegalEntity, User

PLANNING = "whoever plans looks at the needs of all departments"
ZERO = Decimal(0)
Place = tuple[int, int]
COMPARED = ("month", "category", "item", "quantity", "amount", "procedure", "buyer", "department", "justification")


def lines_of(plan: ProcurementPlan) -> QuerySet[PlanLine]:
    """A plan's lines with what their pages show."""
    rows = PlanLine.objects.unscoped("lines of a plan the reader sees").filter(plan=plan)
    return rows.select_related("category", "item", "unit", "buyer", "department").order_by(
        "month", "category__path", "pk"
    )


# ----------------------------------------------------------------------------------------------- what is known


def asked_for(entity: LegalEntity, year: int) -> dict[Place, Decimal]:
    """What is open of approved requests that are needed in the year, by category and month."""
    rows = open_lines(entity).filter(need_by__year=year, category__isnull=False)
    sums = rows.order_by().values_list("category", ExtractMonth("need_by")).annotate(worth=Sum(WORTH))
    return {(category, month): worth for category, month, worth in sums}


def recurring(entity: LegalEntity, year: int) -> dict[Place, Decimal]:
    """What recurring requests will ask for in the rest of the year, at the items' last prices, by category and month."""
    found: dict[Place, Decimal] = defaultdict(Decimal)
    rows = Recurrence.objects.unscoped(PLANNING).filter(
        state=RecurrenceState.RUNNING, template__department__legal_entity=entity, next_on__isnull=False
    )
    for one in rows.select_related("template"):
        lines = TemplateLine.objects.unscoped(PLANNING).filter(template=one.template, item__isnull=False)
        worth = [
            (line.item.category_id, _worth(line, entity)) for line in lines.select_related("item__base_unit", "unit")
        ]
        for day in _days(one, year):
            for category, amount in worth:
                found[category, day.month] += amount
    return {place: cents(amount) for place, amount in found.items() if amount}


def _days(one: Recurrence, year: int) -> Iterable[dt.date]:
    """The due days of a recurrence in a year, and when the goods are needed."""
    due, last = one.next_on, one.ends_on
    while due is not None and due.year <= year and (last is None or due <= last):
        needed = due + dt.timedelta(days=one.template.lead_days)
        if needed.year == year:
            yield needed
        due = next_due(due, one.every, one.day, due)


def _worth(line: TemplateLine, entity: LegalEntity) -> Decimal:
    item = line.item
    assert item is not None
    if item.reference_price is None:
        return ZERO
    try:
        quantity = to_base(item, line.quantity, line.unit)
        return to_currency(cents(quantity * item.reference_price), item.currency, entity.currency, clock.today())
    except InvalidInput:
        return ZERO  # without a rate or a pack nobody knows what it is worth


# --------------------------------------------------------------------------------------------- who is responsible


def buyers_of(categories: Iterable[Category]) -> dict[int, User | None]:
    """The buyer of each category: its own, or that of the nearest category above."""
    known = list(categories)
    paths = {path for one in known for path in one.ancestor_paths()}
    rows = Category.objects.filter(path__in=paths, buyer__isnull=False).select_related("buyer")
    named = {row.path: row.buyer for row in rows}
    return {
        one.pk: next((named[path] for path in reversed(one.ancestor_paths()) if path in named), None) for one in known
    }


# ------------------------------------------------------------------------------------------------ map and fact


def planned(plan: ProcurementPlan) -> tuple[dict[Place, Decimal], dict[Place, Decimal]]:
    """By category and month: (amounts, numbers of lines)."""
    rows = PlanLine.objects.unscoped("figures of a plan the reader sees").filter(plan=plan).order_by()
    sums = list(rows.values_list("category", "month").annotate(total=Sum("amount"), n=Count("pk")))
    return (
        {(category, month): total for category, month, total, _n in sums},
        {(category, month): Decimal(n) for category, month, _total, n in sums},
    )


def categories_of(*found: Iterable[Place]) -> list[Category]:
    """The categories that figures speak of, in the order of the tree."""
    keys = {category for places in found for category, _month in places}
    return list(Category.objects.filter(pk__in=keys).order_by("path"))


def month_over(year: int, today: dt.date) -> int:
    """The last month of `year` that is over on `today`: 0 before February, 12 after the year."""
    return 0 if year > today.year else 12 if year < today.year else today.month - 1


def late_lines(plan: ProcurementPlan, ordered: dict[Place, Decimal]) -> QuerySet[PlanLine]:
    """The lines whose month is over and that no order covers."""
    rows = PlanLine.objects.unscoped("figures of a plan the reader sees").filter(plan=plan)
    facts = [figures.Planned(*row) for row in rows.values_list("pk", "category", "month", "amount")]
    keys = figures.late(facts, ordered, month_over(plan.year, clock.today()))
    return lines_of(plan).filter(pk__in=keys)


def standings(plan: ProcurementPlan, ordered: dict[Place, Decimal]) -> list[tuple[Category, figures.Standing]]:
    """Plan and fact of each category; what was planned up to and with the running month counts."""
    amounts, _lines = planned(plan)
    categories = {one.pk: one for one in categories_of(amounts, ordered)}
    upto = min(month_over(plan.year, clock.today()) + (1 if plan.year == clock.today().year else 0), 12)
    return [(categories[one.category], one) for one in figures.standings(amounts, ordered, list(categories), upto)]


def fact(plan: ProcurementPlan) -> tuple[dict[Place, Decimal], dict[Place, Decimal]]:
    """What was ordered in the plan's year: (amounts, numbers of lines)."""
    return sources.ordered(plan.legal_entity, plan.year)


def home_entity(actor: Actor) -> LegalEntity | None:
    """The legal entity of the actor's department, else the first one he may plan for."""
    user = User.objects.filter(pk=actor.user_id).select_related("department__legal_entity").first()
    if user is not None and user.department is not None:
        return user.department.legal_entity
    rows = LegalEntity.objects.filter(is_active=True).order_by("code")
    return (rows.filter(pk__in=actor.legal_entities) if actor.legal_entities else rows).first()


# -------------------------------------------------------------------------------------------------- versions


def editions_of(plan: ProcurementPlan) -> QuerySet[ProcurementPlan]:
    """All versions of the same entity and year, the newest first."""
    rows = ProcurementPlan.objects.unscoped("versions of a plan the reader sees")
    same = rows.filter(legal_entity=plan.legal_entity_id, year=plan.year)
    return same.select_related("created_by", "legal_entity").order_by("-edition")


def differences(before: ProcurementPlan, after: ProcurementPlan) -> Differences:
    """What changed from one version to another, each value in words."""
    return compare(_values(before), _values(after))


def _values(plan: ProcurementPlan) -> dict[str, dict[str, Any]]:
    return {line.key: {name: getattr(line, name) for name in COMPARED} for line in lines_of(plan)}


def current_lines(buyers: Sequence[int], today: dt.date) -> QuerySet[PlanLine]:
    """Lines of approved plans from this month on that these buyers answer for."""
    rows = PlanLine.objects.unscoped(PLANNING).filter(buyer__in=buyers, plan__state="approved")
    return rows.filter(plan__year=today.year, month__gte=today.month) | rows.filter(plan__year__gt=today.year)

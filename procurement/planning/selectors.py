"""Reads for those who plan: what is open, grouped as it would be merged; who stands behind a demand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, ExpressionWrapper, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from procurement.planning.models import Demand, DemandLine
from procurement.planning.services import DEMAND, PLANNING
from procurement.requests.models import RequestLine
from procurement.requests.selectors import behind
from srm.catalog.models import Category, Item, Unit
from srm.core.money import Sum
from srm.people.models import Place
from srm.stock.models import StockLevel

KEY = ("item_id", "text_key", "key_category", "base_unit_id", "place_id")
WORTH = ExpressionWrapper(
    F("amount") * Decimal("1.0") * F("open_quantity") / F("base_quantity"),
    output_field=DecimalField(max_digits=24, decimal_places=6),
)


@dataclass(frozen=True)
class Group:
    """Open needs that would go together, whatever their dates: the board's row. `mark` names one of its lines."""

    mark: str
    item: Item | None
    what: str
    category: Category | None
    unit: Unit
    place: Place
    quantity: Decimal
    needs: int
    departments: int
    first: dt.date
    last: dt.date
    worth: Decimal
    free: Decimal = Decimal(0)

    @property
    def to_buy(self) -> Decimal:
        """What the own stock does not cover."""
        return self.quantity - self.free


@dataclass(frozen=True)
class Figures:
    """The board's sums over everything that fits the filters."""

    needs: int
    groups: int
    departments: int
    worth: Decimal
    first: dt.date | None


def keyed(lines: QuerySet[RequestLine]) -> QuerySet[RequestLine]:
    """Lines with the category that belongs to their key: only words without an item are told apart by it."""
    return lines.annotate(key_category=Case(When(item=None, then=F("category_id")), default=Value(None)))


def board(lines: QuerySet[RequestLine], most: int) -> list[Group]:
    """The groups with the earliest need first."""
    rows = (
        keyed(lines).order_by().values(*KEY)
        .annotate(
            mark=Min("public_id"), description=Min("description"), any_category=Min("category_id"),
            quantity=Sum("open_quantity", places=4), needs=Count("pk"),
            departments=Count("request__department", distinct=True), first=Min("need_by"), last=Max("need_by"),
            worth=Sum(WORTH),
        )
        .order_by("first", "-worth", "mark")[:most]
    )  # fmt: skip
    found = list(rows)
    items = Item.objects.select_related("category").in_bulk({row["item_id"] for row in found if row["item_id"]})
    units = Unit.objects.in_bulk({row["base_unit_id"] for row in found})
    places = Place.objects.in_bulk({row["place_id"] for row in found})
    categories = Category.objects.in_bulk({row["any_category"] for row in found if row["any_category"]})
    free = _free(found)
    return [_group(row, items, units, places, categories, free) for row in found]


def _group(
    row: dict[str, Any], items: dict[int, Item], units: dict[int, Unit], places: dict[int, Place],
    categories: dict[int, Category], free: dict[tuple[int, int], Decimal],
) -> Group:  # fmt: skip
    item = items.get(row["item_id"])
    return Group(
        row["mark"], item, str(item or row["description"]), categories.get(row["any_category"]),
        units[row["base_unit_id"]], places[row["place_id"]], row["quantity"], row["needs"], row["departments"],
        row["first"], row["last"], row["worth"],
        min(free.get((row["item_id"], row["place_id"]), Decimal(0)), row["quantity"]),
    )  # fmt: skip


def _free(rows: Sequence[dict[str, Any]]) -> dict[tuple[int, int], Decimal]:
    """Free stock of the board's items at the board's places."""
    items = {row["item_id"] for row in rows if row["item_id"]}
    levels = StockLevel.objects.unscoped(PLANNING).filter(
        item__in=items, warehouse__place__in={row["place_id"] for row in rows}, warehouse__is_active=True,
        item__is_service=False,
    )  # fmt: skip
    sums = (
        levels.order_by()
        .values_list("item", "warehouse__place")
        .annotate(free=Sum(F("on_hand") - F("reserved"), places=4))
    )
    return {(item, place): free for item, place, free in sums}


def figures(lines: QuerySet[RequestLine]) -> Figures:
    """What fits the filters, all in all."""
    total = lines.aggregate(
        needs=Count("pk"),
        departments=Count("request__department", distinct=True),
        worth=Sum(WORTH),
        first=Min("need_by"),
    )
    groups = keyed(lines).order_by().values(*KEY).distinct().count()
    return Figures(total["needs"], groups, total["departments"], total["worth"], total["first"])


def lines_of_groups(lines: QuerySet[RequestLine], marks: Iterable[str]) -> QuerySet[RequestLine]:
    """All of `lines` that belong to the groups named by one line each; a group that is gone selects nothing."""
    wanted = Q(pk=None)
    for line in keyed(lines).filter(public_id__in=list(marks)):
        same = Q(item_id=line.item_id, base_unit_id=line.base_unit_id, place_id=line.place_id)
        if line.item_id is None:
            same &= Q(text_key=line.text_key, category_id=line.category_id)
        wanted |= same
    return lines.filter(wanted)


# ------------------------------------------------------------------------------------------------ a demand


@dataclass(frozen=True)
class Behind:
    """Who stands behind a demand line: quantities by department, with their requests."""

    line: DemandLine
    shares: list[tuple[Any, Decimal, list[Any]]] = field(default_factory=list)


def shares_of(lines: Sequence[DemandLine]) -> list[Behind]:
    """For each demand line the departments behind it, the largest share first."""
    needs = behind(DEMAND, [line.pk for line in lines], "planned")
    found = []
    for line in lines:
        sums: dict[Any, Decimal] = defaultdict(Decimal)
        requests: dict[Any, dict[int, Any]] = defaultdict(dict)
        for need, quantity in needs.get(line.pk, []):
            sums[need.request.department] += quantity
            requests[need.request.department][need.request.pk] = need.request
        shares = [(one, sums[one], list(requests[one].values())) for one in sums]
        found.append(Behind(line, sorted(shares, key=lambda share: -share[1])))
    return found


def lines_of(demand: Demand) -> QuerySet[DemandLine]:
    """A demand's lines."""
    rows = DemandLine.objects.unscoped("lines of a demand the reader sees").filter(demand=demand)
    return rows.select_related("item", "category", "unit", "place", "demand")


def worth_of(demand: Demand) -> Decimal:
    """What the demand would cost by the last prices, or the requesters' estimates."""
    rows = DemandLine.objects.unscoped("figures of a demand the reader sees").filter(demand=demand)
    price = Coalesce(
        F("item__reference_price"), F("estimate"), output_field=DecimalField(max_digits=15, decimal_places=6)
    )
    return rows.aggregate(worth=Sum(F("quantity") * price))["worth"]

"""Reads for those who plan: what is open, grouped as it would be merged; who stands behind a demand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Max, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from procurement.planning import supply
from procurement.planning.beside import Paid, prices_of
from procurement.planning.grouping import USUAL, fields_of, keyed
from procurement.planning.models import Demand, DemandLine
from procurement.planning.offered import Offered, Wanted, of_lines, offered
from procurement.planning.services import DEMAND, PLANNING
from procurement.requests.models import RequestLine
from procurement.requests.selectors import behind
from srm.catalog.models import Category, Item, Unit
from srm.core.actor import Actor
from srm.core.money import Sum, real
from srm.people.models import LegalEntity, Place, User
from srm.stock.models import StockLevel
from srm.ui import formats
from suppliers.registry.models import Supplier

WORTH = ExpressionWrapper(
    real("amount") * F("open_quantity") / F("base_quantity"),
    output_field=DecimalField(max_digits=24, decimal_places=6),
)


@dataclass(frozen=True)
class Group:
    """Open needs that have the board's keys in common: its row. `mark` names one of its lines.

    What its needs do not have in common is None; `quantity` is 0 where their units differ.
    """

    mark: str
    item: Item | None
    what: str
    category: Category | None
    unit: Unit | None
    place: Place | None
    quantity: Decimal
    needs: int
    departments: int
    first: dt.date
    last: dt.date
    worth: Decimal
    free: Decimal = Decimal(0)
    on_order: Decimal = Decimal(0)
    supplier: Supplier | None = None
    month: dt.date | None = None
    buyer: User | None = None
    prices: Sequence[Paid] = ()
    offers: Sequence[Offered] = ()

    @property
    def name(self) -> str:
        """What its needs have in common, in words."""
        return self.what or ", ".join(self.also) or (str(self.category) if self.category else "") or _("Nothing known")

    @property
    def also(self) -> list[str]:
        """Category (where no item says it), supplier, month and buyer, as far as the board groups by them."""
        parts = [self.category if not self.what else None, self.supplier, self.buyer]
        month = [formats.month(self.month)] if self.month else []
        return [*(str(part) for part in parts if part), *month]

    @property
    def to_buy(self) -> Decimal:
        """What own stock and open orders do not cover."""
        return self.quantity - self.free - self.on_order


@dataclass(frozen=True)
class Figures:
    """The board's sums over everything that fits the filters."""

    needs: int
    groups: int
    departments: int
    worth: Decimal
    first: dt.date | None


def board(
    lines: QuerySet[RequestLine], most: int, keys: Sequence[str] = USUAL, entity: LegalEntity | None = None
) -> list[Group]:
    """The groups by these keys with the earliest need first; with `entity`, what its open orders bring for nobody."""
    rows = (
        keyed(lines, keys).order_by().values(*fields_of(keys))
        .annotate(
            mark=Min("public_id"), description=Min("description"), any_category=Min("category_id"),
            categories=Count("category_id", distinct=True), quantity=Sum("open_quantity", places=4), needs=Count("pk"),
            units=Count("base_unit_id", distinct=True), any_unit=Min("base_unit_id"),
            departments=Count("request__department", distinct=True), first=Min("need_by"), last=Max("need_by"),
            worth=Sum(WORTH),
        )
        .order_by("first", "-worth", "mark")[:most]
    )  # fmt: skip
    found = list(rows)
    known = _Known(found, entity)
    return [known.group(row, keys) for row in found]


class _Known:
    """What the rows of a board speak of, read once for all of them."""

    def __init__(self, rows: Sequence[dict[str, Any]], entity: LegalEntity | None) -> None:
        self.items = Item.objects.select_related("category").in_bulk(_all(rows, "item_id"))
        self.units = Unit.objects.in_bulk(_all(rows, "any_unit"))
        self.places = Place.objects.in_bulk(_all(rows, "place_id"))
        self.categories = Category.objects.in_bulk(_all(rows, "any_category"))
        self.suppliers = Supplier.objects.unscoped(PLANNING).in_bulk(_all(rows, "key_supplier"))
        self.buyers = User.objects.in_bulk(_all(rows, "key_buyer"))
        placed = [row for row in rows if row.get("item_id") and row.get("place_id")]
        self.free = _free(placed)
        self.coming = supply.coming(entity, _all(placed, "item_id"), _all(placed, "place_id")) if entity else {}

    def group(self, row: dict[str, Any], keys: Sequence[str]) -> Group:
        """One row of the board."""
        item = self.items.get(row.get("item_id") or 0)
        one_unit, key = row["units"] == 1, (row.get("item_id") or 0, row.get("place_id") or 0)
        free = min(self.free.get(key, Decimal(0)), row["quantity"])
        # Only what comes before the first of its needs surely serves them.
        coming = sum((quantity for day, quantity in self.coming.get(key, ()) if day <= row["first"]), Decimal(0))
        return Group(
            row["mark"], item, str(item or row["description"]) if "item" in keys else "",
            self.categories.get(row["any_category"]) if row["categories"] == 1 else None,
            self.units[row["any_unit"]] if one_unit else None, self.places.get(row.get("place_id") or 0),
            row["quantity"] if one_unit else Decimal(0), row["needs"], row["departments"], row["first"], row["last"],
            row["worth"], free, min(coming, row["quantity"] - free), self.suppliers.get(row.get("key_supplier") or 0),
            row.get("key_month"), self.buyers.get(row.get("key_buyer") or 0),
        )  # fmt: skip


def _all(rows: Sequence[dict[str, Any]], name: str) -> set[Any]:
    return {row[name] for row in rows if row.get(name)}


def with_prices(groups: Sequence[Group], actor: Actor) -> list[Group]:
    """The groups with the last prices paid for their items."""
    prices = prices_of({group.item.pk for group in groups if group.item}, actor)
    return [replace(group, prices=prices.get(group.item.pk, ())) if group.item else group for group in groups]


def with_offers(groups: Sequence[Group], entity: LegalEntity | None, actor: Actor) -> list[Group]:
    """The groups with what suppliers offer for what is to be bought of them."""
    if entity is None:
        return list(groups)
    wanted = [
        Wanted(group.mark, group.item.pk, group.to_buy, entity.pk) for group in groups if group.item and group.unit
    ]
    found = offered(wanted, actor)
    return [replace(group, offers=found.get(group.mark, ())) for group in groups]


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
    groups = keyed(lines).order_by().values(*fields_of(USUAL)).distinct().count()
    return Figures(total["needs"], groups, total["departments"], total["worth"], total["first"])


# ------------------------------------------------------------------------------------------------ a demand


@dataclass(frozen=True)
class Behind:
    """Who stands behind a demand line: quantities by department, with their requests."""

    line: DemandLine
    shares: list[tuple[Any, Decimal, list[Any]]] = field(default_factory=list)
    prices: Sequence[Paid] = ()
    offers: Sequence[Offered] = ()


def shares_of(lines: Sequence[DemandLine], actor: Actor) -> list[Behind]:
    """For each demand line the departments behind it, the largest share first; what was paid, what is offered."""
    offers = of_lines(lines, actor)
    prices = prices_of({line.item_id for line in lines if line.item_id}, actor)
    needs = behind(DEMAND, [line.pk for line in lines], "planned")
    found = []
    for line in lines:
        sums: dict[Any, Decimal] = defaultdict(Decimal)
        requests: dict[Any, dict[int, Any]] = defaultdict(dict)
        for need, quantity in needs.get(line.pk, []):
            sums[need.request.department] += quantity
            requests[need.request.department][need.request.pk] = need.request
        shares = [(one, sums[one], list(requests[one].values())) for one in sums]
        paid = prices.get(line.item_id or 0, ())
        found.append(Behind(line, sorted(shares, key=lambda share: -share[1]), paid, offers.get(line.pk, ())))
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

"""Reading items at suppliers: the best offers of many lines at once, and what the catalog shows of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Prefetch, Q, QuerySet, Value, When

from srm.catalog.duplicates.registry import match_keys
from srm.catalog.models import Item
from srm.catalog.prices import KnownPrice, price_source
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput
from srm.core.rates import rate
from suppliers.items import drawing, offers
from suppliers.items.models import Standing, SupplierItem, SupplierPrice
from suppliers.items.offers import Need, Offer, PriceRow
from suppliers.registry.lifecycle import SupplierState
from suppliers.registry.models import Supplier

AT_ONCE = 5000
WHY = "duplicates are looked for among all items"
WITH = "prices follow the article that was read"
BUYABLE = (Standing.APPROVED, Standing.PREFERRED)
_ROW = (
    "id", "supplier_item_id", "supplier_item__supplier_id", "supplier_item__item_id", "supplier_item__factor",
    "supplier_item__min_quantity", "step", "supplier_item__lead_days", "supplier_item__standing", "basis",
    "from_quantity", "price", "currency", "valid_from", "valid_to", "max_quantity", "max_amount",
    "agreement", "total_quantity", "total_amount",
)  # fmt: skip


def offers_for(needs: Sequence[Need], *, actor: Actor) -> dict[Any, list[Offer]]:
    """For each need its offers, the best first; one query for five thousand items, whatever the number of needs."""
    return offers.offers(needs, price_rows(needs, actor=actor), _worth(clock.today())) if needs else {}


def price_rows(needs: Sequence[Need], *, actor: Actor) -> list[PriceRow]:
    """The prices that hold on the days of the needs, with what of limited agreements was bought already."""
    days = [need.on for need in needs]
    rows: list[PriceRow] = []
    wanted = sorted({need.item_id for need in needs})
    for start in range(0, len(wanted), AT_ONCE):
        some = _valid(actor, min(days), max(days)).filter(supplier_item__item_id__in=wanted[start : start + AT_ONCE])
        rows += [PriceRow(*values) for values in some.values_list(*_ROW)]
    return drawing.with_drawn(rows)


def _valid(actor: Actor, first: dt.date, last: dt.date) -> QuerySet:
    """Prices that can be bought at on some day between two; packs are sold whole unless a step is given."""
    rows = SupplierPrice.objects.visible_to(actor).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=first), valid_from__lte=last,
        supplier_item__standing__in=BUYABLE, supplier_item__supplier__state=SupplierState.ACTIVE,
    )  # fmt: skip
    step = Case(
        When(supplier_item__multiple__gt=0, then=F("supplier_item__multiple")),
        When(supplier_item__unit=F("supplier_item__item__base_unit"), then=None),
        default=Value(Decimal(1)), output_field=SupplierItem._meta.get_field("multiple"),
    )  # fmt: skip
    return rows.annotate(step=step)


def _worth(day: dt.date) -> Any:
    known: dict[str, Decimal | None] = {}

    def worth(currency: str) -> Decimal | None:
        if currency not in known:
            try:
                known[currency] = rate(currency, settings.BASE_CURRENCY, day)
            except InvalidInput:
                known[currency] = None
        return known[currency]

    return worth


@price_source
def prices_for_catalog(items: Sequence[Item]) -> dict[int, KnownPrice]:
    """What pickers and forms show as an item's price: the best offer for one base unit today, if there is one.

    Asked as the system: a requester sees what a thing costs, not who sells it.
    """
    today = clock.today()
    needs = [Need(item.pk, item.pk, Decimal(1), today) for item in items]
    found = offers_for(needs, actor=SYSTEM)
    return {
        key: KnownPrice(some[0].unit_price, some[0].row.currency, some[0].row.lead_days, some[0].is_agreed)
        for key, some in found.items()
        if some
    }


@match_keys
def suppliers_numbers() -> QuerySet:
    """Two items that one supplier sells under one number are probably one."""
    rows = SupplierItem.objects.unscoped(WHY).exclude(article="").order_by()
    return rows.values_list("item_id", "supplier__code", "article")


def sold_of(actor: Actor, *, item: Item | None = None, supplier: Supplier | None = None) -> QuerySet[SupplierItem]:
    """Items at suppliers of one item or of one supplier, the preferred first, with what their lines show."""
    rows = SupplierItem.objects.visible_to(actor).select_related("supplier", "item__base_unit", "unit")
    if item is not None:
        rows = rows.filter(item=item)
    if supplier is not None:
        rows = rows.filter(supplier=supplier)
    first = Case(*(When(standing=one, then=Value(place)) for place, one in enumerate(_ORDER)), default=Value(9))
    return with_prices(rows.annotate(first=first).order_by("first", "supplier__name", "article", "pk"))


_ORDER = (Standing.PREFERRED, Standing.APPROVED, Standing.PROPOSED, Standing.STOPPED)


def prices_of(row: SupplierItem, actor: Actor) -> QuerySet[SupplierPrice]:
    """All its prices, those of the past and of the future among them."""
    rows = SupplierPrice.objects.visible_to(actor).filter(supplier_item=row)
    return rows.order_by("-valid_from", "basis", "from_quantity")


def with_prices(rows: QuerySet) -> QuerySet:
    """The same rows with their prices, in one query more."""
    return rows.prefetch_related(
        Prefetch("prices", SupplierPrice.objects.unscoped(WITH).order_by("basis", "valid_from", "from_quantity"))
    )


def prices_now(row: SupplierItem, day: dt.date | None = None) -> list[SupplierPrice]:
    """The prices of a row that hold on a day, agreed ones if there are any, by quantity."""
    when = day or clock.today()
    holding = [
        one for one in row.prices.all() if one.valid_from <= when and (one.valid_to is None or when <= one.valid_to)
    ]
    agreed = [one for one in holding if one.basis == SupplierPrice.Basis.AGREED]
    latest: dict[Decimal, SupplierPrice] = {}
    for one in sorted(agreed or holding, key=lambda one: (one.from_quantity, one.valid_from)):
        latest[one.from_quantity] = one
    return list(latest.values())


def by_suppliers_article(supplier: Supplier, articles: Iterable[str], *, actor: Actor) -> dict[str, SupplierItem]:
    """Our items behind a supplier's own articles, as his papers name them."""
    rows = SupplierItem.objects.visible_to(actor).filter(supplier=supplier, article__in=set(articles) - {""})
    return {row.article: row for row in rows.select_related("item__base_unit", "unit")}

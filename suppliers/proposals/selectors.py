"""Reading proposals: beside the prices they would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet

from srm.catalog.models import Item, Unit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.rates import to_currency
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.proposals.models import PriceProposal, PriceProposalLine

WHY = "lines of a proposal that the caller has read"
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Compared:
    """A proposed price beside the present one; `percent` by which it rises, None where that cannot be told.

    `in_base` is the proposed price in the base currency. `large` rises need somebody who may accept them.
    """

    line: PriceProposalLine
    item: Item | None
    present: SupplierPrice | None
    percent: Decimal | None
    in_base: Decimal | None
    large: bool

    @property
    def unit(self) -> Unit | None:
        """What the price is for."""
        return self.line.sold_by


def lines_of(proposal: PriceProposal) -> QuerySet[PriceProposalLine]:
    """The lines, in the order in which articles are locked when they are accepted."""
    rows = PriceProposalLine.objects.unscoped(WHY).filter(proposal=proposal)
    prices = SupplierPrice.objects.unscoped(WHY).order_by("valid_from", "from_quantity")
    return (
        rows.select_related("supplier_item__item__base_unit", "supplier_item__unit", "unit")
        .prefetch_related(Prefetch("supplier_item__prices", prices))
        .order_by("supplier_item_id", "valid_from", "pk")
    )


def compared(proposal: PriceProposal, actor: Actor) -> list[Compared]:
    """Every line beside the present price, with our item behind its number as far as the actor may see it."""
    lines, today = list(lines_of(proposal)), clock.today()
    items = items_behind(lines, actor)
    return [_compared(line, items.get(line.our_article), today) for line in lines]


def items_behind(lines: Sequence[PriceProposalLine], actor: Actor) -> dict[str, Item]:
    """Our active items by the numbers typed for new articles."""
    asked = {line.our_article for line in lines if line.supplier_item_id is None}
    rows = Item.objects.visible_to(actor).filter(article__in=asked, state="active")
    return {row.article: row for row in rows.select_related("base_unit")} if asked else {}


def _compared(line: PriceProposalLine, found: Item | None, today: dt.date) -> Compared:
    present = present_price(line, today)
    new, old = _in_base(line.price, line.currency, today), None
    if present is not None:
        old = _in_base(present.price, present.currency, today)
    percent = (new / old - 1) * HUNDRED if new is not None and old else None
    # A rise that cannot be reckoned, for want of a rate, is judged like a large one.
    large = present is not None and (percent is None or percent > settings.PRICE_RISE_PERCENT)
    return Compared(line, line.item or found, present, percent, new, large)


def present_price(line: PriceProposalLine, today: dt.date) -> SupplierPrice | None:
    """The price that the line would take the place of: of the largest quantity reached, holding on its day.

    When none holds on that day the latest one before it counts: a list that has run out still tells a rise.
    """
    if line.supplier_item is None:
        return None
    day = max(line.valid_from, today)
    same = [
        one for one in line.supplier_item.prices.all()
        if one.basis == line.basis and one.agreement == line.agreement and one.valid_from <= day
        and one.from_quantity <= line.from_quantity
    ]  # fmt: skip
    holding = [one for one in same if one.valid_to is None or one.valid_to >= day]
    if holding:
        return max(holding, key=lambda one: (one.from_quantity, one.valid_from))
    return max(same, key=lambda one: (one.valid_from, one.from_quantity), default=None)


def _in_base(price: Decimal, currency: str, day: dt.date) -> Decimal | None:
    try:
        return to_currency(price, currency, settings.BASE_CURRENCY, day)
    except InvalidInput:
        return None


def counted(rows: QuerySet[PriceProposal]) -> QuerySet[PriceProposal]:
    """With the number of their lines."""
    return rows.select_related("supplier").annotate(line_count=Count("lines"))


def own_articles(actor: Actor, text: str = "", show: str = "") -> QuerySet[SupplierItem]:
    """What the actor's firm sells, with all its prices; `show` is "", "agreed" or "unpriced"."""
    rows = SupplierItem.objects.visible_to(actor).select_related("item__base_unit", "unit")
    if not actor.is_supplier:
        return rows.none()
    if text:
        rows = rows.search(text)
    today = clock.today()
    holds = Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
    now = SupplierPrice.objects.visible_to(actor).filter(holds)
    if show == "agreed":
        rows = rows.filter(pk__in=now.filter(basis=SupplierPrice.Basis.AGREED).values("supplier_item_id"))
    if show == "unpriced":
        rows = rows.exclude(pk__in=now.values("supplier_item_id"))
    coming = SupplierPrice.objects.unscoped(WHY).filter(Q(valid_to=None) | Q(valid_to__gte=today))
    prices = Prefetch("prices", coming.order_by("basis", "valid_from", "from_quantity"))
    return rows.order_by("item__article", "article", "pk").prefetch_related(prices)

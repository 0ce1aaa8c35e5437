"""What orders buy under agreed prices, and that it stays within what an agreement holds in all.

A line draws on an agreed price when it is ordered of that supplier, for that item, in that currency, at just that price
per base unit while the price holds: of orders written by hand, from a demand or by the shop. What a tender awarded, or
an import brought, has its own price and draws on nothing. Drafts count for what is offered, so that two buyers do
not plan with the same rest; what may be approved is measured by what was approved before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.core.money import Sum, cents, real
from srm.ui import formats
from suppliers.items import drawing
from suppliers.items.drawing import Drawn, Key, drawn_source
from suppliers.items.models import SupplierPrice
from suppliers.items.offers import AGREED, STEP

WHY = "what an agreement holds is counted over all orders, whoever may see them"
UNDONE = (OrderState.DRAFT, OrderState.CANCELLED)
# A price per base unit is written with six decimals; what rounds to the same is the same.
SAME = Decimal("0.000001")


@drawn_source
def bought(articles: Collection[int]) -> dict[Key, Drawn]:
    """What all orders but cancelled ones have under agreed prices of these articles."""
    return _sums(_drawing(articles).exclude(order__state=OrderState.CANCELLED))


def mark(order: PurchaseOrder) -> None:
    """Say for each line of a draft which agreed price it draws on, if any."""
    lines = list(order.lines.all())
    known = _agreed_prices(order, {line.item_id for line in lines if line.item_id})
    if not known and not any(line.agreed_price_id for line in lines):
        return
    for line in lines:
        line.agreed_price = _drawn_on(line, known.get(line.item_id or 0, ()))
    OrderLine.objects.unscoped(WHY).bulk_update(lines, ["agreed_price"])


def refuse_beyond(order: PurchaseOrder) -> None:
    """Under the lock of the prices: what the order takes of limited agreements is still there.

    Raises:
        RuleBroken: of one or more agreements less is left; each with what is left.
    """
    own = OrderLine.objects.unscoped(WHY).filter(order=order, agreed_price__isnull=False)
    lines = list(own.select_related("agreed_price__supplier_item__unit", "item"))
    limited = [line for line in lines if _limited(line.agreed_price)]
    if not limited:
        return
    drawing.hold({line.item_id for line in limited if line.item_id})
    articles = {line.agreed_price.supplier_item_id for line in limited if line.agreed_price}
    before = _sums(_drawing(articles).exclude(order__state__in=UNDONE).exclude(order=order))
    asked = _sums(own.filter(pk__in=[line.pk for line in limited]))
    prices = {_key(line.agreed_price): line.agreed_price for line in limited if line.agreed_price}
    reasons = [
        reason
        for key, price in prices.items()
        if (reason := _beyond(price, before.get(key, drawing.NOTHING), asked.get(key, drawing.NOTHING)))
    ]
    if reasons:
        raise RuleBroken(reasons)


# -- inside ------------------------------------------------------------------


def _drawing(articles: Collection[int]) -> QuerySet[OrderLine]:
    return OrderLine.objects.unscoped(WHY).filter(agreed_price__supplier_item__in=articles)


def _sums(lines: QuerySet[OrderLine]) -> dict[Key, Drawn]:
    """By article, agreement and currency what these lines take, less what was given up of them."""
    rest = F("base_quantity") - F("cut_quantity")
    worth = real("net") * rest / F("base_quantity")
    rows = lines.order_by().values_list(
        "agreed_price__supplier_item", "agreed_price__agreement", "agreed_price__currency",
        "agreed_price__supplier_item__factor",
    )  # fmt: skip
    summed = rows.annotate(base=Sum(rest), worth=Sum(worth))
    return {
        (article, agreement, currency): Drawn((base / factor).quantize(STEP), cents(net))
        for article, agreement, currency, factor, base, net in summed
    }


def _agreed_prices(order: PurchaseOrder, items: Collection[int]) -> dict[int, list[SupplierPrice]]:
    """The agreed prices of the order's supplier that hold today, by item."""
    today = clock.today()
    rows = SupplierPrice.objects.unscoped(WHY).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), basis=AGREED, valid_from__lte=today, currency=order.currency,
        supplier_item__supplier=order.supplier_id, supplier_item__item__in=items,
    )  # fmt: skip
    found: dict[int, list[SupplierPrice]] = defaultdict(list)
    for price in rows.select_related("supplier_item").order_by("-from_quantity", "-valid_from", "-pk") if items else ():
        found[price.supplier_item.item_id].append(price)
    return found


def _drawn_on(line: OrderLine, prices: Iterable[SupplierPrice]) -> SupplierPrice | None:
    """The price, that of the largest quantity first, that the line is ordered at."""
    paid = line.price * line.quantity / (line.price_basis * line.base_quantity)
    for price in prices:
        article = price.supplier_item
        reached = line.base_quantity >= price.from_quantity * article.factor
        if reached and abs(price.price / article.factor - paid) < SAME:
            return price
    return None


def _limited(price: SupplierPrice | None) -> bool:
    return price is not None and (price.total_quantity is not None or price.total_amount is not None)


def _key(price: SupplierPrice) -> Key:
    return price.supplier_item_id, price.agreement, price.currency


def _beyond(price: SupplierPrice, before: Drawn, asked: Drawn) -> str:
    words = {"agreement": price.agreement or price.supplier_item, "item": price.supplier_item.item}
    if price.total_quantity is not None and before.quantity + asked.quantity > price.total_quantity:
        left = formats.quantity(max(price.total_quantity - before.quantity, Decimal(0)), price.supplier_item.unit)
    elif price.total_amount is not None and before.amount + asked.amount > price.total_amount:
        left = formats.money(max(price.total_amount - before.amount, Decimal(0)), price.currency)
    else:
        return ""
    return _("Of “%(item)s” the agreement %(agreement)s has only %(left)s left. Order less, or at another price.") % {
        **words, "left": left
    }  # fmt: skip

"""Tables of items at suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.ui import formats, tables
from suppliers.items.drawing import Drawn
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.items.offers import Offer
from suppliers.items.selectors import prices_now


def price_line(row: SupplierItem) -> str:
    """Today's prices in one line: "10.00 €, from 50: 9.20 €"."""
    parts = []
    for one in prices_now(row):
        price = formats.price(one.price, one.currency)
        if one.from_quantity > (row.min_quantity or 0):
            quantity = formats.quantity(one.from_quantity)
            price = _("from %(quantity)s: %(price)s") % {"quantity": quantity, "price": price}
        parts.append(price)
    return ", ".join(parts)


def sold_by(row: SupplierItem) -> str:
    """The unit, and what it holds: "box (200 pc)"."""
    if row.unit_id == row.item.base_unit_id:
        return str(row.unit)
    return f"{row.unit} ({formats.quantity(row.factor)} {row.item.base_unit})"


def total_line(price: SupplierPrice) -> str:
    """What may be bought at it in all orders together: "500 box, 6,000.00 EUR"."""
    parts = []
    if price.total_quantity is not None:
        parts.append(formats.quantity(price.total_quantity, price.supplier_item.unit))
    if price.total_amount is not None:
        parts.append(formats.money(price.total_amount, price.currency))
    return ", ".join(parts)


def drawn_line(price: SupplierPrice, drawn: Drawn) -> str:
    """What of it was bought already: "bought 340 box, 4,080.00 EUR"."""
    words = {
        "quantity": formats.quantity(drawn.quantity, price.supplier_item.unit),
        "amount": formats.money(drawn.amount, price.currency),
    }
    return _("bought %(quantity)s, %(amount)s") % words


class SupplierItemTable(tables.Table):
    item = tables.TextColumn()
    supplier = tables.LinkColumn()
    article = tables.TextColumn(hint="name")
    sold_by = tables.TextColumn(gettext_lazy("Sold by"), accessor=sold_by)
    prices = tables.TextColumn(gettext_lazy("Prices today"), accessor=price_line)
    lead_days = tables.NumberColumn(gettext_lazy("Days"))
    standing = tables.ChoiceColumn()
    min_quantity = tables.QuantityColumn(unit="unit")
    multiple = tables.QuantityColumn(unit="unit")
    updated_at = tables.DateColumn(sort="changed")

    class Meta:
        model = SupplierItem
        hidden: tuple[str, ...] = ("min_quantity", "multiple", "updated_at")


class OfItemTable(SupplierItemTable):
    """Who sells an item."""

    class Meta(SupplierItemTable.Meta):
        hidden = ("item", "updated_at")


class OfSupplierTable(SupplierItemTable):
    """What a supplier sells."""

    class Meta(SupplierItemTable.Meta):
        hidden = ("supplier", "min_quantity", "multiple", "updated_at")


class PriceTable(tables.Table):
    from_quantity = tables.QuantityColumn(unit="supplier_item.unit")
    price = tables.PriceColumn()
    basis = tables.ChoiceColumn()
    valid_from = tables.DateColumn()
    valid_to = tables.DateColumn()
    agreement = tables.TextColumn()
    max_quantity = tables.QuantityColumn(unit="supplier_item.unit")
    max_amount = tables.MoneyColumn()
    total = tables.TextColumn(gettext_lazy("In all"), accessor=total_line, hint="drawn_line")

    class Meta:
        model = SupplierPrice


class OfferTable(tables.Table):
    """Offers for a quantity, the best first."""

    supplier = tables.TextColumn(gettext_lazy("Supplier"))
    ordered = tables.TextColumn(gettext_lazy("Ordered"))
    price = tables.TextColumn(gettext_lazy("Price"), hint="basis")
    total = tables.MoneyColumn(gettext_lazy("Total"))
    lead_days = tables.NumberColumn(gettext_lazy("Days"))
    hint = tables.TextColumn(gettext_lazy("Next price"))


def offer_rows(offers: Sequence[Offer], sold: Sequence[SupplierItem]) -> list[dict[str, Any]]:
    """Offers as the table shows them, beside the rows they are of."""
    known = {row.pk: row for row in sold}
    found = []
    for offer in offers:
        row = known.get(offer.row.supplier_item_id)
        if row is not None:
            found.append(
                {
                    "supplier": str(row.supplier), "ordered": formats.quantity(offer.quantity, row.unit),
                    "price": formats.price(offer.row.price, offer.row.currency), "total": offer.total,
                    "currency": offer.row.currency, "lead_days": offer.row.lead_days, "hint": _next_price(offer, row),
                    "basis": _("agreed") if offer.is_agreed else "",
                }
            )  # fmt: skip
    return found


def _next_price(offer: Offer, row: SupplierItem) -> str:
    if offer.more is None or offer.next_price is None:
        return ""
    values = {
        "more": formats.quantity(offer.more, row.unit), "price": formats.price(offer.next_price, offer.row.currency)
    }  # fmt: skip
    return _("%(more)s more: %(price)s") % values

"""Tables of the shop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.shop.models import ShopChoice, ShopRule
from procurement.shop.selectors import agreed_prices, in_base
from srm.catalog.pictures.tables import PictureColumn
from srm.ui import formats, tables
from suppliers.items.models import SupplierItem
from suppliers.items.tables import sold_by


def agreed_line(row: SupplierItem) -> str:
    """Its agreed prices in one line: "10.00 €, from 50: 9.20 €"."""
    parts = []
    for one in agreed_prices(row):
        price = formats.price(one.price, one.currency)
        if one.from_quantity > (row.min_quantity or 0):
            quantity = formats.quantity(one.from_quantity)
            price = _("from %(quantity)s: %(price)s") % {"quantity": quantity, "price": price}
        parts.append(price)
    return ", ".join(parts)


def base_price(row: SupplierItem) -> Any:
    """The first agreed price in the base currency, "" when no rate is known."""
    prices = agreed_prices(row)
    found = in_base(prices[0].price, prices[0].currency) if prices else None
    return "" if found is None else formats.price(found, settings.BASE_CURRENCY)


def until(row: SupplierItem) -> Any:
    """The first day on which one of its prices ends."""
    return min((one.valid_to for one in agreed_prices(row) if one.valid_to), default=None)


class ShopTable(tables.Table):
    item = tables.TextColumn(hint="item.category.name")
    picture = PictureColumn(gettext_lazy("Picture"), item="item")
    base_price = tables.TextColumn(gettext_lazy("Price"), accessor=base_price)
    prices = tables.TextColumn(gettext_lazy("Agreed prices"), accessor=agreed_line)
    sold_by = tables.TextColumn(gettext_lazy("Sold by"), accessor=sold_by)
    supplier = tables.TextColumn(accessor="supplier.name")
    lead_days = tables.NumberColumn(gettext_lazy("Days"))
    until = tables.DateColumn(gettext_lazy("Valid until"), accessor=until)
    min_quantity = tables.QuantityColumn(unit="unit")
    multiple = tables.QuantityColumn(unit="unit")

    class Meta:
        model = SupplierItem
        hidden = ("min_quantity", "multiple")


class ChoiceTable(tables.Table):
    line = tables.TextColumn(gettext_lazy("Item"), accessor="line.what")
    supplier = tables.TextColumn(gettext_lazy("Supplier"), accessor="article.supplier.name")
    quantity = tables.QuantityColumn(unit="article.unit")
    price = tables.PriceColumn(gettext_lazy("Agreed price"))
    agreement = tables.TextColumn()
    order = tables.TextColumn(accessor="order.number", hint="why_left")

    class Meta:
        model = ShopChoice


class RuleTable(tables.Table):
    legal_entity = tables.TextColumn()
    is_on = tables.FlagColumn(yes=gettext_lazy("on"), no=gettext_lazy("off"))
    most_amount = tables.MoneyColumn(currency="legal_entity.currency")
    sends = tables.FlagColumn(yes=gettext_lazy("at once"), no=gettext_lazy("by the buyer"))
    buyer = tables.TextColumn(accessor="buyer.name")

    class Meta:
        model = ShopRule

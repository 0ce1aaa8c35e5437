"""Tables of opened offers."""

from django.utils.translation import gettext_lazy as _

from procurement.bids.models import BidLine
from srm.ui import tables


class BidLineTable(tables.Table):
    """An offer's lines."""

    what = tables.TextColumn(_("Item"), accessor="lot_line.what", hint="note")
    quantity = tables.QuantityColumn(unit="lot_line.unit")
    price = tables.PriceColumn(currency=None)
    price_basis = tables.NumberColumn()
    net = tables.MoneyColumn(currency=None)
    landed = tables.MoneyColumn(_("With freight"), currency=None)
    deliver_on = tables.DateColumn()
    need_by = tables.DateColumn(_("Needed by"), accessor="lot_line.need_by")

    class Meta:
        model = BidLine

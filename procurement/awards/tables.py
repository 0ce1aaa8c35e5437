"""Tables of awards."""

from django.utils.translation import gettext_lazy as _

from procurement.awards.models import Award, AwardLine
from srm.ui import tables


class AwardTable(tables.Table):
    """The list."""

    title = tables.TextColumn(_("Tender"), accessor="tender.title", hint="number")
    state = tables.StateColumn()
    total = tables.MoneyColumn()
    saving_part = tables.PercentColumn(_("Below baseline"))
    created_by = tables.TextColumn(_("Proposed by"), accessor="created_by.name")
    created_at = tables.DateColumn(_("Proposed"), sort="created")

    class Meta:
        model = Award


class AwardLineTable(tables.Table):
    """Who delivers what."""

    what = tables.TextColumn(_("Item"), accessor="lot_line.what", hint="lot_line.lot.title")
    supplier = tables.LinkColumn(_("Supplier"))
    quantity = tables.QuantityColumn(unit="lot_line.unit")
    price = tables.PriceColumn(
        _("Price per unit"), accessor=lambda row: row.bid_line.price / row.bid_line.price_basis, currency=None
    )
    net = tables.MoneyColumn(currency=None)
    landed = tables.MoneyColumn(_("With freight"), currency=None)
    deliver_on = tables.DateColumn(_("Delivery"), accessor="bid_line.deliver_on")

    class Meta:
        model = AwardLine
        hidden = ("net",)

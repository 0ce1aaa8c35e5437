"""Tables of tenders."""

from django.utils.translation import gettext_lazy as _

from procurement.tenders.models import Invitation, LotLine, Tender
from srm.ui import tables


class TenderTable(tables.Table):
    """The list."""

    title = tables.TextColumn(hint="number")
    state = tables.StateColumn()
    deadline = tables.TimeColumn()
    category = tables.TextColumn()
    buyer = tables.TextColumn(accessor="buyer.name")
    line_count = tables.NumberColumn(_("Lines"))
    asked = tables.NumberColumn(_("Suppliers asked"))
    method = tables.ChoiceColumn()
    currency = tables.TextColumn()
    created_at = tables.DateColumn(sort="created")

    class Meta:
        model = Tender
        hidden = ("method", "currency", "created_at")


class LotLineTable(tables.Table):
    """What is asked for."""

    what = tables.TextColumn(_("Item"), hint="note")
    quantity = tables.QuantityColumn(unit="unit")
    need_by = tables.DateColumn()
    place = tables.TextColumn()
    baseline = tables.PriceColumn(currency=None)
    baseline_net = tables.MoneyColumn(_("At the baseline"), currency=None)

    class Meta:
        model = LotLine


class InvitationTable(tables.Table):
    """Who was asked; never who has answered with an offer."""

    supplier = tables.LinkColumn(hint="contact")
    sent_at = tables.TimeColumn()
    seen_at = tables.TimeColumn()
    declined_at = tables.TimeColumn(hint="decline_reason")

    class Meta:
        model = Invitation

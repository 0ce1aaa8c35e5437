"""Tables of requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest, RequestLine
from srm.ui import tables


class RequestTable(tables.Table):
    title = tables.TextColumn(_("Request"), hint="number")
    department = tables.TextColumn(accessor="department.name")
    requester = tables.TextColumn(accessor="requester.name")
    need_by = tables.DateColumn()
    line_count = tables.NumberColumn()
    total = tables.MoneyColumn()
    state = tables.StateColumn(_("State"))
    route = tables.ChoiceColumn()
    sent_on = tables.DateColumn()
    created = tables.TimeColumn(_("Made"), accessor="created_at")

    class Meta:
        model = PurchaseRequest
        hidden = ("line_count", "route", "sent_on", "created")


class LineTable(tables.Table):
    """Lines before anything was decided."""

    what = tables.TextColumn(_("Item"), hint="note")
    quantity = tables.QuantityColumn(unit="unit")
    need_by = tables.DateColumn()
    place = tables.TextColumn(accessor="place.name")
    cost_center = tables.TextColumn(accessor="cost_center.code")
    estimate = tables.PriceColumn(currency=None)
    amount = tables.MoneyColumn()
    state = tables.StateColumn()

    class Meta:
        model = RequestLine

"""Tables of proposed substitutes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.substitutes.models import SubstituteProposal
from srm.ui import tables


class SubstituteTable(tables.Table):
    request = tables.TextColumn(_("Request"), accessor=lambda row: row.line.request.number or row.line.request.title)
    asked_for = tables.TextColumn(wide=True)
    base_quantity = tables.QuantityColumn(unit="base_unit")
    item = tables.LinkColumn()
    quantity = tables.QuantityColumn(unit="unit")
    amount = tables.MoneyColumn()
    outcome = tables.ChoiceColumn()
    created_by = tables.TextColumn()
    created_at = tables.DateColumn(sort="created")
    reason = tables.TextColumn()
    answer = tables.TextColumn()

    class Meta:
        model = SubstituteProposal
        hidden = ("reason", "answer")

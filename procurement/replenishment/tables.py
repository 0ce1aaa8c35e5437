"""Tables of rules and proposals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.replenishment.models import Proposal, ReorderRule
from procurement.replenishment.words import reason
from srm.ui import tables


class RuleTable(tables.Table):
    item = tables.TextColumn(accessor="item.article", hint="item.name")
    warehouse = tables.TextColumn(accessor="warehouse.code", hint="warehouse.name")
    point = tables.QuantityColumn(unit="item.base_unit")
    target = tables.QuantityColumn(unit="item.base_unit")
    multiple = tables.QuantityColumn(unit=None)
    method = tables.ChoiceColumn()
    lead_days = tables.NumberColumn()
    cost_center = tables.TextColumn(accessor="cost_center.code")
    is_active = tables.FlagColumn(yes="", no=_("closed"))

    class Meta:
        model = ReorderRule
        hidden: tuple[str, ...] = ("multiple",)


class ProposalTable(tables.Table):
    item = tables.TextColumn(_("Item"), accessor="rule.item.article", hint="rule.item.name")
    warehouse = tables.TextColumn(_("Warehouse"), accessor="rule.warehouse.code")
    quantity = tables.QuantityColumn(unit="rule.item.base_unit")
    why = tables.TextColumn(_("Why"), accessor=reason, wide=True)
    day = tables.DateColumn()
    request = tables.TextColumn(accessor="request.title")
    set_aside = tables.TextColumn()

    class Meta:
        model = Proposal
        hidden: tuple[str, ...] = ("request", "set_aside")

"""Rules and proposals as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.replenishment.models import Proposal, ReorderRule
from procurement.replenishment.words import reason
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class RuleSheet(Sheet):
    """What is kept how full."""

    model = ReorderRule
    columns = [
        Col("warehouse", _("Warehouse"), source="warehouse.code"),
        Col("article", _("Article"), source="item.article"),
        Col("name", _("Name"), source="item.name", way="out"),
        Col("point", kind="quantity"),
        Col("target", kind="quantity"),
        Col("multiple", kind="quantity"),
        Col("method", kind="choice"),
        Col("order_cost", kind="amount"),
        Col("holding_percent", kind="decimal"),
        Col("lead_days", kind="whole"),
        Col("cost_center", _("Cost centre"), source="cost_center.code"),
    ]


class ProposalSheet(Sheet):
    """What should be ordered, and why."""

    model = Proposal
    joins = ("rule__item__base_unit",)
    columns = [
        Col("day", kind="date", way="out"),
        Col("warehouse", _("Warehouse"), source="rule.warehouse.code", way="out"),
        Col("article", _("Article"), source="rule.item.article", way="out"),
        Col("name", _("Name"), source="rule.item.name", way="out"),
        Col("quantity", kind="quantity", way="out"),
        Col("unit", _("Unit"), source="rule.item.base_unit.symbol", way="out"),
        Col("why", _("Why"), source=reason, way="out"),
    ]

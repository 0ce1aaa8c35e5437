"""The matrix in words: names of criteria, how their measures read, what a quadrant asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from srm.ui import formats


def _days(value: float) -> str:
    return ngettext("%d day", "%d days", round(value)) % round(value)


def _suppliers(value: float) -> str:
    return ngettext("%d supplier", "%d suppliers", round(value)) % round(value)


def _percent(value: float) -> str:
    return formats.percent(value)


def _index(value: float) -> str:
    return formats.number(value, most=2)


# name -> (label, how the measure reads, what it is made of)
CRITERIA: dict[str, tuple[object, Callable[[float], str], object]] = {
    "scarcity": (_("Suppliers used"), _suppliers, _("Suppliers with orders in the period; one counts 1, two 0.5")),
    "concentration": (_("Concentration of spend"), _index, _("Herfindahl-Hirschman index of the suppliers' shares")),
    "single_source": (_("Single-source items"), _percent, _("Share of spend on items only one supplier delivered")),
    "lead_time": (_("Lead time"), _days, _("From order to receipt; 90 days count as full risk")),
    "lead_variation": (_("Lead time's spread"), _percent, _("Deviation over mean; half counts as full risk")),
    "late": (_("On time"), _percent, _("Receipts not after the promised day; a quarter late is full risk")),
    "rejected": (_("Rejected"), _percent, _("Of what came; full risk from 5 %")),
    "price_volatility": (_("Price volatility"), _percent, _("Yearly, from monthly prices; full risk from 35 %")),
    "spend_position": (_("Spend, Pareto position"), _percent, _("1 minus the share of spend standing before it")),
    "margin": (_("Margin that depends on it"), _percent, _("Share of the margin of our products that need its items")),
}

ADVICE: dict[str, list[object]] = {
    "strategic": [
        _("Work together for years: shared forecast, joint development, a contract with an index clause."),
        _("Keep a second source alive; at most 70 % with one supplier."),
        _("Review every quarter, with both managements."),
    ],
    "leverage": [
        _("Use the volume: tenders and auctions, target prices."),
        _("Weigh price first; quality is a condition."),
        _("Pool needs of departments before asking."),
    ],
    "bottleneck": [
        _("Secure supply even at a premium: safety stock, consignment, longer contracts."),
        _("Look for substitutes and further sources."),
        _("Watch deliveries every month."),
    ],
    "noncritical": [
        _("Make buying cheap: catalogs, framework orders, few suppliers."),
        _("Standardise and reduce the number of items."),
    ],
}


def label_of(name: str) -> object:
    """The criterion's name for readers."""
    return CRITERIA[name][0] if name in CRITERIA else name


def measured_of(name: str, value: float | None) -> str:
    """A measure as people read it; a dash where nothing could be measured."""
    if value is None:
        return "–"
    return CRITERIA[name][1](value) if name in CRITERIA else str(value)

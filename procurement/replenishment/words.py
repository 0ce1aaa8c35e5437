"""Why something is proposed, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.replenishment.deciding import Method
from procurement.replenishment.models import Proposal
from srm.ui import formats


def reason(proposal: Proposal) -> str:
    """What was looked at, and how the quantity was found."""
    unit = proposal.rule.item.base_unit
    there = _("%(free)s free and %(incoming)s on its way, at or below the reorder point of %(point)s.") % {
        "free": formats.quantity(proposal.on_hand - proposal.reserved, unit),
        "incoming": formats.quantity(proposal.incoming), "point": formats.quantity(proposal.point),
    }  # fmt: skip
    return f"{there} {_how(proposal)}"


def _how(proposal: Proposal) -> str:
    if proposal.method == Method.ECONOMIC:
        how = _("Ordering and keeping cost least in lots of this size.")
    elif proposal.method == Method.SEASONAL:
        how = _("By last year's months, this is the cheapest first order.")
    elif proposal.method == Method.COVER:
        how = _("The policy of its category wants stock for more days than the target of %(target)s covers.") % {
            "target": formats.quantity(proposal.target)
        }
    else:
        how = _("Up to the target of %(target)s.") % {"target": formats.quantity(proposal.target)}
    if not proposal.months:
        return how
    lasts = ngettext("It lasts about %(n)d month.", "It lasts about %(n)d months.", proposal.months)
    return f"{how} {lasts % {'n': proposal.months}}"

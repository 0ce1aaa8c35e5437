"""How proposed substitutes follow an item that is merged."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.requests.substitutes.models import Outcome, SubstituteProposal
from srm.catalog.merging.references import MOST_SENTENCES, Follows, register


def still_open(rows: QuerySet) -> list[str]:
    """Requests for which the item is proposed."""
    found = rows.filter(outcome=Outcome.OPEN).select_related("line__request").order_by("pk")[:MOST_SENTENCES]
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.")
        % {"document": one.line.request}
        for one in found
    ]


register(Follows(SubstituteProposal, busy=still_open))

"""Methods of procedure: flags, read by guards and pages. A request for quotation is a tender with a light method."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Method:
    """What a procedure asks for.

    `opens_itself`: the system opens the envelopes at the deadline (one application-held key). `min_invited`: suppliers
    to invite at least; fewer need a reason. `min_hours`: the least time suppliers get. `buyer_enters`: a quote that came
    by mail or phone may be entered by the buyer, marked as such. `keeps_copy`: a bidder may read his own submitted offer
    again until the deadline, from a copy locked with the application's key; fair where that key opens the offers anyway.
    """

    code: str
    label: object
    opens_itself: bool = True
    min_invited: int = 1
    min_hours: int = 1
    buyer_enters: bool = False
    keeps_copy: bool = True


METHODS = {
    "rfq": Method("rfq", _("Request for quotation"), min_invited=1, min_hours=1, buyer_enters=True),
}

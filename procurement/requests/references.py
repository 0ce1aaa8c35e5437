"""How the lines of requests follow an item that is merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from procurement.requests.deciding import content_of
from procurement.requests.lifecycle import LineState
from procurement.requests.models import Allocation, Favourite, PurchaseRequest, RequestLine
from srm.approvals import services as approvals
from srm.catalog.merging.models import ItemMerge
from srm.catalog.merging.references import MOST_SENTENCES, Follows, depends, portions, register
from srm.core.actor import Actor

WHY = "a merge moves the lines of everybody"
UNDECIDED = [LineState.DRAFT, LineState.SUBMITTED, LineState.RETURNED]
Waiting = list[tuple[PurchaseRequest, Any]]


class Needs(Follows):
    """Lines follow; what waits for approval stays what the approver was asked about, for it is the same thing."""

    def move(self, merge: ItemMerge, actor: Actor) -> list[int]:
        waiting = _waiting(self.rows(merge.loser))
        keys = super().move(merge, actor)
        _same_content(waiting)
        return keys

    def restore(self, merge: ItemMerge, kept: Sequence[int], actor: Actor) -> None:
        waiting = [one for some in portions(kept) for one in _waiting(self.rows(merge.winner).filter(pk__in=some))]
        super().restore(merge, kept, actor)
        _same_content(waiting)


def still_open(rows: QuerySet) -> list[str]:
    """Requests of which something is not decided, not planned or not there yet."""
    going = rows.filter(state__in=UNDECIDED) | rows.filter(
        state=LineState.APPROVED, done_quantity__lt=F("base_quantity")
    )
    headers = PurchaseRequest.objects.unscoped(WHY).filter(pk__in=going.values("request")).order_by("pk")
    return [
        _("%(document)s is still open and counts in the old unit. Finish or cancel it first.") % {"document": header}
        for header in headers[:MOST_SENTENCES]
    ]


@depends(RequestLine)
def allocated_since(merge: ItemMerge, keys: Sequence[int]) -> list[str]:
    """What moved lines were served with since: planned, ordered, handed out."""
    rows = Allocation.objects.unscoped(WHY).filter(request_line__in=keys, at__gt=merge.merged_at)
    found = rows.select_related("request_line__request").order_by("pk")[:MOST_SENTENCES]
    return [
        _("%(request)s, line %(line)s, was since: %(stage)s, %(document)s.")
        % {"request": one.request_line.request, "line": one.request_line.position, "stage": one.get_stage_display(),
           "document": one.document_number or one.document_kind.rpartition(".")[2]}
        for one in found
    ]  # fmt: skip


def _waiting(rows: QuerySet) -> Waiting:
    """Requests that wait for an approval, each with what was asked."""
    headers = rows.filter(state=LineState.SUBMITTED).values("request")
    found = PurchaseRequest.objects.unscoped(WHY).filter(pk__in=headers).order_by("pk")
    return [(request, content_of(request)) for request in found]


def _same_content(waiting: Waiting) -> None:
    for request, before in waiting:
        approvals.content_renamed(request, before=before, after=content_of(request))


register(Needs(RequestLine, busy=still_open))
register(Follows(Favourite))

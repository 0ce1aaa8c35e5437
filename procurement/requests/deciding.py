"""What happens when lines move: the approval route, budget, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from procurement.requests.lifecycle import LineState
from procurement.requests.lowvalue import limits
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.work import WORK
from srm.approvals import services as approvals
from srm.approvals.accumulation import accumulate
from srm.approvals.selectors import editors_of, route_of
from srm.budget import services as budget
from srm.catalog.models import Category
from srm.core import clock
from srm.core.actor import Actor
from srm.core.money import cents
from srm.flow.perform import give_number
from srm.flow.registry import effect, guard

COUNTED = (LineState.SUBMITTED, LineState.APPROVED)
LINES = "the lines of the request that moves"


def content_of(request: PurchaseRequest) -> dict[str, Any]:
    """What an approver approves, as plain values: a change of any of it asks him again."""
    rows = RequestLine.objects.unscoped(LINES).filter(
        request=request, state__in=[LineState.SUBMITTED, LineState.APPROVED]
    )
    fields = (
        "public_id", "item_id", "description", "category_id", "quantity", "unit_id", "base_quantity", "need_by",
        "place_id", "cost_center_id", "estimate", "currency", "amount",
    )  # fmt: skip
    described = rows.exclude(work="").order_by("pk").values_list("public_id", *WORK, "accepts_by_id")
    work = [[str(value) if value is not None else None for value in row] for row in described]
    return {
        **({"work": work} if work else {}),
        **({"seller": request.seller} if request.seller else {}),
        "title": request.title, "department": request.department_id, "route": request.route,
        "route_reason": request.route_reason, "requester": request.requester_id,
        "lines": [list(row) for row in rows.order_by("pk").values_list(*fields)],
    }  # fmt: skip


def authors_of(request: PurchaseRequest) -> set[str]:
    """Person ids of everybody who asked for, wrote or edited it."""
    return request.people() | editors_of(request)


def lay_out(
    request: PurchaseRequest, *, actor: Actor, lines: Sequence[RequestLine], only_if_changed: bool = False
) -> None:
    """Ask those whom the rules name, for what these lines cost together.

    With `only_if_changed` former decisions hold as long as nothing changed of what they were about.
    """
    give_number(request)
    full = RequestLine.objects.unscoped(LINES).filter(pk__in=[line.pk for line in lines])
    full = list(full.select_related("cost_center__owner", "category"))
    centers = {line.cost_center_id: line.cost_center for line in full}
    categories = {line.category_id: line.category for line in full if line.category}
    ask = approvals.reconsider if only_if_changed else approvals.lay_out
    ask(
        request, actor=actor, amount=sum((line.amount for line in full), Decimal(0)), currency=request.currency,
        department=request.department, cost_centers=list(centers.values()), categories=list(categories.values()),
        content=content_of(request), barred=authors_of(request), title=request.title, requester=request.requester,
        need_by=min(line.need_by for line in full), parts=parts_of(full), way=request.route,
    )  # fmt: skip


def parts_of(lines: Iterable[RequestLine]) -> dict[Category, Decimal]:
    """What lines cost together, by category; adds up over the year, so that splitting dodges no limit."""
    parts: dict[Category, Decimal] = {}
    for line in lines:
        if line.category is not None:
            parts[line.category] = parts.get(line.category, Decimal(0)) + line.amount
    return parts


def ask_again(request: PurchaseRequest, *, actor: Actor) -> None:
    """After some of its lines left: lay out the rest anew, or end the route when nothing waits any more."""
    route = route_of(request)
    if route is None or route.outcome != "open":
        return
    live = _live(request)
    if any(line.state == LineState.SUBMITTED for line in live):
        lay_out(request, actor=actor, lines=live, only_if_changed=True)
    else:
        approvals.drop(request)


def ask_about_change(request: PurchaseRequest, *, actor: Actor) -> None:
    """After an amendment: who decides on the whole is asked, once more when he had approved it before.

    All that is asked for counts, also what stays approved, so that no limit is dodged by asking in portions.
    """
    route = route_of(request)
    live = _live(request)
    if any(line.state == LineState.SUBMITTED for line in live):
        lay_out(request, actor=actor, lines=live, only_if_changed=route is not None and route.outcome == "open")
        return
    approvals.drop(request)
    count_anew(request)


def count_anew(request: PurchaseRequest) -> None:
    """What it adds to the year's sums is what is still asked for."""
    accumulate(request, parts_of(_live(request)), title=request.title)


def _live(request: PurchaseRequest) -> list[RequestLine]:
    """What is asked for or approved."""
    rows = RequestLine.objects.unscoped(LINES).filter(request=request, state__in=COUNTED)
    return list(rows.select_related("category").order_by("pk"))


# ------------------------------------------------------------------------------------------------ moves


@effect(PurchaseRequest, "submit")
def submitted(request: PurchaseRequest, *, actor: Actor, **_details: object) -> None:
    """The way through the approvals begins, for all that is asked for together.

    Raises:
        RuleBroken: it is too much for the low-value route, or a step of the approval that nobody may decide.
    """
    request.sent_on = clock.today()
    request.save(update_fields=["sent_on"])
    give_number(request)  # before the limits lock the firm, as everywhere: counters come first
    limits.refuse_too_much(request)
    lay_out(request, actor=actor, lines=_live(request))


@effect(PurchaseRequest, "send_back")
@effect(PurchaseRequest, "reject")
def refused(request: PurchaseRequest, **_details: object) -> None:
    """What was approved before and stays so still counts."""
    count_anew(request)


@effect(PurchaseRequest, "cancel")
def withdrawn(request: PurchaseRequest, *, actor: Actor, **_details: object) -> None:
    """Nobody needs to decide any more."""
    ask_again(request, actor=actor)
    count_anew(request)


@guard(RequestLine, "approve")
def route_complete(line: RequestLine, _actor: Actor) -> object:
    """Only a complete route, for this very content, approves; asked once for all lines of the moving request."""
    header: Any = line.request
    if not hasattr(header, "approval_fault"):
        header.approval_fault = approvals.why_not_approved(header, content_of(header))
    return header.approval_fault


@effect(RequestLine, "approve")
def approved(line: RequestLine, *, actor: Actor, **_details: object) -> None:
    """The need is open to planning, and its money is kept.

    Raises:
        RuleBroken: the budget stops at its end; the approval does not happen.
    """
    line.open_quantity = line.base_quantity
    line.save(update_fields=["open_quantity"])
    if line.amount:
        budget.reserve(
            actor=actor, account=line.account, amount=line.amount, request_line_id=line.public_id, document=line.request,
        )  # fmt: skip


@effect(RequestLine, "ask_anew")
@effect(RequestLine, "give_back")
@effect(RequestLine, "cancel")
def cancelled(line: RequestLine, *, actor: Actor, **_details: object) -> None:
    """Nothing of it is to be bought as it stands; all its money is free again."""
    line.open_quantity = Decimal(0)
    line.save(update_fields=["open_quantity"])
    budget.release(actor=actor, request_line_id=line.public_id, document=line.request)


@effect(RequestLine, "close_short")
def cut_short(line: RequestLine, *, actor: Actor, **_details: object) -> None:
    """What is on its way still comes; the money for the rest is free again."""
    given_up, line.open_quantity = line.open_quantity, Decimal(0)
    line.save(update_fields=["open_quantity"])
    share = cents(line.amount * given_up / line.base_quantity)
    rest = share if line.coming_quantity else None  # to the last cent when nothing of it comes any more
    if share or rest is None:
        budget.release(actor=actor, request_line_id=line.public_id, document=line.request, amount=rest)

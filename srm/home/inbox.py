"""What waits for whom. Each provider answers one question of one role in at most two queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from procurement.awards.lifecycle import AwardState
from procurement.awards.models import Award
from procurement.integrations.models import LedgerExport
from procurement.orders.lifecycle import OrderState
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts import confirming
from procurement.receipts.lifecycle import ReceiptState
from procurement.receipts.models import GoodsReceipt
from procurement.requests.lifecycle import LineState
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.reviews import selectors as after_fact
from procurement.requests.reviews.models import RouteReview
from procurement.requests.substitutes.selectors import waiting_for
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from procurement.tenders.selectors import waits_for_approval
from srm.approvals import selectors as approvals
from srm.approvals.models import ApprovalStep
from srm.core import clock
from srm.core.actor import Actor
from srm.core.names import pick_name
from srm.ui import formats
from suppliers.proposals.lifecycle import ProposalState
from suppliers.proposals.models import PriceProposal

MOST = 8
OPEN = _("Open")


@dataclass(frozen=True)
class Row:
    """One thing that waits: what, why, until when, and the button."""

    title: Any
    url: str
    hint: Any = ""
    due: dt.date | dt.datetime | None = None
    tone: str = "idle"
    action: Any = OPEN


@dataclass(frozen=True)
class Section:
    """Rows of one kind; `more` leads to the whole list."""

    title: Any
    rows: list[Row]
    more: str = ""


Provider = Callable[[Actor], Section | None]
_providers: list[tuple[str, Provider]] = []


def waits_for(permission: str) -> Callable[[Provider], Provider]:
    """Ask the provider only for actors with `permission`, in the order of declaration."""

    def register(function: Provider) -> Provider:
        _providers.append((permission, function))
        return function

    return register


def sections(actor: Actor) -> Iterator[Section]:
    """The inbox of an actor, without empty sections."""
    for permission, provider in _providers:
        if actor.may(permission):
            found = provider(actor)
            if found is not None and found.rows:
                yield found


@waits_for("approvals.decide")
def decisions(actor: Actor) -> Section:
    """Documents whose next step is mine, or of somebody I stand in for; the longest waiting first."""
    steps = list(approvals.waiting_for(actor).order_by("route__created_at", "pk")[:MOST])
    approvals.mark_stood_in(steps, actor)
    rows = [
        Row(
            title=step.route.title, url=reverse("approvals:approvalstep-detail", args=[step.public_id]),
            hint=_asked_by(step), tone="wait", action=_("Decide"),
        )
        for step in steps
    ]  # fmt: skip
    return Section(_("To decide"), rows, reverse("approvals:inbox"))


def _asked_by(step: ApprovalStep) -> str:
    route = step.route
    stood_in = _("for %(name)s") % {"name": step.stood_in_for} if step.stood_in_for else ""  # type: ignore[attr-defined]
    who = " · ".join(str(part) for part in (stood_in, route.requester, route.department) if part)
    return f"{who} · {formats.money(route.amount, route.currency)}"


@waits_for("awards.approve")
def awards(actor: Actor) -> Section:
    """Awards somebody else proposed."""
    found = Award.objects.visible_to(actor).filter(state=AwardState.PROPOSED).exclude(created_by_id=actor.user_id)
    rows = [
        Row(title=award.tender.title, url=award.get_absolute_url(), hint=award.tender.number, tone="wait",
            action=_("Approve award"))
        for award in found.select_related("tender").order_by("created_at")[:MOST]
    ]  # fmt: skip
    return Section(_("Awards to approve"), rows)


@waits_for("items.edit")
def proposed_prices(actor: Actor) -> Section:
    """Prices that suppliers propose, the longest waiting first."""
    found = PriceProposal.objects.visible_to(actor).filter(state=ProposalState.SENT).select_related("supplier")
    rows = [
        Row(title=one.title, url=one.get_absolute_url(), hint=one.supplier.name, tone="wait", action=_("Decide"))
        for one in found.order_by("sent_at", "pk")[:MOST]
    ]
    return Section(_("Price proposals"), rows, reverse("proposals:priceproposal-list"))


@waits_for("orders.approve")
def orders_to_approve(actor: Actor) -> Section:
    """Orders written by hand by somebody else."""
    found = PurchaseOrder.objects.visible_to(actor).filter(state=OrderState.DRAFT).exclude(created_by_id=actor.user_id)
    return Section(
        _("Orders to approve"), _orders(found, _("Approve")), _list("orders:purchaseorder-list", state="draft")
    )


@waits_for("requests.create")
def returned(actor: Actor) -> Section:
    """My requests that came back."""
    mine = Q(requester_id=actor.user_id) | Q(created_by_id=actor.user_id)
    found = PurchaseRequest.objects.visible_to(actor).filter(mine, lines__state=LineState.RETURNED).distinct()
    rows = [
        Row(title=request.title, url=request.get_absolute_url(), hint=request.number, tone="bad", action=_("Improve"))
        for request in found.order_by("-updated_at")[:MOST]
    ]
    return Section(_("Returned to me"), rows)


@waits_for("requests.edit")
def substitutes(actor: Actor) -> Section:
    """Other items that are proposed for what I asked for."""
    rows = [
        Row(title=str(row), url=reverse("requests:substituteproposal-answer", args=[row.public_id]),
            hint=row.line.request.number, tone="wait", action=_("Answer"))
        for row in waiting_for(actor)[:MOST]
    ]  # fmt: skip
    return Section(_("Proposed instead"), rows)


@waits_for("requests.review")
def reviews(actor: Actor) -> Section:
    """What was bought before it was asked for, the longest waiting first."""
    rows = [
        Row(title=row.request.title, url=reverse("requests:routereview-decide", args=[row.public_id]), tone="wait",
            hint=_bought_by(row), action=pgettext_lazy("move", "Review"))
        for row in after_fact.waiting_for(actor)[:MOST]
    ]  # fmt: skip
    return Section(_("Bought before it was asked for"), rows, _list("requests:routereview-list", outcome="open"))


def _bought_by(row: RouteReview) -> str:
    request = row.request
    amount = formats.money(request.total, request.currency)
    return f"{request.number} · {request.requester} · {request.department} · {amount}"


@waits_for("requests.create")
def coming(actor: Actor) -> Section:
    """What I asked for and when it comes."""
    lines = (
        RequestLine.objects.visible_to(actor)
        .filter(Q(request__requester_id=actor.user_id), state=LineState.APPROVED, next_on__isnull=False)
        .filter(coming_quantity__gt=0)
        .select_related("request", "item", "base_unit")
        .order_by("next_on")[:MOST]
    )
    rows = [
        Row(title=line.what, url=line.request.get_absolute_url(), hint=line.request.number, due=line.next_on,
            tone="bad" if line.next_on > line.need_by else "good")
        for line in lines
    ]  # fmt: skip
    return Section(_("On its way to me"), rows)


@waits_for("receipts.confirm")
def to_confirm(actor: Actor) -> Section:
    """Services and goods of mine that should be there by now, and wait for my word."""
    rows = [
        Row(title=due.need.what, url=reverse("receipts:purchaserequest-confirm", args=[due.need.request.public_id]),
            hint=due.line.order.supplier.name, due=due.on, tone="wait", action=_("Confirm"))
        for due in confirming.due_for(actor)
        if due.on is None or due.on <= clock.today()
    ]  # fmt: skip
    return Section(_("To confirm"), rows[:MOST])


@waits_for("planning.aggregate")
def needs(actor: Actor) -> Section:
    """Approved needs that nobody has planned yet, by category."""
    names = ("category__name_en", "category__name_ru", "category__name_bg")
    found = (
        RequestLine.objects.visible_to(actor)
        .filter(state=LineState.APPROVED, open_quantity__gt=0)
        .values("category_id", *names)
        .annotate(count=Count("pk"), amount=Sum("amount"))
        .order_by("-amount", "category_id")[:MOST]
    )
    rows = [
        Row(
            title=pick_name(*(row[name] or "" for name in names)) or _("Without category"),
            url=reverse("planning:board"), tone="wait", action=_("Merge"),
            hint=ngettext("%d need", "%d needs", row["count"]) % row["count"],
        )
        for row in found
    ]  # fmt: skip
    return Section(_("Needs to plan"), rows, reverse("planning:board"))


@waits_for("tenders.edit")
def tenders(actor: Actor) -> Section:
    """What is to publish (not what waits for approval), offers to compare, deadlines near."""
    states = [TenderState.DRAFT, TenderState.APPROVED, TenderState.PUBLISHED, TenderState.EVALUATION]
    words = {TenderState.DRAFT: (_("Publish"), "idle"), TenderState.APPROVED: (_("Publish"), "wait"), TenderState.PUBLISHED: (_("Open"), "idle"),
             TenderState.EVALUATION: (_("Compare offers"), "wait")}  # fmt: skip
    found = (
        Tender.objects.visible_to(actor)
        .filter(state__in=states)
        .exclude(waits_for_approval())
        .order_by(F("deadline").asc(nulls_last=True), "pk")
    )
    rows = [
        Row(title=tender.title, url=tender.get_absolute_url(), hint=tender.number or tender.state_label,
            due=tender.deadline if tender.state == TenderState.PUBLISHED else None, action=words[tender.state][0],
            tone=words[tender.state][1])
        for tender in found[:MOST]
    ]  # fmt: skip
    return Section(_("Tenders"), rows, reverse("tenders:tender-list"))


@waits_for("orders.send")
def orders_to_send(actor: Actor) -> Section:
    """Approved orders the supplier does not know of yet."""
    found = PurchaseOrder.objects.visible_to(actor).filter(state=OrderState.APPROVED)
    return Section(_("Orders to send"), _orders(found, _("Send")), _list("orders:purchaseorder-list", state="approved"))


@waits_for("orders.edit")
def late(actor: Actor) -> Section:
    """Sent orders of which something should have come."""
    open_lines = OrderLine.objects.visible_to(actor).outstanding()
    found = PurchaseOrder.objects.visible_to(actor).filter(
        state__in=[OrderState.SENT, OrderState.CONFIRMED], due_on__lt=clock.today(), pk__in=open_lines.values("order")
    )
    return Section(_("Late deliveries"), _orders(found, _("Open"), "bad"), _list("orders:purchaseorder-list", late="1"))


@waits_for("receipts.create")
def expected(actor: Actor) -> Section:
    """What should arrive next."""
    open_lines = OrderLine.objects.visible_to(actor).outstanding()
    found = PurchaseOrder.objects.visible_to(actor).filter(
        state__in=[OrderState.SENT, OrderState.CONFIRMED], pk__in=open_lines.values("order")
    )
    rows = _orders(found, _("Receive"))
    return Section(_("Expected deliveries"), rows, reverse("receipts:purchaseorder-expected"))


@waits_for("ledger.create")
def to_export(actor: Actor) -> Section:
    """Receipts no batch holds, and batches not confirmed yet."""
    open_batches = LedgerExport.objects.visible_to(actor).exclude(state="confirmed").order_by("-created_at")
    rows = [
        Row(title=str(batch), url=batch.get_absolute_url(), hint=batch.state_label, due=batch.period_to, tone="wait")
        for batch in open_batches[:MOST]
    ]
    posted = GoodsReceipt.objects.visible_to(actor).filter(state=ReceiptState.POSTED)
    if posted.exists() and not rows:
        rows.append(Row(title=_("Collect last month's receipts"), url=reverse("ledger:export"), action=_("New export")))
    return Section(_("For the accounting system"), rows, reverse("ledger:ledgerexport-list"))


def _orders(found: Any, action: Any, tone: str = "wait") -> list[Row]:
    ordered = found.select_related("supplier").order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST]
    return [
        Row(title=order.supplier.name, url=order.get_absolute_url(), hint=order.number or order.state_label,
            due=order.due_on, tone=tone, action=action)
        for order in ordered
    ]  # fmt: skip


def _list(name: str, **query: str) -> str:
    pairs = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{reverse(name)}?{pairs}"

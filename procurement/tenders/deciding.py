"""Tenders under approval rules: sent for approval as a draft, approved by the last of those whom the rules name.

Where no rule fits, a draft is published at once. What a tender is about to cost adds up over the year with the other
tenders of its category and firm, and with the orders that came out of no tender: many small ones dodge no limit. What
was approved goes back to its deciders when it is changed before it is published.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests.work import WORK
from procurement.tenders.lifecycle import UNPUBLISHED, TenderState
from procurement.tenders.models import LotLine, Tender
from procurement.tenders.ruling import WHY, Ruling, askers_of, departments_of, ruled, ruling_of
from procurement.tenders.worth import worth_of
from srm.approvals import services as approvals
from srm.approvals.accumulation import accumulate, forget, in_turn
from srm.approvals.models import ApprovalRoute
from srm.approvals.selectors import editors_of, route_of, shown_route, steps_now
from srm.audit import services as audit
from srm.catalog.policy.selectors import overrides_of
from srm.core.actor import Actor
from srm.core.errors import NotAllowed, RuleBroken
from srm.flow import records
from srm.flow.perform import give_number, perform, refusals
from srm.flow.registry import effect, guard
from srm.people.models import CostCenter

ASK_OTHERS = gettext_lazy("The approval rules ask others for this tender. Send it for approval.")
# Who invited a supplier or took a line out had a part in it, like those who wrote it.
EDITS = ("invited", "removed")
LINE = (
    "lot__title", "item_id", "description", "quantity", "unit_id", "need_by", "place_id", "baseline", *WORK,
)  # fmt: skip


def content_of(tender: Tender) -> dict[str, Any]:
    """What an approver approves: what is asked of whom on which terms. Title, buyer and deadline may change."""
    lines = LotLine.objects.unscoped(WHY).filter(lot__tender=tender).order_by("lot__position", "position", "pk")
    return {
        "method": tender.method, "category": tender.category_id, "legal_entity": tender.legal_entity_id,
        "currency": tender.currency, "incoterm": tender.incoterm, "payment_days": tender.payment_days,
        "description": tender.description, "lines": [list(row) for row in lines.values_list(*LINE)],
        "suppliers": sorted(tender.invited().values_list("supplier_id", flat=True)),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ sending


class Asks(str):
    """Why the approval rules stop a publication; sending it for approval is the way past, unlike with other reasons."""

    __slots__ = ()


def why_not_sendable(tender: Tender, actor: Actor) -> list[Any]:
    """Why it cannot be sent for approval; empty when nothing but its approval stands before the publication."""
    if tender.state not in UNPUBLISHED:
        return [_("It is published already.")]
    route = shown_route(tender)
    if route is not None and route.outcome == ApprovalRoute.State.OPEN:
        return [_("It waits for its approval already.")]
    reasons = refusals(tender, Tender.moves()["publish"], actor)
    if not reasons:
        return [_("No rule asks for this. It can be published at once.")]
    return [one for one in reasons if not isinstance(one, Asks)]


def ask(tender: Tender, *, actor: Actor) -> Tender:
    """Send it to those whom the rules name. It stays a draft until the last of them approves it.

    Raises:
        NotAllowed: the role lacks the right. RuleBroken: it is incomplete, published, waiting already, or no rule fits.
    """
    if not actor.may("tenders.publish"):
        raise NotAllowed()
    locked = records.locked_row(tender)
    if reasons := why_not_sendable(locked, actor):
        raise RuleBroken(reasons)
    if locked.state == TenderState.APPROVED:
        locked = perform(locked, "rework", actor=actor)
    give_number(locked)
    _lay_out(locked, actor)
    audit.record(actor=actor, verb="sent_for_approval", subject=locked)
    return locked


def edited(tender: Tender, *, actor: Actor) -> Tender:
    """After an edit of what waits or is approved: ask again if it changed what is approved. Returns the fresh tender.

    Raises:
        RuleBroken: what the rules compare is not known any more, or nobody may decide.
    """
    route = route_of(tender)
    waits = route is not None and route.outcome == ApprovalRoute.State.OPEN
    if route is None or not (waits or tender.state == TenderState.APPROVED):
        return tender
    if route.content_hash == approvals.hash_of(content_of(tender)):
        return tender
    fresh = records.locked_row(tender)
    if fresh.state == TenderState.APPROVED:
        fresh = perform(fresh, "rework", actor=actor)
    ruling = ruling_of(fresh)
    if ruling.asks or ruling.missing:
        _lay_out(fresh, actor)
    else:
        approvals.drop(fresh)
        forget(fresh)
    return fresh


def _lay_out(tender: Tender, actor: Actor) -> None:
    ruling = ruling_of(tender)
    if ruling.missing:
        raise RuleBroken(ruling.missing)
    departments = departments_of(ruling.needs)
    authors = [tender.created_by, tender.buyer, *(row.created_by for row in overrides_of(tender))]
    need_by = LotLine.objects.unscoped(WHY).filter(lot__tender=tender).order_by("need_by").values_list("need_by", flat=True)  # fmt: skip
    approvals.lay_out(
        tender, actor=actor, amount=ruling.worth.total, currency=tender.legal_entity.currency,
        department=departments[0] if departments else None, departments=departments[1:],
        cost_centers=list(CostCenter.objects.filter(pk__in=ruling.needs.centers).select_related("owner")),
        categories=ruling.categories, parts=ruling.worth.parts, content=content_of(tender),
        barred=editors_of(tender, also=EDITS) | askers_of(tender) | {user.person_id for user in authors if user},
        title=tender.title,
        requester=tender.buyer or tender.created_by, need_by=need_by.first(),
    )  # fmt: skip


def standing(tender: Tender) -> dict[str, Any]:
    """What the rules say of it now, and for whom it waits; for programs."""
    ruling, route = ruled(tender), shown_route(tender)
    return {
        "asks": ruling.asks, "missing": ruling.missing, "years": ruling.years, "limits": ruling.limits,
        "worth": ruling.worth if ruling.table else worth_of(tender), "currency": tender.legal_entity.currency,
        "waits_for": [step.decider for step in steps_now(route)] if route is not None else [],
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ moves


def why_not_by(tender: Tender, actor: Actor) -> list[Any]:
    """Who took it over after it was sent is its buyer now, and decides on it no more than who wrote it."""
    if tender.buyer is not None and actor.person_id == tender.buyer.person_id:
        return [_("You are its buyer. Somebody else has to decide.")]
    return []


@guard(Tender, "approve")
def not_its_buyer(tender: Tender, actor: Actor) -> object:
    """The last approval is never its buyer's."""
    return next(iter(why_not_by(tender, actor)), None)


@guard(Tender, "approve")
def route_complete(tender: Tender, _actor: Actor) -> object:
    """Only a complete route for this very content approves."""
    return approvals.why_not_approved(tender, content_of(tender))


@guard(Tender, "publish")
def decided(tender: Tender, actor: Actor) -> object:
    """Where rules ask others, only what they approved is published."""
    if actor.kind == "system":
        return None
    ruling = ruled(tender)
    if tender.state == TenderState.APPROVED:
        changed = approvals.why_not_approved(tender, content_of(tender)) if ruling.asks else None
        return Asks(_("It was changed after it was approved. Send it for approval again.")) if changed else None
    return _unasked(tender, ruling)


def _unasked(tender: Tender, ruling: Ruling) -> object:
    """Why a draft is not published as it stands."""
    route = shown_route(tender) if ruling.table else None
    if route is not None and route.outcome == ApprovalRoute.State.OPEN:
        return _("It waits for %(who)s.") % {"who": ", ".join(step.decider for step in steps_now(route))}
    if ruling.missing:
        return " ".join(ruling.missing)
    return Asks(str(ASK_OTHERS)) if ruling.asks else None


@effect(Tender, "publish")
def counted(tender: Tender, *, actor: Actor, **_details: object) -> None:
    """It counts in its year. Of two that are published at once, the second counts the first.

    Raises:
        RuleBroken: together with one published at the same moment it has passed a limit.
    """
    ruling = ruling_of(tender)
    if ruling.table and actor.kind != "system" and approvals.why_not_approved(tender, content_of(tender)):
        in_turn(tender.legal_entity)
        if ruling_of(tender).asks:
            raise RuleBroken([str(ASK_OTHERS)])
    approvals.drop(tender)
    give_number(tender)
    accumulate(tender, worth_of(tender).parts, title=tender.title)


@effect(Tender, "fail")
@effect(Tender, "cancel")
def ended(tender: Tender, *, actor: Actor, **_details: object) -> None:
    """It counts no more, and nobody needs to decide."""
    approvals.drop(tender)
    forget(tender)

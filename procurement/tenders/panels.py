"""What a tender's page shows beside its lines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.planning.actions import demand_action
from procurement.planning.models import DemandLine
from procurement.planning.work import TEAM, Figure, Kind
from procurement.planning.work import register as register_work
from procurement.tenders import policy, repeating, selectors, services
from procurement.tenders.deciding import content_of, why_not_by
from procurement.tenders.guards import asked_number
from procurement.tenders.lifecycle import UNPUBLISHED, TenderState
from procurement.tenders.models import Tender
from procurement.tenders.ruling import KIND, WHY, ruled
from procurement.tenders.worth import shown_lines, worth_of
from srm.approvals.registry import describes
from srm.catalog.policy import selectors as policies
from srm.catalog.policy.models import VIEW as VIEW_POLICY
from srm.core.actor import Actor
from srm.discussion.rules import discussed
from srm.ui.links import url_of
from srm.ui.panels import panel

SHOWN = 50

discussed(Tender, view="tenders.view", people=lambda tender: [tender.buyer])

RUNNING = (*UNPUBLISHED, TenderState.PUBLISHED, TenderState.EVALUATION, TenderState.AWARDING)

register_work(
    Kind(
        "tenders", _("Tenders"), order=20, open=lambda: Tender.objects.unscoped(TEAM).filter(state__in=RUNNING),
        figures=[Figure("tenders", _("Tenders running"))],
    )
)  # fmt: skip


@panel(
    Tender, _("Suppliers asked"), order=20, permission="tenders.view", key="invitations",
    count=lambda tender, actor: asked_number(tender),
)  # fmt: skip
def invitations_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]]:
    """Who was asked, when the mail went, who looked, who declined; and whom else to ask."""
    open_now = tender.state in (*UNPUBLISHED, TenderState.PUBLISHED)
    may = actor.may("tenders.edit") and open_now
    return "procurement/tenders/_invitations.html", {
        "rows": list(selectors.invitations(tender, actor)), "may": may, "draft": tender.state in UNPUBLISHED,
        "suggested": selectors.suggestions(tender, actor) if may else [], "invite_url": url_of(tender, "invite"),
    }  # fmt: skip


@panel(Tender, _("Where the need comes from"), order=30, permission="tenders.view", place="side", key="origin")
def origin_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """Departments and their shares."""
    found = selectors.origin(tender)
    return ("procurement/tenders/_origin.html", {"origin": found}) if found.shares else None


@panel(Tender, _("Sealed"), order=10, permission="tenders.view", place="side", key="seal")
def seal_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """Until when nobody can know an offer, and the key's fingerprint."""
    key = services.key_of(tender) if tender.published_at else None
    return ("procurement/tenders/_seal.html", {"key": key, "tender": tender}) if key else None


@panel(Tender, _("Policy of its category"), order=25, permission=VIEW_POLICY, place="side", key="policy")
def policy_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """What the policy says, and what it was overridden for."""
    rules = policies.in_words(policy.rules_of(tender))
    overrides = [
        (policies.LABELS[row.rule], policies.shown(row.rule, row.wanted), policies.shown(row.rule, row.done), row)
        for row in policies.overrides_of(tender).select_related("created_by")
    ]
    shown = {"rules": rules, "overrides": overrides, "category": tender.category}
    return ("procurement/tenders/_policy.html", shown) if rules or overrides else None


@panel(Tender, _("Limits of approval"), order=3, permission="tenders.view", place="side", key="limits")
def limits_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """What it is about to cost and what its category comes to in the year, beside the amounts from which on others decide."""
    if tender.state not in UNPUBLISHED or not ruled(tender).table:
        return None
    return "procurement/tenders/_limits.html", {"ruling": ruled(tender), "missing": ruled(tender).missing}


@describes(
    KIND, _("Tender"), permission="tenders.approve", content=content_of, moves={"approved": "approve"},
    blocked=why_not_by,
)  # fmt: skip
def tender_facts(document: Tender, actor: Actor) -> tuple[str, dict[str, Any]]:
    """What is asked of whom, and what it is about to cost. Sent back or refused, it stays a draft."""
    shown = ("legal_entity", "category", "created_by__department", "buyer__department")
    document = Tender.objects.unscoped(WHY).select_related(*shown).get(pk=document.pk)
    ruling = ruled(document)
    worth = ruling.worth if ruling.table else worth_of(document, shown_lines(document))
    lines = shown_lines(document)
    for line in lines[:SHOWN]:
        line.worth = worth.lines.get(line.pk)  # type: ignore[attr-defined]
    return "procurement/tenders/_facts.html", {
        "tender": document, "lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN), "worth": worth,
        "ruling": ruling, "origin": selectors.origin(document), "currency": document.legal_entity.currency,
        "suppliers": [str(row.supplier) for row in document.invited().select_related("supplier").order_by("pk")],
    }  # fmt: skip


@demand_action("tender", _("Create request for quotation"), permission="tenders.edit", order=10)
def from_demand(*, actor: Actor, demand_lines: list[DemandLine]) -> Tender:
    """A request for quotation for chosen lines of a demand."""
    return services.create_from_demand(actor=actor, demand_lines=demand_lines)


@demand_action("repeat", _("Repeat the last tender"), permission="tenders.edit", order=12)
def as_last_time(*, actor: Actor, demand_lines: list[DemandLine]) -> Tender:
    """A request for quotation for chosen lines, with the terms and the suppliers of the last one for such items."""
    return repeating.repeat_last(actor=actor, demand_lines=demand_lines)

"""What approvals hang on documents: who decides and decided, and, for the decider, the buttons."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.approvals import registry, selectors, services
from srm.approvals.asking import person_of
from srm.core.actor import Actor
from srm.org.absences import checks_stand_in
from srm.people.models import User
from srm.ui.panels import panel


def _goes_through_approvals(document: Any) -> bool:
    return isinstance(document, models.Model) and registry.kind_of(document) is not None


@panel(
    models.Model,
    _("Your decision"),
    order=1,
    permission=selectors.DECIDE,
    place="side",
    key="decision",
    when=_goes_through_approvals,
)
def decision_panel(document: Any, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Approve, return, reject, on the document's own page."""
    step = selectors.waiting_for(actor).filter(
        route__document_kind=document._meta.label_lower, route__document_id=document.public_id
    ).first()  # fmt: skip
    if step is None or services.may_decide(document, actor, route=selectors.shown_route(document)):
        return None
    return "srm/approvals/_decide.html", {
        "step": step, "decide_url": reverse("approvals:approvalstep-decide", args=[step.public_id]), "blocked": kind.blocked(document, actor) if (kind := registry.kind_of(document)) and kind.blocked else [],
    }  # fmt: skip


@panel(models.Model, _("Approval"), order=2, place="side", key="approval", when=_goes_through_approvals)
def route_panel(document: Any, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Who decided, and for whom it waits."""
    route = selectors.shown_route(document)
    return (
        ("srm/approvals/_route.html", {"approval": route, "now": {step.pk for step in selectors.steps_now(route)}})
        if route
        else None
    )


@checks_stand_in
def decides_too(user: User, stand_in: User) -> str | None:
    """Who stands in for somebody who decides has to come to the pages of decisions himself."""
    if selectors.DECIDE in person_of(user).rights and selectors.DECIDE not in person_of(stand_in).rights:
        return _("%(who)s cannot decide on approvals. Choose somebody with the role “Approver” or a higher one.") % {
            "who": stand_in.name
        }
    return None

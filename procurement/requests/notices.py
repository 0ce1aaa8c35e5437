"""Who is told what about a request. That something waits for a decision, approvals tell by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest, RequestLine
from srm.core.actor import Actor
from srm.notify.registry import Told, kind, notice
from srm.notify.services import tell
from srm.notify.values import Money
from srm.people.models import User
from srm.people.roles import ROLES, permissions_of
from srm.ui.links import url_of

GROUP = _("Requests")
kind("requests.amended", _("A request was changed after its approval"), channel="digest", group=GROUP)
kind("requests.given_back", _("My request was given back by purchasing"), channel="mail", group=GROUP)
kind("requests.part_cancelled", _("Part of my request was cancelled"), group=GROUP)


def _told(
    request: PurchaseRequest, subject: object, body: object, reason: str = "", actor: Actor | None = None
) -> Told:
    return Told(
        to=[request.requester, request.created_by], subject=subject, body=body, url=url_of(request) or "",
        button=_("Open the request"),
        values={
            "request": str(request), "title": request.title, "reason": reason, "who": actor.name if actor else "",
            "amount": Money(request.total, request.currency),
        },
    )  # fmt: skip


@notice("requests.submitted", PurchaseRequest, "submit", label=_("A request was sent in my name"), group=GROUP)
def on_submit(request: PurchaseRequest, *, actor: Actor, **_details: object) -> Told:
    """The requester, when somebody else sent it for him."""
    return _told(
        request, _("Sent for approval: {title}"), _("{who} sent it in your name ({request}, {amount})."), actor=actor
    )


@notice(
    "requests.approved", PurchaseRequest, "approve", label=_("My request was approved"), channel="mail", group=GROUP
)
def on_approve(request: PurchaseRequest, *, actor: Actor, **_details: object) -> Told:
    """The requester reads that it goes on."""
    return _told(
        request, _("Approved: {title}"), _("{who} approved {request}. It goes to purchasing now."), actor=actor
    )


@notice(
    "requests.returned", PurchaseRequest, "send_back", label=_("My request was returned"), channel="mail", group=GROUP
)
def on_return(request: PurchaseRequest, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """The requester reads what to change."""
    return _told(request, _("Please change: {title}"), _("{who} returned {request}: {reason}"), reason, actor)


@notice("requests.rejected", PurchaseRequest, "reject", label=_("My request was rejected"), channel="mail", group=GROUP)
def on_reject(request: PurchaseRequest, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """The requester reads why."""
    return _told(request, _("Rejected: {title}"), _("{who} rejected {request}: {reason}"), reason, actor)


@notice("requests.cancelled", PurchaseRequest, "cancel", label=_("My request was cancelled"), group=GROUP)
def on_cancel(request: PurchaseRequest, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """The requester, when a buyer cancelled it."""
    return _told(request, _("Cancelled: {title}"), _("{who} cancelled {request}: {reason}"), reason, actor)


@notice("requests.closed", PurchaseRequest, "close_short", label=_("My request was cut short"), group=GROUP)
def on_close(request: PurchaseRequest, *, actor: Actor, reason: str = "", **_details: object) -> Told:
    """The requester: what is not bought yet is given up."""
    return _told(
        request,
        _("Cut short: {title}"),
        _("{who} gave up what is not bought yet of {request}: {reason}"),
        reason,
        actor,
    )


def tell_amended(request: PurchaseRequest, *, actor: Actor, reason: str) -> None:
    """Those who buy: what was approved is asked for differently now. Who decides is told by the approvals."""
    roles = [role for role in ROLES if "requests.process" in permissions_of(frozenset({role}))]
    buyers = User.objects.filter(grants__role__in=roles, is_active=True, kind=User.Kind.STAFF).distinct()
    told = _told(request, _("Changed: {title}"), _("{who} changed {request}: {reason}"), reason, actor)
    _tell("requests.amended", told, [*buyers, *told.to], actor)


def tell_given_back(request: PurchaseRequest, *, actor: Actor, reason: str) -> None:
    """The requester: purchasing cannot buy it as it is written."""
    subject = _("Please change: {title}")
    told = _told(request, subject, _("{who} gave back what is in {request}: {reason}"), reason, actor)
    _tell("requests.given_back", told, told.to, actor)


def tell_part_cancelled(line: RequestLine, quantity: Decimal, *, actor: Actor, reason: str) -> None:
    """The requester: a quantity of one line is not bought."""
    told = _told(
        line.request, _("Part cancelled: {title}"), _("{who} cancelled {what} of {request}: {reason}"), reason, actor
    )
    what = f"{quantity.normalize():f} {line.unit} {line.what}"
    _tell("requests.part_cancelled", replace(told, values={**told.values, "what": what}), told.to, actor)


def _tell(code: str, told: Told, users: Iterable[User | None], actor: Actor) -> None:
    tell(
        users, kind=code, subject=told.subject, body=told.body, url=told.url, actor=actor, values=told.values,
        button=told.button,
    )  # fmt: skip

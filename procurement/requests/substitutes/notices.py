"""Who is told of a proposed substitute: the requester that it waits for him, the buyer what became of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.requests.notices import GROUP
from procurement.requests.substitutes.models import SubstituteProposal
from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.notify.values import Money
from srm.people.models import User
from srm.ui.links import url_of

kind("requests.substitute", _("Another item is proposed for my request"), channel="mail", group=GROUP)
kind("requests.substitute_answered", _("My proposed substitute was answered"), group=GROUP)
kind("requests.substitute_withdrawn", _("A proposed substitute was withdrawn"), group=GROUP)


def tell_proposed(row: SubstituteProposal, *, actor: Actor) -> None:
    """The requester: he answers, the sooner the better."""
    request = row.line.request
    _tell(
        "requests.substitute", row, [request.requester, request.created_by], actor,
        _("Another item is proposed: {title}"),
        _("{who} proposes {item} instead of {asked} ({request}, about {amount}): {reason}"),
        url=reverse("requests:substituteproposal-answer", args=[row.public_id]), button=_("Answer"),
    )  # fmt: skip


def tell_answered(row: SubstituteProposal, *, actor: Actor, accepted: bool) -> None:
    """Who proposed it."""
    body = (
        _("{who} accepts {item} instead of {asked} ({request}).") if accepted
        else _("{who} does not want {item} instead of {asked} ({request}): {answer}")
    )  # fmt: skip
    subject = _("Accepted: {item}") if accepted else _("Declined: {item}")
    _tell("requests.substitute_answered", row, [row.created_by], actor, subject, body)


def tell_withdrawn(row: SubstituteProposal, *, actor: Actor) -> None:
    """The requester: nothing is asked of him any more."""
    request = row.line.request
    body = _("{who} does not propose {item} instead of {asked} any more ({request}).")
    _tell(
        "requests.substitute_withdrawn", row, [request.requester, request.created_by], actor,
        _("Nothing to answer any more: {title}"), body,
    )  # fmt: skip


def tell_expired(row: SubstituteProposal, *, actor: Actor) -> None:
    """Who proposed it: the line changed or ended meanwhile."""
    body = _("The line of {request} that asks for {asked} changed. Your proposal {item} has run out.")
    _tell("requests.substitute_answered", row, [row.created_by], actor, _("Run out: {item}"), body)


def _tell(
    code: str, row: SubstituteProposal, users: Iterable[User | None], actor: Actor, subject: object, body: object,
    *, url: str = "", button: object = _("Open the request"),
) -> None:  # fmt: skip
    request = row.line.request
    values = {
        "who": actor.name, "title": request.title, "request": str(request), "item": str(row.item),
        "asked": row.asked_for, "reason": row.reason, "answer": row.answer, "amount": Money(row.amount, row.currency),
    }  # fmt: skip
    tell(users, kind=code, subject=subject, body=body, url=url or url_of(request) or "", actor=actor, values=values,
         button=button)  # fmt: skip

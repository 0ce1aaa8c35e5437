"""Who is told that something waits for his decision."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.approvals import selectors
from srm.approvals.asking import holders, rights_for
from srm.approvals.models import ApprovalRoute, ApprovalStep
from srm.core.actor import SYSTEM, Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.notify.values import Money
from srm.org.selectors import stand_ins_of
from srm.people.models import User
from srm.ui.links import url_of

WAITING = kind("approvals.waiting", _("Something waits for my decision"), channel="mail").code


ANSWERED = kind("approvals.answered", _("What I sent for approval came back"), channel="mail").code
LATE = kind("approvals.late", _("A decision of mine is overdue"), channel="mail").code


def tell_deciders(route: ApprovalRoute, *, actor: Actor) -> None:
    """Tell everybody a route waits for now, each with the address of the decision page."""
    for step in selectors.steps_now(route):
        tell_step(route, step, actor=actor)


def tell_step(route: ApprovalRoute, step: ApprovalStep, *, actor: Actor) -> None:
    """Tell those who may take one step, and who stands in for them."""
    tell(
        _asked(route, step), kind=WAITING, actor=actor, url=url_of(step) or "", button=_("Decide"),
        subject=_("Please decide: {title}, {amount}"),
        body=_("{requester} asks for {title} ({amount}). It waits for your decision."),
        values={
            "title": str(route), "amount": Money(route.amount, route.currency),
            "requester": route.requester.name if route.requester else actor.name,
        },
    )  # fmt: skip


def remind(route: ApprovalRoute, step: ApprovalStep) -> None:
    """Tell them again, with the time until which they can decide alone."""
    tell(
        _asked(route, step), kind=LATE, actor=SYSTEM, url=url_of(step) or "", button=_("Decide"),
        subject=_("Still waiting for your decision: {title}"),
        body=_("It is due on {due}. After that somebody above you is asked as well."),
        values={"title": str(route), "due": step.due_at},
    )  # fmt: skip


def _asked(route: ApprovalRoute, step: ApprovalStep) -> list[User]:
    """Those who may take a step, and their stand-ins, without those who had a part in the document."""
    rights = rights_for(route.document_kind)
    asked = [step.user] if step.user else holders(step.role, rights, route.barred)
    stand_ins = [one for others in stand_ins_of(asked).values() for one in others]
    people = {user.pk: user for user in [*asked, *stand_ins] if user.person_id not in route.barred}
    return list(people.values())


def tell_answer(route: ApprovalRoute, outcome: str, reason: str, *, actor: Actor) -> None:
    """Tell the requester of a decision that moves nothing by itself."""
    document = selectors.document_of(route)
    subjects = {"returned": _("Sent back: {title}"), "rejected": _("Refused: {title}")}
    tell(
        [route.requester], kind=ANSWERED, actor=actor, url=url_of(document) or "", button=_("Look"),
        subject=subjects[outcome], body="{reason}", values={"title": str(route), "reason": reason},
    )  # fmt: skip

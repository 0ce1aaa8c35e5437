"""Laying out routes, deciding, and the rules behind them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext as _

from srm.approvals import accumulation, asking, lateness, registry, selectors
from srm.approvals.accumulation import Parts
from srm.approvals.models import ApprovalRoute, ApprovalRule, ApprovalStep, Who
from srm.approvals.notices import tell_answer, tell_deciders
from srm.audit import services as audit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken, Stale
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.people.roles import permissions_of

if TYPE_CHECKING:
    import datetime as dt

    from srm.catalog.models import Category
    from srm.people.models import CostCenter, Department, User

OUTCOMES = ("approved", "rejected", "returned")
REQUESTS = "procurement.purchaserequest"
HOLDS = (ApprovalRoute.State.OPEN, ApprovalRoute.State.APPROVED)


# ------------------------------------------------------------------------------------------------ routes


def lay_out(
    document: Any, *, actor: Actor, amount: Decimal, currency: str, department: Department | None = None,
    cost_centers: Iterable[CostCenter] = (), categories: Iterable[Category] = (), content: object = None,
    barred: Collection[str] = (), title: str = "", requester: User | None = None, need_by: dt.date | None = None,
    parts: Parts | None = None, way: str = "", departments: Iterable[Department] = (),
) -> ApprovalRoute:  # fmt: skip
    """The way of `document` through its approvals; an unfinished older one is dropped. Tells the first deciders.

    Args:
        amount: in the base currency; rules compare it.
        content: what is being approved, as plain values; kept as a hash.
        parts: the amount by category, in the base currency; adds up with others of the year.
        barred: person ids that may not decide; the one who sends it is always among them.
        way: normal, urgent, low value or after the fact, where the document has such a thing; rules compare it.
        departments: others that it is for beside `department`; rules for them fit as well.

    Raises:
        RuleBroken: a step that nobody may decide; the sentences say who was passed over.
    """
    uow.require()
    drop(document)
    entity = getattr(document, "legal_entity", None)
    if parts:
        accumulation.in_turn(entity)
    people = sorted({*barred, actor.person_id} - {""})
    steps = asking.who_decides(
        document._meta.label_lower, amount=amount, department=department, cost_centers=cost_centers,
        categories=categories, barred=people, requester=requester, parts=parts, but=document.public_id,
        entity=entity, way=way, departments=departments,
    )  # fmt: skip
    _refuse_empty(steps)
    if parts is not None:
        accumulation.accumulate(document, parts, title=title)
    route = ApprovalRoute.objects.unscoped(selectors.MACHINE).create(
        document_kind=document._meta.label_lower, document_id=document.public_id, document_number=document.number,
        title=title or str(document), legal_entity=entity, department=department, requester=requester, need_by=need_by, amount=amount,
        currency=currency, content_hash=hash_of(content), barred=people,
    )  # fmt: skip
    ApprovalStep.objects.unscoped(selectors.MACHINE).bulk_create(
        ApprovalStep(
            route=route, order=step.order, group=step.group, hours=step.rule.hours if step.rule else 0, who=step.who, user=step.user, role=step.role,
            passed=[[one.who, one.why] for one in step.passed], by_sum=step.by_sum,
        )
        for step in steps
    )  # fmt: skip
    lateness.start_clocks(route)
    tell_deciders(route, actor=actor)
    return route


def reconsider(document: Any, *, actor: Actor, content: object, **facts: Any) -> ApprovalRoute | None:
    """After an edit: lay out the route anew when what is approved has changed, also when it was approved already.

    What the content does not hold (a note, a tag) may change without asking anybody again. Takes what `lay_out` takes;
    returns the new route, or None when the former decisions still hold.
    """
    route = selectors.route_of(document)
    if route and route.outcome in HOLDS and route.content_hash == hash_of(content):
        return None
    return lay_out(document, actor=actor, content=content, **facts)


def _refuse_empty(steps: Sequence[asking.Planned]) -> None:
    for step in steps:
        if step.empty:
            begin = _("Nobody may decide step %(no)s of the approval.") % {"no": step.order}
            end = _("Ask the administrator to name somebody in the approval rules.")
            raise RuleBroken([" ".join([begin, *step.notes, end])])


def drop(document: Any) -> None:
    """End an open route without a decision: the document was withdrawn or sent anew."""
    routes = ApprovalRoute.objects.unscoped(selectors.MACHINE).select_for_update()
    for route in routes.filter(
        document_kind=document._meta.label_lower, document_id=document.public_id, outcome="open"
    ):
        _end(route, "dropped")
        accumulation.forget(document)


def content_renamed(document: Any, *, before: object, after: object) -> None:
    """What is being approved is the same under another name (two items became one): nobody is asked again.

    Only a route for exactly the content `before` goes on; one whose document was changed otherwise still notices.
    """
    route = selectors.route_of(document)
    if route is not None and route.content_hash == hash_of(before):
        route.content_hash = hash_of(after)
        route.save(update_fields=["content_hash"])


def hash_of(content: object) -> str:
    """SHA-256 of plain values in one canonical form."""
    text = json.dumps(audit.plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def why_not_approved(document: Any, content: object) -> str | None:
    """For guards: why `document` with this content may not count as approved; None when its route is complete."""
    route = selectors.route_of(document)
    if route is None or route.outcome == ApprovalRoute.State.OPEN:
        return _("It has not been through all its approvals.")
    if route.outcome != ApprovalRoute.State.APPROVED:
        return _("Its approval ended differently. Send it again.")
    if route.content_hash != hash_of(content):
        return _("It was changed after it was sent. Return it, so that it is sent again.")
    return None


# ------------------------------------------------------------------------------------------------ deciding


def may_decide(document: Any, actor: Actor, *, route: ApprovalRoute | None = None) -> str | None:
    """Why `actor` cannot decide on `document` now; None when he can. `route` where a page has read it already."""
    route = route or selectors.route_of(document)
    return _why_not(route, selectors.steps_now(route) if route else [], actor, selectors.away(actor))


def decide(
    document: Any, *, actor: Actor, outcome: str, reason: str = "", seen: str = "", step: ApprovalStep | None = None
) -> Any:
    """Record the actor's decision; the last approval, a rejection or a return also moves the document.

    The only way a document under rules is approved, rejected or returned. Returns the fresh document.

    Args:
        seen: the `content_hash` of the route that the actor was shown; `step`: the step he was shown.

    Raises:
        Stale: the document was changed and sent anew since.
        InvalidInput: no reason for a rejection or return. RuleBroken: not his to decide, not his turn, decided already,
            or changed since it was sent; and whatever refuses the move itself (a used-up budget).
    """
    uow.require()
    reason = _checked_reason(outcome, reason)
    locked = records.locked_row(document)
    route = _locked_route(locked)
    if (seen and seen != route.content_hash) or (step is not None and step.route_id != route.pk):
        raise Stale(_("It was changed and sent anew since you opened it. Look at what it asks for now."))
    taken = _my_steps(route, actor)
    if outcome == "approved":
        _refuse_if_changed(locked, route)
    for step, away in taken:
        step.outcome, step.decided_by_id, step.decided_at, step.reason = outcome, actor.user_id, clock.now(), reason
        step.decided_for = away
        step.save()
    actor = _in_the_name_of(taken, actor, route)
    audit.record(actor=actor, verb=f"step_{outcome}", subject=locked, reason=reason)
    if outcome == "approved":
        _settle_alternatives(route, [step for step, _away in taken])
    if outcome == "approved" and route.steps.filter(outcome="waiting").exists():
        fresh = _fresh(route)
        lateness.start_clocks(fresh)
        tell_deciders(fresh, actor=actor)
        return locked
    _end(route, outcome)
    if outcome != "approved":
        accumulation.forget(locked)
    move = registry.moves_of(locked).get(outcome)
    if move is None:
        tell_answer(route, outcome, reason, actor=actor)
        return locked
    return perform(locked, move, actor=actor, reason=reason)


def _in_the_name_of(taken: Iterable[tuple[ApprovalStep, User | None]], actor: Actor, route: ApprovalRoute) -> Actor:
    """The actor with the right of the one he stood in for, for this one decision; both names go into the history."""
    away = next((away for _step, away in taken if away is not None), None)
    if away is None or any(away is None for _step, away in taken):
        return actor
    borrowed = asking.rights_for(route.document_kind) & asking.person_of(away).rights
    return replace(actor, on_behalf_of=away.pk, permissions=actor.permissions | borrowed)


def _settle_alternatives(route: ApprovalRoute, decided: Iterable[ApprovalStep]) -> None:
    """Where one of several was enough, the others are not asked any more."""
    for order, group in {(step.order, step.group) for step in decided if step.group}:
        route.steps.filter(order=order, group=group, outcome="waiting").update(outcome="skipped")


def decide_step(step: ApprovalStep, *, actor: Actor, outcome: str, reason: str = "", seen: str = "") -> Any:
    """`decide` for a step of the actor's inbox."""
    return decide(selectors.document_of(step.route), actor=actor, outcome=outcome, reason=reason, seen=seen, step=step)


def _checked_reason(outcome: str, reason: str) -> str:
    if outcome not in OUTCOMES:
        raise InvalidInput({"outcome": [_("Choose one of those offered.")]})
    reason = reason.strip()
    if outcome != "approved" and len(reason) < 3:
        raise InvalidInput({"reason": [_("Say why, so that the requester knows what to do.")]})
    if len(reason) > 500:
        raise InvalidInput({"reason": [_("At most 500 characters, please.")]})
    return reason


def _locked_route(document: Any) -> ApprovalRoute:
    """The route as it is under the document's lock: of two who decide at once, the second finds it decided."""
    routes = ApprovalRoute.objects.unscoped(selectors.MACHINE).select_for_update(of=("self",))
    found = (
        routes.filter(document_kind=document._meta.label_lower, document_id=document.public_id).order_by("-pk").first()
    )
    if found is None:
        raise RuleBroken([_("This does not wait for a decision.")])
    return found


def _my_steps(route: ApprovalRoute, actor: Actor) -> list[tuple[ApprovalStep, User | None]]:
    """The steps the actor may take now, each with the person he takes it for: None for himself."""
    steps, cover = selectors.steps_now(route), selectors.away(actor)
    if sentence := _why_not(route, steps, actor, cover):
        raise RuleBroken([sentence])
    own = [(step, None) for step in steps if _addressed(step, actor)]
    stood_in = [
        (step, away) for step in steps if not _addressed(step, actor) and (away := selectors.absentee_of(step, route, cover))
    ]  # fmt: skip
    return [*own, *stood_in]


def _why_not(route: ApprovalRoute | None, steps: list[ApprovalStep], actor: Actor, cover: Sequence[User]) -> str | None:
    if route is None:
        return _("This does not wait for a decision.")
    if route.outcome != ApprovalRoute.State.OPEN:
        decided = route.steps.exclude(decided_by=None).order_by("decided_at").last()
        words = {"outcome": str(route.get_outcome_display()).lower(), "who": decided.decided_by if decided else "–"}
        return _("Somebody was faster: %(outcome)s by %(who)s.") % words
    if actor.person_id in route.barred:
        return _("You had a part in this. Somebody else has to decide.")
    asked = any(_addressed(step, actor) or selectors.absentee_of(step, route, cover) for step in steps)
    if not actor.may(selectors.DECIDE) or not asked:
        return _("It waits for %(who)s.") % {"who": ", ".join(step.decider for step in steps)}
    return None


def _addressed(step: ApprovalStep, actor: Actor) -> bool:
    return step.user_id == actor.user_id if step.user_id else step.role in actor.roles


def _refuse_if_changed(document: Any, route: ApprovalRoute) -> None:
    kind = registry.kind_of(document)
    if kind and kind.content and hash_of(kind.content(document)) != route.content_hash:
        raise RuleBroken([_("It was changed after it was sent. Return it, so that it is sent again.")])


def _end(route: ApprovalRoute, outcome: str) -> None:
    route.outcome = outcome
    route.save(update_fields=["outcome"])
    route.steps.filter(outcome="waiting").update(outcome="skipped")


def _fresh(route: ApprovalRoute) -> ApprovalRoute:
    return ApprovalRoute.objects.unscoped(selectors.MACHINE).get(pk=route.pk)


# ------------------------------------------------------------------------------------------------ rules


def create_rule(*, actor: Actor, **values: Any) -> ApprovalRule:
    """A new rule.

    Raises:
        InvalidInput: it names nobody, or somebody who may not decide.
    """
    return records.create(ApprovalRule, actor=actor, **_checked(values, ApprovalRule()))


def update_rule(rule: ApprovalRule, *, actor: Actor, version: int | None = None, **changes: Any) -> ApprovalRule:
    """Change a rule; routes that are under way keep the steps they were laid out with.

    Raises:
        InvalidInput, Stale
    """
    return records.update(rule, actor=actor, version=version, **_checked(changes, rule))


def _checked(values: dict[str, Any], rule: ApprovalRule) -> dict[str, Any]:
    """The values with what does not belong to the chosen kind of decider emptied."""
    who = values.get("who", rule.who)
    code = values.get("kind", rule.kind)
    user, role = values.get("user", rule.user), values.get("role", rule.role)
    kind = registry.kind_of(code)
    if kind is None:
        raise InvalidInput({"kind": [_("Choose one of those offered.")]})
    rights = asking.rights_for(code)
    named = who in (Who.ROLE, Who.LOCAL)
    if who == Who.USER and user is None:
        raise InvalidInput({"user": [_("Choose the person who decides.")]})
    if who == Who.USER and user is not None and not asking.may_be_asked(user, rights, ()):
        raise InvalidInput({"user": [_("%(who)s may not decide on this: the role is missing.") % {"who": user.name}]})
    if named and not rights <= permissions_of(frozenset({role})):
        raise InvalidInput({"role": [_("Choose a role that may decide on this.")]})
    low, high = values.get("min_amount", rule.min_amount), values.get("max_amount", rule.max_amount)
    if high is not None and high <= low:
        raise InvalidInput({"max_amount": [_("Has to be more than the amount from which on the rule holds.")]})
    return {**values, "user": user if who == Who.USER else None, "role": role if named else ""}


def tried_table(
    kind: str, *, without: Collection[str] = (), extra: Iterable[dict[str, Any]] = (), whole: bool = False
) -> list[ApprovalRule]:
    """A table of rules to try, nothing of it kept: those there are except `without`, and the `extra` ones.

    Args:
        without: public ids of rules to leave out.
        whole: the extra rules are the whole table.

    Raises:
        InvalidInput: an extra rule names nobody, or somebody who may not decide.
    """
    kept = [] if whole else [rule for rule in asking.kept_rules(kind) if rule.public_id not in without]
    return [*kept, *(ApprovalRule(**_checked({"kind": kind, **values}, ApprovalRule())) for values in extra)]


def ensure_default_rule(**_options: object) -> None:
    """A new installation starts with one rule: the department's head decides on requests."""
    if not ApprovalRule.objects.exists():
        ApprovalRule.objects.create(kind=REQUESTS, order=1, who=Who.HEAD)


post_migrate.connect(ensure_default_rule, sender=apps.get_app_config("kraljic"), dispatch_uid="approvals_default_rule")

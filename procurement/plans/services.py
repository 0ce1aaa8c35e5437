"""Writing plans: drafts, proposals, bulk changes, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.plans import selectors
from procurement.plans.lifecycle import PlanState
from procurement.plans.lines import CHUNK, FIELDS, WHY, add_lines, cleaned_lines, note, write_lines
from procurement.plans.models import EDIT, PlanLine, ProcurementPlan
from procurement.plans.proposing import Proposed, proposals
from procurement.plans.sources import ordered
from srm.audit import services as audit
from srm.catalog.models import Category
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.ids import new_public_id
from srm.core.money import cents
from srm.flow import records, uow
from srm.flow.perform import perform
from srm.flow.registry import effect
from srm.people.models import LegalEntity, User
from srm.ui import formats

HUNDRED = Decimal(100)
BULK = ("buyer", "procedure", "department")


def create_plan(
    *, actor: Actor, legal_entity: LegalEntity, year: int, note: str = "", lines: Sequence[Mapping[str, Any]] = ()
) -> ProcurementPlan:
    """The first version of a year's plan, a draft.

    Raises:
        NotAllowed: the right, or the legal entity. InvalidInput: sentences by field; there is a plan already.
    """
    _admit(actor, legal_entity)
    locked = LegalEntity.objects.select_for_update().get(pk=legal_entity.pk)
    if _versions(locked, year).exists():
        raise InvalidInput({"year": [_("There is a plan for this year already. Change that one.")]})
    plan = records.create(
        ProcurementPlan, actor=actor, legal_entity=locked, year=year, note=note, currency=locked.currency
    )
    if lines:
        write_lines(plan, lines, actor=actor)
    return plan


def update_plan(
    plan: ProcurementPlan, *, actor: Actor, version: int | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None, note: str | None = None,
) -> ProcurementPlan:  # fmt: skip
    """Change a draft; `lines`, when given, is the whole list.

    Raises:
        NotAllowed, Stale. InvalidInput: it is no draft any more, or sentences by field.
    """
    locked = _draft(plan, actor, version)
    fresh = records.update(locked, actor=actor, note=locked.note if note is None else note)
    if lines is not None:
        write_lines(fresh, lines, actor=actor)
    return fresh


def save_line(plan: ProcurementPlan, *, actor: Actor, values: Mapping[str, Any]) -> PlanLine:
    """Change the line of a draft that `values["id"]` names, or add one.

    Raises:
        NotAllowed. InvalidInput: sentences by field; there is no such line.
    """
    locked = _draft(plan, actor)
    rows = PlanLine.objects.unscoped(WHY).filter(plan=locked)
    line = rows.select_related("category", "item", "unit").filter(public_id=values.get("id") or "").first()
    if values.get("id") and line is None:
        raise InvalidInput({"id": [_("This plan has no such line.")]})
    try:
        if line is None:
            return add_lines(locked, [values], actor=actor)[0]
        (cleaned,) = cleaned_lines([values], {line.public_id: line})
    except InvalidInput as fault:
        raise InvalidInput({name.removeprefix("lines.0."): words for name, words in fault.errors.items()}) from fault
    if any(getattr(line, name) != value for name, value in cleaned.items()):
        for name, value in cleaned.items():
            setattr(line, name, value)
        line.save(update_fields=FIELDS)
        note(locked, actor=actor, changed=1)
    return line


# -------------------------------------------------------------------------------------------------- proposing


def propose(
    plan: ProcurementPlan, *, actor: Actor, orders: bool = True, requests: bool = True, recurring: bool = True
) -> list[PlanLine]:
    """Fill a draft from last year's orders, open approved needs and recurring requests.

    A category and month that the plan has a line for already is left alone, so that a second look takes nothing back.

    Raises:
        NotAllowed. InvalidInput: it is no draft. RuleBroken: nothing new is known.
    """
    locked = _draft(plan, actor)
    entity, year = locked.legal_entity, locked.year
    found = proposals(
        ordered(entity, year - 1)[0] if orders else {}, selectors.asked_for(entity, year) if requests else {},
        selectors.recurring(entity, year) if recurring else {},
    )  # fmt: skip
    taken = set(PlanLine.objects.unscoped(WHY).filter(plan=locked).values_list("category", "month"))
    fresh = [one for one in found if (one.category, one.month) not in taken]
    if not fresh:
        raise RuleBroken([_("Nothing is known that the plan does not have.")])
    categories = Category.objects.in_bulk({one.category for one in fresh})
    return add_lines(locked, [_line(one, categories, locked) for one in fresh], actor=actor)


def _line(one: Proposed, categories: Mapping[int, Category], plan: ProcurementPlan) -> dict[str, Any]:
    parts = [
        (one.ordered, _("ordered last year: %(amount)s")), (one.asked, _("asked for: %(amount)s")),
        (one.recurring, _("recurring: %(amount)s")),
    ]  # fmt: skip
    words = [text % {"amount": formats.money(amount, plan.currency)} for amount, text in parts if amount]
    return {
        "category": categories[one.category], "month": one.month, "amount": one.amount,
        "justification": "; ".join(words), "source": PlanLine.Source.PROPOSED,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ bulk changes


def change_many(
    plan: ProcurementPlan, *, actor: Actor, version: int | None = None, category: Category | None = None,
    first: int = 1, last: int = 12, of_buyer: User | None = None, percent: Decimal | None = None, shift: int = 0,
    **values: Any,
) -> int:  # fmt: skip
    """Change all lines of a draft that fit: how many there were.

    Args:
        category, first, last, of_buyer: which lines: of the category and all below it, of these months, of this buyer.
        percent: amounts times 1 + percent / 100, to the cent. shift: months later (earlier below zero), within the year.
        values: new buyer, procedure or department; None or "" leaves them.

    Raises:
        NotAllowed, Stale. InvalidInput: no draft, nothing fits, a month would leave the year.
    """
    locked = _draft(plan, actor, version)
    rows = PlanLine.objects.unscoped(WHY).filter(plan=locked, month__gte=first, month__lte=last)
    rows = rows.filter(category__path__startswith=category.path) if category else rows
    lines = list((rows.filter(buyer=of_buyer) if of_buyer else rows).select_related("category"))
    changes = {name: value for name, value in values.items() if name in BULK and value not in (None, "")}
    if not changes and not shift and percent is None:
        raise InvalidInput(_("Say what is to be changed."))
    if not lines:
        raise InvalidInput(_("No line fits."))
    if any(not 1 <= line.month + shift <= 12 for line in lines):
        raise InvalidInput({"shift": [_("Some lines would leave the year.")]})
    if percent is not None and percent < -HUNDRED:
        raise InvalidInput({"percent": [_("Nothing is less than nothing.")]})
    for line in lines:
        line.month += shift
        line.amount = cents(line.amount * (1 + percent / HUNDRED)) if percent is not None else line.amount
        for name, value in changes.items():
            setattr(line, name, value)
    PlanLine.objects.unscoped(WHY).bulk_update(lines, ["month", "amount", *BULK], batch_size=CHUNK)
    note(locked, actor=actor, changed=len(lines))
    return len(lines)


# ---------------------------------------------------------------------------------------------------- versions


def revise(plan: ProcurementPlan, *, actor: Actor) -> ProcurementPlan:
    """The next version of an approved plan, a draft with the same lines; the approved one holds until it is approved.

    Raises:
        NotAllowed. RuleBroken: it is not approved, or the next version is being written already.
    """
    _admit(actor, plan.legal_entity)
    locked = records.locked_row(plan)
    if locked.state != PlanState.APPROVED:
        raise RuleBroken([_("Only an approved plan has a next version. Change this one.")])
    entity = LegalEntity.objects.select_for_update().get(pk=locked.legal_entity_id)
    versions = _versions(entity, locked.year)
    if _being_written(versions):
        raise RuleBroken([_("The next version is being written already.")])
    edition = max(versions.values_list("edition", flat=True)) + 1
    fresh = records.create(
        ProcurementPlan, actor=actor, legal_entity=entity, year=locked.year, edition=edition, follows=locked,
        note=locked.note, currency=locked.currency,
    )  # fmt: skip
    lines = list(PlanLine.objects.unscoped(WHY).filter(plan=locked).order_by("pk"))
    for line in lines:
        line.pk, line.plan, line.public_id, line._state.adding = None, fresh, new_public_id(), True
    PlanLine.objects.unscoped(WHY).bulk_create(lines, batch_size=CHUNK)
    _sum(fresh, locked)
    audit.record(actor=actor, verb="version begun", subject=locked, changes={"edition": [locked.edition, edition]})
    return fresh


def _sum(fresh: ProcurementPlan, before: ProcurementPlan) -> None:
    fresh.line_count, fresh.total = before.line_count, before.total
    fresh.save(update_fields=["line_count", "total"])


@effect(ProcurementPlan, "approve")
def take_over(plan: ProcurementPlan, *, actor: Actor, **_details: object) -> None:
    """The version that held until now steps back. The new one is saved already: it must not stand beside the old one."""
    reason = _("Version %(edition)d took its place.") % {"edition": plan.edition}
    for one in _versions(plan.legal_entity, plan.year).filter(state=PlanState.APPROVED).exclude(pk=plan.pk):
        perform(one, "close", actor=SYSTEM, reason=reason)


# ------------------------------------------------------------------------------------------------------ inside


def _versions(entity: LegalEntity, year: int) -> Any:
    return ProcurementPlan.objects.unscoped("versions of one plan").filter(legal_entity=entity, year=year)


def _being_written(versions: Any) -> bool:
    return versions.filter(state__in=[PlanState.DRAFT, PlanState.SUBMITTED]).exists()


def _admit(actor: Actor, entity: LegalEntity) -> None:
    uow.require()
    if not actor.may(EDIT) or (actor.legal_entities and entity.pk not in actor.legal_entities):
        raise NotAllowed()


def _draft(plan: ProcurementPlan, actor: Actor, version: int | None = None) -> ProcurementPlan:
    """The plan, locked, if the actor may write it and it is a draft."""
    _admit(actor, plan.legal_entity)
    locked = records.locked_row(plan, version=version)
    records.refuse_unless_draft(locked, PlanState.DRAFT)
    return locked


def next_year() -> int:
    """The year that is planned now."""
    return clock.today().year + 1

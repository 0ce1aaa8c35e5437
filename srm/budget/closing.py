"""Closing a period of a legal entity, and opening it again.

The budgets of a year are locked while it is judged, so that a booking either is counted or finds the period closed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from srm.budget import periods
from srm.budget.models import BudgetLine, ClosedPeriod, Period
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.registry import effect, guard
from srm.people.models import LegalEntity
from srm.ui import formats

WHY = "a period is closed for the whole legal entity"


def close_period(*, actor: Actor, legal_entity: LegalEntity, year: int, period: str = Period.YEAR) -> ClosedPeriod:
    """Close a part of a year; one that was opened again is closed again.

    Raises:
        RuleBroken: it is not over yet, closed already, or something is still reserved or ordered in it.
    """
    values: dict[str, Any] = {"legal_entity": legal_entity, "year": year, "period": period}
    known = ClosedPeriod.objects.unscoped(WHY).filter(**values).first()
    return perform(known or records.create(ClosedPeriod, actor=actor, **values), "close", actor=actor)


@guard(ClosedPeriod, "close")
def is_over(closing: ClosedPeriod, actor: Actor) -> object:
    """What still runs is not closed."""
    last = closing.days[1]
    return (
        None if last < clock.today() else _("It is not over yet: its last day is %(day)s.") % {"day": formats.day(last)}
    )


@guard(ClosedPeriod, "close")
def nothing_open(closing: ClosedPeriod, actor: Actor) -> object:
    """What is reserved or ordered has to be carried over first."""
    return _still_open(closing, list(_lines(closing)))


@effect(ClosedPeriod, "close")
def closed(closing: ClosedPeriod, *, actor: Actor, **_details: object) -> None:
    """Judged once more with the budgets locked.

    Raises:
        RuleBroken: somebody booked meanwhile.
    """
    if sentence := _still_open(closing, list(_lines(closing).select_for_update(of=("self",)).order_by("pk"))):
        raise RuleBroken([sentence])


def _lines(closing: ClosedPeriod) -> QuerySet[BudgetLine]:
    rows = BudgetLine.objects.unscoped(WHY).select_related("cost_center__department")
    return rows.filter(cost_center__department__legal_entity=closing.legal_entity_id, year=closing.year)


def _still_open(closing: ClosedPeriod, lines: list[BudgetLine]) -> str | None:
    """The sentence about budgets that would be closed with something reserved or ordered on them."""
    spans = dict(periods.closed_spans())
    spans[closing.legal_entity_id] = [*spans.get(closing.legal_entity_id, ()), closing.days]
    held = [line.reserved + line.committed for line in lines if periods.is_closed(line, spans)]
    held = [amount for amount in held if amount]
    if not held:
        return None
    return ngettext(
        "%(n)s budget still has %(amount)s reserved or ordered. Carry it over first.",
        "%(n)s budgets still have %(amount)s reserved or ordered. Carry it over first.", len(held),
    ) % {"n": len(held), "amount": formats.money(sum(held, Decimal(0)), closing.legal_entity.currency)}  # fmt: skip

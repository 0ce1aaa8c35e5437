"""Computing an assessment, and what its approval does."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal

from django.utils.translation import gettext as _

from kraljic import scoring, selectors
from kraljic.models import Assessment, Placement
from srm.catalog import services as catalog
from srm.catalog.models import Category
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import RuleBroken
from srm.core.money import cents
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.registry import effect
from srm.people.models import LegalEntity
from suppliers.registry import services as registry
from suppliers.registry.models import Supplier

SCHEMES = {"category": scoring.CATEGORIES, "supplier": scoring.SUPPLIERS}


def assess(
    *, actor: Actor, subject: str, legal_entity: LegalEntity, period_from: dt.date, period_to: dt.date
) -> Assessment:
    """Compute the matrix of categories or suppliers over a period, as a draft.

    Raises:
        RuleBroken: nothing was ordered in the period.
    """
    inputs, spend = selectors.measure(actor, subject, period_from, period_to)
    if not spend:
        raise RuleBroken(_("Nothing was ordered in this period. Choose a longer one."))
    scheme = SCHEMES[subject]
    assessment = records.create(
        Assessment, actor=actor, legal_entity=legal_entity, subject=subject, period_from=period_from,
        period_to=period_to, scheme=described(scheme), total_spend=_money(sum(spend.values())),
        currency=legal_entity.currency,
    )  # fmt: skip
    where = scoring.positions(spend)
    rows = []
    for identity, measured in inputs.items():
        found = scoring.place(scheme, {**measured, "spend_position": where[identity]})
        rows.append(
            Placement(
                assessment=assessment, **{f"{subject}_id": identity}, risk=_fraction(found.risk),
                profit=_fraction(found.profit), coverage=_fraction(found.coverage, 4), spend=_money(spend[identity]),
                quadrant=found.quadrant, criteria=[asdict(part) for part in found.contributions],
            )
        )  # fmt: skip
    Placement.objects.unscoped("assessment being written").bulk_create(rows, batch_size=500)
    return assessment


def described(scheme: scoring.Scheme) -> dict:
    """A scheme as it is stored with an assessment, so that its figures can be computed again."""
    return {
        "weights": {f"{part.axis}.{part.name}": part.weight for part in scheme.criteria},
        "risk_line": scheme.risk_line, "profit_line": scheme.profit_line, "least_coverage": scheme.least_coverage,
    }  # fmt: skip


@effect(Assessment, "approve")
def on_approve(assessment: Assessment, *, actor: Actor, **_details: object) -> None:
    """Segments follow the places; the assessment approved before steps back."""
    earlier = Assessment.objects.unscoped("superseding the one before").filter(
        subject=assessment.subject, state="approved", legal_entity=assessment.legal_entity
    )
    for one in earlier.exclude(pk=assessment.pk).order_by("pk"):
        perform(one, "supersede", actor=SYSTEM)
    for placement in assessment.placements.select_related("category", "supplier").order_by("pk"):
        if isinstance(placement.category, Category):
            catalog.set_segment(placement.category, segment=placement.quadrant, actor=actor)
        if isinstance(placement.supplier, Supplier):
            registry.set_segment(placement.supplier, segment=placement.quadrant, actor=actor)


def _fraction(value: float, places: int = 6) -> Decimal:
    return Decimal(str(round(value, places)))


def _money(value: float) -> Decimal:
    return cents(Decimal(str(value)))

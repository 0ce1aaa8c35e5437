"""Judging and writing the lines of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from procurement.plans.models import PlanLine, ProcurementPlan
from procurement.plans.selectors import buyers_of
from srm.audit import services as audit
from srm.catalog.models import Category, Item
from srm.catalog.policy.procedures import procedures
from srm.catalog.policy.selectors import effective_of
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.money import Sum
from srm.core.quantities import clean_amount, clean_quantity

WHY = "the plan's own lines, inside its service"
FIELDS = (
    "month", "category", "item", "quantity", "unit", "amount", "procedure", "buyer", "department", "justification",
)  # fmt: skip
MOST = 5000
CHUNK = 500


def write_lines(plan: ProcurementPlan, lines: Sequence[Mapping[str, Any]], *, actor: Actor) -> bool:
    """Bring the plan's lines in line with `lines`, the whole list; whether anything changed.

    Each has "id" (the public id of a line that is kept) or none.

    Raises:
        InvalidInput: "lines.3.month" and the like.
    """
    known = {line.public_id: line for line in _own(plan)}
    if strange := [no for no, values in enumerate(lines) if values.get("id") and values["id"] not in known]:
        raise InvalidInput({f"lines.{strange[0]}": [_("This line is not there any more.")]})
    cleaned = cleaned_lines(lines, known)
    gone = set(known) - {values.get("id") for values in lines}
    fresh, changed = [], []
    for values, given in zip(cleaned, lines, strict=True):
        line = known.get(given.get("id") or "")
        if line is None:
            fresh.append(PlanLine(plan=plan, source=given.get("source") or PlanLine.Source.HAND, **values))
        elif any(getattr(line, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(line, name, value)
            changed.append(line)
    if not (gone or fresh or changed):
        return False
    rows = PlanLine.objects.unscoped(WHY)
    rows.filter(plan=plan, public_id__in=gone).delete()
    rows.bulk_create(fresh, batch_size=CHUNK)
    rows.bulk_update(changed, FIELDS, batch_size=CHUNK)
    note(plan, actor=actor, added=len(fresh), changed=len(changed), dropped=len(gone))
    return True


def add_lines(plan: ProcurementPlan, lines: Sequence[Mapping[str, Any]], *, actor: Actor) -> list[PlanLine]:
    """New lines beside those there are.

    Raises:
        InvalidInput: "lines.3.month" and the like.
    """
    rows = [
        PlanLine(plan=plan, source=given.get("source") or PlanLine.Source.HAND, **values)
        for values, given in zip(cleaned_lines(lines, {}), lines, strict=True)
    ]
    made = PlanLine.objects.unscoped(WHY).bulk_create(rows, batch_size=CHUNK)
    note(plan, actor=actor, added=len(made))
    return made


def note(plan: ProcurementPlan, *, actor: Actor, added: int = 0, changed: int = 0, dropped: int = 0) -> None:
    """Sum the plan up anew, and tell the log how many lines came, went and changed.

    Raises:
        InvalidInput: there are too many lines.
    """
    sums = PlanLine.objects.unscoped(WHY).filter(plan=plan).aggregate(n=Count("pk"), total=Sum("amount"))
    if sums["n"] > MOST:
        raise InvalidInput(
            _("A plan has at most %(most)d lines. Plan by category rather than by item.") % {"most": MOST}
        )
    before = plan.line_count
    plan.line_count, plan.total = sums["n"], sums["total"]
    plan.version += 1
    plan.save(update_fields=["line_count", "total", "version", "updated_at"])
    counts = {name: n for name, n in (("added", added), ("changed", changed), ("dropped", dropped)) if n}
    changes = {"lines": [before, plan.line_count], **{name: [0, n] for name, n in counts.items()}}
    audit.record(actor=actor, verb="lines written", subject=plan, changes=changes)


def _own(plan: ProcurementPlan) -> Iterable[PlanLine]:
    rows = PlanLine.objects.unscoped(WHY).filter(plan=plan)
    return rows.select_related("category", "item", "unit", "buyer", "department")


# ------------------------------------------------------------------------------------------------------ judging


def cleaned_lines(lines: Sequence[Mapping[str, Any]], known: Mapping[str, PlanLine]) -> list[dict[str, Any]]:
    """The lines' values: what is left open of a new line comes from its category (procedure, buyer).

    Raises:
        InvalidInput: sentences by "lines.<no>.<field>", all of them at once.
    """
    faults: dict[str, Any] = {}
    cleaned = []
    for no, given in enumerate(lines):
        line = known.get(given.get("id") or "")
        values = {name: given[name] if name in given else getattr(line, name, None) for name in FIELDS}
        try:
            cleaned.append(_clean(values))
        except InvalidInput as fault:
            faults |= {f"lines.{no}.{name}": words for name, words in fault.errors.items()}
    if faults:
        raise InvalidInput(faults)
    _fill_in([(values, given) for values, given in zip(cleaned, lines, strict=True) if not given.get("id")])
    return cleaned


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    faults = _clean_what(values) | _clean_figures(values)
    try:
        values["month"] = int(values["month"] or 0)
    except (TypeError, ValueError):
        values["month"] = 0
    if not 1 <= values["month"] <= 12:
        faults["month"] = [_("Choose a month.")]
    values["procedure"] = values["procedure"] or ""
    if values["procedure"] and values["procedure"] not in dict(procedures()):
        faults["procedure"] = [_("There is no such procedure.")]
    values["justification"] = " ".join(str(values["justification"] or "").split())
    if len(values["justification"]) > 300:
        faults["justification"] = [_("At most 300 characters.")]
    if faults:
        raise InvalidInput(faults)
    return values


def _clean_what(values: dict[str, Any]) -> dict[str, Any]:
    """The category, of the item where only that is given; the item is of that category or below."""
    item: Item | None = values["item"]
    category: Category | None = values["category"] or (item.category if item else None)
    values["category"] = category
    if category is None:
        return {"category": [_("Choose a category, or an item.")]}
    if item is not None and not item.category.path.startswith(category.path):
        return {"item": [_("This item belongs to another category.")]}
    return {}


def _clean_figures(values: dict[str, Any]) -> dict[str, Any]:
    """Amount and quantity as numbers; a quantity has a unit, the item's own where none is given."""
    faults: dict[str, Any] = {}
    for name, clean in (("amount", clean_amount), ("quantity", clean_quantity)):
        try:
            values[name] = None if values[name] in (None, "") else clean(values[name])
        except InvalidInput as fault:
            faults[name] = fault.errors["__all__"]
    values["amount"] = values["amount"] or Decimal(0)
    if values["quantity"] is None:
        values["unit"] = None
    elif values["unit"] is None:
        values["unit"] = values["item"].base_unit if values["item"] else None
        if values["unit"] is None:
            faults["unit"] = [_("Say in which unit.")]
    return faults


def _fill_in(new: Sequence[tuple[dict[str, Any], Mapping[str, Any]]]) -> None:
    """Procedure and buyer of new lines that leave them open, by their categories."""
    categories = {values["category"] for values, _given in new}
    if not categories:
        return
    rules, buyers = effective_of(categories), buyers_of(categories)
    for values, given in new:
        if not given.get("procedure"):
            values["procedure"] = rules[values["category"].pk].procedure
        if given.get("buyer") is None:
            values["buyer"] = buyers[values["category"].pk]

"""Reading a request form that is still being typed: whatever already makes sense, without complaint."""

from __future__ import annotations

from decimal import Decimal

from django.http import QueryDict

from procurement.requests import forms
from procurement.requests.checks import Need
from procurement.requests.lines import last_price
from srm.catalog.units import to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_AMOUNT
from srm.core.money import line_total
from srm.people.models import Department

MOST = 300


def typed_needs(data: QueryDict, actor: Actor) -> tuple[list[Need], Department | None]:
    """The lines that can be read so far, and the department, if one is chosen."""
    header = forms.RequestForm(data, actor=actor)
    header.is_valid()
    values = getattr(header, "cleaned_data", {})
    department = values.get("department")
    lines = forms.RequestLines(data, actor=actor)
    lines.is_valid()
    needs = [
        need
        for no, form in enumerate(lines.live_forms()[:MOST], 1)
        for line in _each(getattr(form, "cleaned_data", {}))
        if (need := _need(no, line, values, department)) is not None
    ]
    return needs, department


def _each(line: dict) -> list[dict]:
    """A line, or one for each of its deliveries."""
    parts = [line | {"need_by": one.need_by, "quantity": one.quantity} for one in line.get("deliveries") or []]
    return parts or [line]


def _need(no: int, line: dict, header: dict, department: Department | None) -> Need | None:
    item, quantity = line.get("item"), line.get("quantity")
    unit = line.get("unit") or (item.base_unit if item else None)
    if quantity is None or unit is None or not (item or line.get("description")):
        return None
    try:
        base_quantity = to_base(item, quantity, unit)
        price = line.get("estimate")
        if price is None and department is not None:
            price = last_price(item, unit, department.legal_entity.currency)
    except InvalidInput:
        return None
    amount = line_total(quantity, price) if price is not None else Decimal(0)
    if amount > MAX_AMOUNT:
        return None
    return Need(
        no, item, str(item or line.get("description")), quantity, base_quantity, item.base_unit if item else unit,
        line.get("need_by") or header.get("need_by"),
        line.get("place") or header.get("place") or (department.place if department else None),
        line.get("cost_center") or header.get("cost_center"), item.category if item else line.get("category"), amount,
    )  # fmt: skip

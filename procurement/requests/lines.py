"""What was typed into a request's lines, made into lines: defaults filled in, every fault named at its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.work import WORK, faults_of, key_of, read_work
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item, Unit
from srm.catalog.units import factor_to_base, to_base
from srm.core import clock, quantities
from srm.core.errors import InvalidInput
from srm.core.fields import MAX_AMOUNT, MAX_PRICE
from srm.core.money import line_total
from srm.people.actors import actor_for
from srm.people.models import CostCenter, LegalEntity, Place, User

FIELDS = (
    "item", "description", "category", "quantity", "unit", "need_by", "place", "cost_center", "estimate", "note",
    *WORK, "accepts_by",
)  # fmt: skip
STORED = (*FIELDS, "delivery_of", "text_key", "base_quantity", "base_unit", "currency", "amount")
FARTHEST = dt.timedelta(days=3660)
PRICE_STEP = Decimal("0.000001")


@dataclass(frozen=True)
class Defaults:
    """What the header gives to lines that leave it open."""

    legal_entity: LegalEntity
    route: str
    need_by: dt.date | None = None
    place: Place | None = None
    cost_center: CostCenter | None = None


@dataclass
class Faults:
    """Sentences by field, collected over all lines, so that all show at once."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, no: int, name: str, sentence: str) -> None:
        """`no` counts from 0, as the line table does."""
        self.found.setdefault(f"lines.{no}.{name}", []).append(sentence)

    def take(self, no: int, name: str, fault: InvalidInput) -> None:
        """Refusals of lower rooms, moved to the line's fields."""
        for key, sentences in fault.errors.items():
            for sentence in sentences:
                self.add(no, name if key == "__all__" else key, str(sentence))


def clean_lines(lines: Sequence[Mapping[str, Any]], defaults: Defaults) -> list[dict[str, Any]]:
    """Complete values of every line, with the quantity in base units and the amount.

    Raises:
        InvalidInput: sentences by "lines.<no>.<field>"; or there is no line.
    """
    if not lines:
        raise InvalidInput({"lines": [_("Add at least one line.")]})
    return list(clean_some(dict(enumerate(lines)), defaults).values())


def clean_some(lines: Mapping[int, Mapping[str, Any]], defaults: Defaults) -> dict[int, dict[str, Any]]:
    """`clean_lines` for some lines of a list, by their place in it: what nobody touches is not judged anew.

    Raises:
        InvalidInput
    """
    faults = Faults()
    cleaned = {no: _clean(no, line, defaults, faults) for no, line in lines.items()}
    if faults.found:
        raise InvalidInput(faults.found)
    return cleaned


def _clean(no: int, line: Mapping[str, Any], defaults: Defaults, faults: Faults) -> dict[str, Any]:
    item: Item | None = line.get("item")
    description = " ".join(str(line.get("description") or "").split())
    work = read_work(line)
    values: dict[str, Any] = {
        "item": item, "description": description, "text_key": key_of(item, description, work), **work,
        "category": item.category if item else line.get("category"), "note": str(line.get("note") or "").strip(),
        "currency": defaults.legal_entity.currency, "delivery_of": str(line.get("delivery_of") or ""),
    }  # fmt: skip
    _check_what(no, item, description, faults)
    _check_length(no, values, faults)
    for name, sentence in faults_of(work, item).items():
        faults.add(no, name, sentence)
    values["accepts_by"] = _accepts_by(no, line.get("accepts_by"), item, faults)
    need_by = line.get("need_by") or work["work_to"] or defaults.need_by
    values["need_by"] = _need_by(no, need_by, defaults.route, faults)
    values["place"] = _of_entity(no, "place", line.get("place") or defaults.place, defaults, faults)
    values["cost_center"] = _of_entity(
        no, "cost_center", line.get("cost_center") or defaults.cost_center, defaults, faults
    )
    values |= _quantities(no, line, item, faults)
    values |= _money(no, line, item, values, faults)
    return values


def _check_what(no: int, item: Item | None, description: str, faults: Faults) -> None:
    if item is None and not description:
        faults.add(no, "item", _("Choose an item, or describe what you need."))
    if item is not None and item.state != ItemState.ACTIVE:
        words = {"item": item, "state": item.state_label.lower()}
        if item.replaced_by:
            words["other"] = item.replaced_by
            faults.add(no, "item", _("“%(item)s” is not in use (%(state)s). Use “%(other)s” instead.") % words)
        else:
            faults.add(no, "item", _("“%(item)s” is not in use (%(state)s). Choose another item.") % words)


def _check_length(no: int, values: Mapping[str, Any], faults: Faults) -> None:
    for name in ("description", "note"):
        if len(values[name]) > 300:
            faults.add(no, name, _("At most %(n)d characters, please.") % {"n": 300})


def _need_by(no: int, day: dt.date | None, route: str, faults: Faults) -> dt.date | None:
    today = clock.today()
    if day is None:
        faults.add(no, "need_by", _("By when do you need it?"))
    elif day < today and route != PurchaseRequest.Route.AFTER_FACT:
        faults.add(no, "need_by", _("This day is over. Choose today or later."))
    elif day > today + FARTHEST:
        faults.add(no, "need_by", _("This is more than ten years ahead. Is the year right?"))
    elif day < today - FARTHEST:
        faults.add(no, "need_by", _("This is more than ten years ago. Is the year right?"))
    return day


def _accepts_by(no: int, user: User | None, item: Item | None, faults: Faults) -> User | None:
    """Who accepts a service in the requester's stead: somebody who may."""
    if user is None:
        return None
    if item is not None and not item.is_service:
        faults.add(no, "accepts_by", _("Only a service is accepted by somebody else."))
    elif not user.is_active or user.kind != User.Kind.STAFF or not actor_for(user).may("receipts.confirm"):
        faults.add(no, "accepts_by", _("%(who)s cannot confirm services. Choose somebody else.") % {"who": user.name})
    return user


def _of_entity(no: int, name: str, thing: Any, defaults: Defaults, faults: Faults) -> Any:
    """A place or a cost centre of the same legal entity that is in use."""
    if thing is None:
        faults.add(no, name, _("Where should it go?") if name == "place" else _("Which cost centre pays for it?"))
        return None
    owner = thing.legal_entity_id if name == "place" else thing.department.legal_entity_id
    if owner != defaults.legal_entity.pk:
        faults.add(no, name, _("“%(thing)s” belongs to another legal entity.") % {"thing": thing})
    elif not thing.is_active:
        faults.add(no, name, _("“%(thing)s” is not in use any more. Choose another.") % {"thing": thing})
    return thing


def _quantities(no: int, line: Mapping[str, Any], item: Item | None, faults: Faults) -> dict[str, Any]:
    unit: Unit | None = line.get("unit") or (item.base_unit if item else None)
    if unit is None:
        faults.add(no, "unit", _("In which unit?"))
    try:
        quantity = quantities.clean_quantity(line.get("quantity"))
    except InvalidInput as fault:
        faults.take(no, "quantity", fault)
        return {"unit": unit}
    if unit is None:
        return {"quantity": quantity}
    try:
        base_quantity = to_base(item, quantity, unit)
    except InvalidInput as fault:
        faults.take(no, "unit", fault)
        return {"unit": unit, "quantity": quantity}
    base_unit = item.base_unit if item else unit
    return {"unit": unit, "quantity": quantity, "base_quantity": base_quantity, "base_unit": base_unit}


def _money(
    no: int, line: Mapping[str, Any], item: Item | None, values: Mapping[str, Any], faults: Faults
) -> dict[str, Any]:
    """The estimate, or the item's last price where the requester leaves it open."""
    estimate = line.get("estimate")
    try:
        price = quantities.clean_price(estimate) if estimate not in (None, "") else None
    except InvalidInput as fault:
        faults.take(no, "estimate", fault)
        return {}
    if "base_quantity" not in values:
        return {"estimate": price}
    if price is None:
        price = last_price(item, values["unit"], values["currency"])
    amount = line_total(values["quantity"], price) if price is not None else Decimal(0)
    if amount > MAX_AMOUNT:
        faults.add(no, "estimate", _("Quantity times price is too large to be right."))
    return {"estimate": price, "amount": amount}


def last_price(item: Item | None, unit: Unit, currency: str) -> Decimal | None:
    """The item's last price per `unit`, when it is known in the currency that budgets count in."""
    if item is None or item.reference_price is None or item.currency != currency:
        return None
    price = (item.reference_price * factor_to_base(item, unit)).quantize(PRICE_STEP)
    return price if price <= MAX_PRICE else None


def differences(before: RequestLine, values: Mapping[str, Any]) -> dict[str, list]:
    """What `values` change of a saved line, as the log shows it."""
    return {
        f"{before.position}. {name}": [getattr(before, name), value]
        for name, value in values.items()
        if name in FIELDS and getattr(before, name) != value
    }


def refuse_strange_ids(ids: Sequence[str], known: Mapping[str, RequestLine]) -> None:
    """Every id is one of `known`, and none comes twice.

    Raises:
        InvalidInput
    """
    seen: set[str] = set()
    for no, public_id in enumerate(ids):
        if public_id and (public_id not in known or public_id in seen):
            raise InvalidInput({f"lines.{no}.id": [_("There is no such line.")]})
        seen.add(public_id)

"""An order for what a request asks for, to somebody who is not in the directory.

The supplier is entered in short, the needs are taken out of a demand of their own, and the order is a draft like any
other: the approval rules, the budget and four eyes hold for it. All of it is one write, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.onetime.rules import not_allowed, orders_to, rule_of, too_dear
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.requests import selectors as requests
from procurement.requests import services as ledger
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.catalog.models import Unit
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.money import line_total
from srm.core.rates import to_currency
from srm.flow import uow
from suppliers.registry import selectors as registry
from suppliers.registry import services as suppliers
from suppliers.registry.models import Supplier

EDIT = "orders.edit"
WHY = "what is ordered for a request the actor sees"


@dataclass(frozen=True)
class Wanted:
    """An open need and its price per `unit`; `quantity` is in `unit`, `base_quantity` in the item's base unit."""

    line: RequestLine
    quantity: Decimal
    unit: Unit
    base_quantity: Decimal
    price: Decimal

    @property
    def net(self) -> Decimal:
        return line_total(self.quantity, self.price, Decimal(1))


def why_not_orderable(request: PurchaseRequest, actor: Actor) -> str | None:
    """Why nothing of a request can be ordered so; None when it can."""
    if rule_of(request.legal_entity) is None:
        return not_allowed(request.legal_entity)
    return None if any(map(is_open, request.lines.all())) else _("Nothing of this request is open any more.")


def is_open(line: RequestLine) -> bool:
    """Whether something of a line is approved and neither planned nor held back."""
    return line.state == "approved" and line.open_quantity > 0 and not line.held_reason


def open_part(line: RequestLine) -> tuple[Decimal, Unit]:
    """What is open of a line: as it was asked for, or in base units where part of it is on its way already."""
    if line.open_quantity == line.base_quantity:
        return line.quantity, line.unit
    return line.open_quantity, line.base_unit


def order_once(
    *, actor: Actor, request: PurchaseRequest, lines: Sequence[Mapping[str, Any]], supplier: Supplier | None = None,
    seller: Mapping[str, Any] | None = None, currency: str = "", freight: Decimal | None = None, note: str = "",
) -> PurchaseOrder:  # fmt: skip
    """A draft order to a one-time supplier for open lines of a request, each whole.

    Args:
        lines: per line `line` (public id) and `price` per its unit; those left out stay open.
        supplier: a one-time supplier that was entered before; or
        seller: what is known of a new one: `name`, `country`, `tax_id`, `email`, `phone`, `address`.
        currency: of the prices; the legal entity's by default.

    Raises:
        NotAllowed. RuleBroken: the firm does not buy so, it costs too much, or the supplier was used already.
        InvalidInput: a line that is not open; a firm that is in the directory; sentences by field.
    """
    uow.require()
    if not actor.may(EDIT) or (actor.legal_entities and request.legal_entity_id not in actor.legal_entities):
        raise NotAllowed()
    rule = rule_of(request.legal_entity)
    if rule is None:
        raise RuleBroken([not_allowed(request.legal_entity)])
    currency = currency or request.legal_entity.currency
    wanted = _wanted(request, lines)
    worth = sum((one.net for one in wanted), Decimal(0))
    amount = to_currency(worth, currency, request.legal_entity.currency, clock.today())
    if amount > rule.most_amount:
        raise RuleBroken([too_dear(rule, amount)])
    chosen = _known(supplier, rule.most_orders) if supplier else _entered(seller or {}, currency, actor)
    return _written(request, wanted, chosen, actor, currency=currency, freight=freight or Decimal(0), note=note)


# -- inside ------------------------------------------------------------------


def _wanted(request: PurchaseRequest, lines: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    """The needs as they are now, locked in the order of their keys."""
    rows = RequestLine.objects.unscoped(WHY).filter(request=request).order_by("pk").select_for_update(of=("self",))
    known = {row.public_id: row for row in rows.select_related("item", "unit", "base_unit", "category", "place")}
    faults: dict[str, list[str]] = {}
    found: list[Wanted] = []
    for no, values in enumerate(lines):
        line = known.pop(str(values.get("line")), None)
        if line is None:
            faults[f"lines.{no}.price"] = [_("This is no line of the request, or it is named twice.")]
        elif not is_open(line):
            faults[f"lines.{no}.price"] = [_("Nothing of this line is open any more.")]
        elif found and line.place_id != found[0].line.place_id:
            faults[f"lines.{no}.price"] = [
                _("An order goes to one place. Leave this line out, and order it by itself.")
            ]
        elif values.get("price") is None:
            faults[f"lines.{no}.price"] = [_("Say what it costs, or leave the line out.")]
        else:
            found.append(Wanted(line, *open_part(line), line.open_quantity, Decimal(values["price"])))
    if faults:
        raise InvalidInput(faults)
    if not found:
        raise InvalidInput({"lines": [_("Name the price of at least one line.")]})
    return found


def _known(supplier: Supplier, most: int) -> Supplier:
    """A one-time supplier that may be ordered from once more."""
    if not supplier.once:
        words = _("%(supplier)s is a regular supplier. Order from it in the usual way.")
        raise InvalidInput({"supplier": [words % {"supplier": supplier}]})
    if orders_to(supplier) >= most:
        words = _("%(supplier)s was ordered from already. Make it a regular supplier to order again.")
        raise InvalidInput({"supplier": [words % {"supplier": supplier}]})
    return supplier


def _entered(seller: Mapping[str, Any], currency: str, actor: Actor) -> Supplier:
    """A new one-time supplier, unless the directory knows the firm."""
    values: dict[str, Any] = {name: str(value or "").strip() for name, value in seller.items()}
    name = values.pop("name", "")
    if not name:
        raise InvalidInput({"name": [_("Say who sells it.")]})
    twins = registry.twins_of(actor, name=name, country=values.get("country", ""), tax_id=values.get("tax_id", ""))
    if twins:
        words = _("%(supplier)s (%(code)s) is in the directory. Order from it instead of entering it again.")
        raise InvalidInput({"name": [words % {"supplier": twins[0], "code": twins[0].code}]})
    email = values.get("email")
    contacts = [{"name": name, "email": email}] if email else []
    return suppliers.create_supplier(actor=actor, name=name, contacts=contacts, currency=currency, once=True, **values)


def _written(
    request: PurchaseRequest, wanted: Sequence[Wanted], supplier: Supplier, actor: Actor, **header: Any
) -> PurchaseOrder:
    """The demand and the draft; each line of the order serves the one need it was written for."""
    demand = planning.aggregate(
        actor=actor, legal_entity=request.legal_entity, window_days=0, lines=[one.line.pk for one in wanted],
        title=_("One-time purchase"),
    )  # fmt: skip
    order = orders.create_order(
        actor=actor, legal_entity=request.legal_entity, supplier=supplier, department=request.department,
        source=PurchaseOrder.Source.ONCE,
        place=wanted[0].line.place, lines=[_line(one) for one in wanted], **header,
    )  # fmt: skip
    planned = requests.serving([one.line.pk for one in wanted], planning.DEMAND, "planned")
    sources = demand.lines.in_bulk()
    by_need = {need: sources[line_id] for need, line_id in planned if line_id in sources}
    for one, line in zip(wanted, order.lines.order_by("position"), strict=True):
        source = by_need[one.line.pk]
        planning.take(actor=actor, demand_line=source, quantity=one.base_quantity)
        ledger.carry(
            actor=actor, source_kind=planning.DEMAND, source_line_id=source.pk, source_stage="planned", stage="ordered",
            quantity=one.base_quantity, document=order, line_id=line.pk, expected_on=line.need_by, run=order.public_id,
            request_line_id=one.line.pk,
        )  # fmt: skip
    return order


def _line(one: Wanted) -> dict[str, Any]:
    line = one.line
    return {
        "item": line.item, "description": line.description, "category": line.category, "quantity": one.quantity,
        "unit": one.unit, "price": one.price, "price_basis": 1, "need_by": line.need_by, **line.work_values,
    }  # fmt: skip

"""Writing orders: by hand or from a final award; sending, confirming, closing, cancelling."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Min
from django.utils.translation import gettext as _

from procurement.awards.models import Award, AwardLine
from procurement.orders import deciding, drawing, money, serving
from procurement.orders.models import OrderConfirmation, OrderLine, OrderState, PurchaseOrder
from procurement.planning import services as planning
from procurement.requests import services as ledger
from srm.audit import services as audit
from srm.budget import services as budget
from srm.catalog.units import to_base
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import line_total
from srm.core.quantities import clean_quantity
from srm.core.rates import to_currency
from srm.flow import records
from srm.flow.perform import perform, refusals
from srm.flow.registry import effect, reacts
from srm.people.models import CostCenter

KIND = money.KIND
TENDER = "procurement.tender"


def create_order(*, actor: Actor, lines: Iterable[dict], **values) -> PurchaseOrder:
    """A draft written by hand (or by an import), with its lines.

    Args:
        lines: per line `item` or `description`, `quantity`, `unit`, `price`, and optionally `price_basis`, `need_by`,
            `category`, `freight`, `external_id`.

    Raises:
        InvalidInput: sentences by field, lines as "lines.0.quantity".
    """
    values.setdefault("buyer_id", actor.user_id)
    supplier = values["supplier"]
    values.setdefault("payment_days", supplier.payment_days)
    order = records.create(PurchaseOrder, actor=actor, **values)
    _write_lines(order, lines, actor)
    drawing.mark(order)
    return _refresh_totals(order)


def update_order(
    order: PurchaseOrder, *, actor: Actor, version: int | None = None, lines: Iterable[dict] | None = None, **changes
) -> PurchaseOrder:
    """A changed draft; with `lines` the whole list of lines is replaced. Who pays may change until it is sent.

    Raises:
        InvalidInput: it is no draft any more, or a value is not allowed. Stale: somebody changed it meanwhile.
    """
    if order.state == OrderState.APPROVED and lines is None and set(changes) == {"cost_center"}:
        return name_payer(order, actor=actor, version=version, cost_center=changes["cost_center"])
    records.refuse_unless_draft(order, OrderState.DRAFT)
    order = records.update(order, actor=actor, version=version, **changes)
    if lines is not None:
        if serving.serves_needs(order):
            _reprice(order, list(lines), actor)
        else:
            order.lines.all().delete()
            _write_lines(order, lines, actor)
        drawing.mark(order)
    order = _refresh_totals(order)
    deciding.edited(order, actor=actor)
    return order


def name_payer(
    order: PurchaseOrder, *, actor: Actor, cost_center: CostCenter | None, version: int | None = None
) -> PurchaseOrder:
    """Say which cost centre pays for what no request asked for, as long as the order was not sent.

    Raises:
        RuleBroken: it was sent; or the cost centre stops and its budget has no room. Stale
    """
    locked = records.locked_row(order, version=version)
    if locked.state not in money.UNSENT:
        raise RuleBroken([_("The order was sent already.")])
    before = money.amounts_of(locked)
    for need in before.keys() - money.request_lines(before):
        budget.release(actor=actor, request_line_id=need.public_id, document=locked)
    saved = records.update(locked, actor=actor, cost_center=cost_center)
    if saved.state == OrderState.APPROVED:
        money.approved(saved, actor=actor)
    return saved


def _write_lines(order: PurchaseOrder, lines: Iterable[dict], actor: Actor) -> None:
    faults: dict[str, list] = {}
    for index, values in enumerate(lines):
        try:
            _write_line(order, index + 1, {name: value for name, value in values.items() if name != "id"})
        except InvalidInput as fault:
            for name, found in fault.errors.items():
                faults.setdefault(f"lines.{index}.{'item' if name == '__all__' else name}", []).extend(found)
    if faults:
        raise InvalidInput(faults)
    audit.record(actor=actor, verb="lines written", subject=order, changes={"lines": [None, order.lines.count()]})


PRICED = ("price", "price_basis", "need_by")


def _reprice(order: PurchaseOrder, lines: list[dict], actor: Actor) -> None:
    """Prices and dates of lines that serve needs; what and how much is ordered stays as it was taken from the demand.

    Raises:
        RuleBroken: something else of them would change.
    """
    known = list(order.lines.select_related("item", "unit"))
    same = len(known) == len(lines) and all(
        (row.item, row.unit) == (values.get("item"), values.get("unit"))
        and row.quantity == clean_quantity(values.get("quantity"))
        for row, values in zip(known, lines, strict=True)
    )
    if not same:
        raise RuleBroken(
            [
                _(
                    "These lines serve needs of a demand: item, unit and quantity stay. To free the needs, cancel the order."
                )
            ]
        )
    for row, values in zip(known, lines, strict=True):
        changes = {name: values[name] for name in PRICED if name in values}
        priced = {"price": row.price, "price_basis": row.price_basis, **changes}
        net = line_total(row.quantity, priced["price"], Decimal(priced["price_basis"]))
        records.update(row, actor=actor, root=order, net=net, **changes)


def _write_line(order: PurchaseOrder, position: int, values: dict) -> OrderLine:
    item, quantity = values.get("item"), clean_quantity(values.get("quantity"))
    if item is None and not values.get("description"):
        raise InvalidInput({"item": _("Choose an item, or describe what is ordered.")})
    if item is not None and item.state != "active" and order.source != PurchaseOrder.Source.IMPORT:
        raise InvalidInput({"item": _("“%(item)s” is not in use. Choose another item.") % {"item": item}})
    if values.get("price_basis", 1) < 1:
        raise InvalidInput({"price_basis": _("A price is for one unit at least.")})
    line = OrderLine(order=order, position=position, **{**values, "quantity": quantity})
    line.category = values.get("category") or (item.category if item else None)
    line.base_quantity = to_base(item, quantity, values["unit"])
    line.net = line_total(quantity, line.price, Decimal(line.price_basis))
    records.check(line)
    line.save(force_insert=True)
    return line


def _refresh_totals(order: PurchaseOrder) -> PurchaseOrder:
    """Totals of the document from its lines, in its own and the base currency, and the earliest date wanted."""
    base = order.legal_entity.currency
    on = order.ordered_on or clock.today()
    lines = list(order.lines.all())
    for line in lines:
        line.base_net = to_currency(line.net, order.currency, base, on)
    OrderLine.objects.unscoped("own lines of the order being written").bulk_update(lines, ["base_net"])
    order.net_total = sum((line.net for line in lines), Decimal(0))
    order.base_total = sum((line.base_net for line in lines), Decimal(0))
    order.due_on = min((line.need_by for line in lines if line.need_by), default=None)
    order.save(update_fields=["net_total", "base_total", "due_on", "updated_at"])
    return order


# -- from a final award ----------------------------------------------------


@reacts(Award, "approve")
def write_from_award(award: Award, *, actor: Actor, **_details: object) -> None:
    """One approved order per supplier, serving the same request lines as the tender's lines did.

    The award was decided by two people, so its orders need no third decision.
    """
    by_supplier: dict[int, list[AwardLine]] = defaultdict(list)
    rows = AwardLine.objects.unscoped("the award being concluded").filter(award=award)
    for row in rows.select_related("supplier", "lot_line__item", "lot_line__unit", "bid_line__bid"):
        by_supplier[row.supplier_id].append(row)
    for supplier_id in sorted(by_supplier):
        _order_from(award, by_supplier[supplier_id], actor)


def _order_from(award: Award, rows: list[AwardLine], actor: Actor) -> None:
    tender = award.tender
    order = records.create(
        PurchaseOrder, actor=actor, legal_entity=award.legal_entity, supplier=rows[0].supplier, award=award,
        buyer=tender.buyer or award.created_by, source=PurchaseOrder.Source.AWARD, place=rows[0].lot_line.place,
        currency=award.currency, incoterm=tender.incoterm, payment_days=tender.payment_days,
        freight=sum((row.landed - row.net for row in rows), Decimal(0)),
    )  # fmt: skip
    for position, row in enumerate(rows, start=1):
        lot_line, offer = row.lot_line, row.bid_line
        line = OrderLine.objects.unscoped("order being written").create(
            order=order, position=position, item=lot_line.item, description=lot_line.description,
            category=lot_line.item.category if lot_line.item else tender.category, lot_line=lot_line,
            quantity=row.quantity, unit=lot_line.unit, base_quantity=row.quantity, price=offer.price,
            price_basis=offer.price_basis, net=row.net, freight=row.landed - row.net, need_by=lot_line.need_by,
            confirmed_on=offer.deliver_on, **lot_line.work_values,
        )  # fmt: skip
        ledger.carry(
            actor=actor, source_kind=TENDER, source_line_id=lot_line.pk, source_stage="tendered",
            stage="ordered", quantity=row.quantity, document=order, line_id=line.pk,
            expected_on=offer.deliver_on or lot_line.need_by, run=order.public_id,
        )  # fmt: skip
    perform(_refresh_totals(order), "approve", actor=SYSTEM)


# -- moves -------------------------------------------------------------------


@effect(PurchaseOrder, "approve")
def on_approve(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """What it costs is kept for it until it is sent.

    Raises:
        RuleBroken: an agreement it draws on has not so much left; or it is dearer, and a cost centre stops.
    """
    drawing.refuse_beyond(order)
    money.approved(order, actor=actor)


@effect(PurchaseOrder, "send")
def on_send(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """The date of order is now; what was reserved for it becomes committed."""
    order.sent_at = clock.now()
    order.ordered_on = clock.today()
    order.save(update_fields=["sent_at", "ordered_on"])
    money.sent(order, actor=actor)


@effect(PurchaseOrder, "cancel")
def on_cancel(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """The needs behind it are open in the demand again; ordered budget is reserved again."""
    amounts = money.amounts_of(order)
    for line in order.lines.select_related("lot_line__demand_line"):
        _give_up(order, line, line.owed, actor=actor)
    money.called_off(order, amounts, actor=actor)


@effect(PurchaseOrder, "close")
def on_close(order: PurchaseOrder, *, actor: Actor, **_details: object) -> None:
    """What did not come is not expected any more: its needs are open in the demand again, its budget reserved again."""
    amounts = money.not_received(order)
    for line in order.lines.select_related("lot_line__demand_line", "item__base_unit", "unit"):
        rest = line.outstanding
        if not rest:
            continue
        _give_up(order, line, rest, actor=actor)
        line.cut_quantity += rest
        line.save(update_fields=["cut_quantity"])
        audit.record(
            actor=actor, verb="changed", subject=line, root=order,
            changes={"cut_quantity": [line.cut_quantity - rest, line.cut_quantity]},
        )  # fmt: skip
    money.called_off(order, amounts, actor=actor)


def _give_up(order: PurchaseOrder, line: OrderLine, quantity: Decimal, *, actor: Actor) -> None:
    """`quantity` of an order line does not come.

    Who goes without is said by the order's rule; through the tender, or at once, it is open in the demand again.
    """
    before = serving.demand_behind(line)
    missed = ledger.cut(
        actor=actor, document_kind=KIND, line_id=line.pk, stage="ordered", quantity=quantity, rule=order.sharing,
        portion=line.portion,
    )  # fmt: skip
    if line.lot_line and line.lot_line_id and line.lot_line.demand_line:
        for request_line, part in missed.items():
            ledger.take_back(
                actor=actor, document_kind=TENDER, line_id=line.lot_line_id, stage="tendered", quantity=part,
                request_line_id=request_line,
            )  # fmt: skip
        planning.give_back(actor=actor, demand_line=line.lot_line.demand_line, quantity=quantity)
    serving.give_back(line, before, actor=actor)


@effect(PurchaseOrder, "confirm")
def on_confirm(
    order: PurchaseOrder, *, actor: Actor, lines: Iterable[dict] | None = None, note: str = "", **_details: object
) -> None:
    """The supplier's answer is kept: per line `line` (public id), `quantity` (base units) and `on` (date).

    Lines left out are confirmed as ordered.

    Raises:
        InvalidInput: a quantity or date cannot be; sentences by "lines.<index>.<field>".
    """
    answers = {answer.get("line"): answer for answer in lines or ()}
    shown: list[dict] = []
    faults: dict[str, list] = {}
    for index, line in enumerate(order.lines.select_related("item__base_unit", "unit")):
        try:
            shown.append(_confirm_line(order, line, answers.get(line.public_id, {}), actor))
        except InvalidInput as fault:
            faults |= {f"lines.{index}.{'quantity' if name == '__all__' else name}": found
                       for name, found in fault.errors.items()}  # fmt: skip
    if faults:
        raise InvalidInput(faults)
    OrderConfirmation.objects.unscoped("answer being written").create(
        order=order, note=(note or "")[:1000], lines=shown, by_name=actor.name[:150]
    )
    order.due_on = order.lines.aggregate(on=Min("confirmed_on"))["on"] or order.due_on
    order.save(update_fields=["due_on"])


def _confirm_line(order: PurchaseOrder, line: OrderLine, answer: dict, actor: Actor) -> dict:
    quantity = clean_quantity(answer["quantity"]) if answer.get("quantity") is not None else line.owed
    on = _date(answer.get("on")) or line.confirmed_on or line.need_by
    if quantity > line.owed:
        raise InvalidInput({"quantity": _("More than ordered (%(ordered)s).") % {"ordered": line.owed}})
    if on and on < clock.today():
        raise InvalidInput({"on": _("This date is in the past.")})
    if line.confirmed_quantity is not None:
        # A reopened order is confirmed again: the new answer stands instead of the old one.
        ledger.take_back(actor=actor, document_kind=KIND, line_id=line.pk, stage="confirmed")
    line.confirmed_quantity, line.confirmed_on = quantity, on
    line.save(update_fields=["confirmed_quantity", "confirmed_on"])
    ledger.carry(
        actor=actor, source_kind=KIND, source_line_id=line.pk, source_stage="ordered", stage="confirmed",
        quantity=quantity, document=order, line_id=line.pk, expected_on=on, run=order.public_id, rule=order.sharing,
        portion=line.portion,
    )  # fmt: skip
    return {"line": line.public_id, "what": line.what, "quantity": str(quantity), "on": on.isoformat() if on else None}


def _date(value: object) -> dt.date | None:
    """A date as forms and programs send it.

    Raises:
        InvalidInput: it is no date.
    """
    if value in (None, "") or isinstance(value, dt.date):
        return value or None  # type: ignore[return-value]
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise InvalidInput({"on": _("Write the date like 2026-05-31.")}) from None


# -- for the rooms above -----------------------------------------------------


def hold(order: PurchaseOrder) -> None:
    """Lock an order before its lines and the needs behind it: netting and every move of it do the same."""
    PurchaseOrder.objects.unscoped("row lock").select_for_update(no_key=True).values_list("pk").get(pk=order.pk)


def note_received(line: OrderLine, quantity: Decimal, *, actor: Actor) -> None:
    """Receipts report `quantity` more (or, negative, less) accepted base units of a line."""
    locked = OrderLine.objects.unscoped("row lock").select_for_update().get(pk=line.pk)
    locked.received_quantity += quantity
    locked.save(update_fields=["received_quantity"])


def close_if_complete(order: PurchaseOrder, *, actor: Actor) -> PurchaseOrder:
    """Close an order of which everything came; the system does it, in the receiver's unit of work.

    An order of which something else is still to be settled, as upper rooms' guards say, stays open until it is.
    """
    open_lines = [line for line in order.lines.all() if line.outstanding > 0]
    fresh = PurchaseOrder.objects.unscoped("state as of now").get(pk=order.pk)
    if open_lines or fresh.state not in {OrderState.SENT, OrderState.CONFIRMED}:
        return fresh
    if refusals(fresh, PurchaseOrder.moves()["close"], SYSTEM):
        return fresh
    return perform(fresh, "close", actor=SYSTEM, reason=_("Everything was received."))


def reopen_if_owed(order: PurchaseOrder, *, actor: Actor) -> PurchaseOrder:
    """Reopen a closed order whose goods went back: the supplier owes them again."""
    fresh = PurchaseOrder.objects.unscoped("state as of now").get(pk=order.pk)
    if fresh.state != OrderState.CLOSED or not any(line.outstanding for line in fresh.lines.all()):
        return fresh
    return perform(fresh, "reopen", actor=SYSTEM, reason=_("A receipt was reversed."))

"""Handing out what was promised, putting it back, letting it go."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.handouts.models import Promise
from procurement.handouts.notices import HANDED_OUT
from procurement.handouts.promising import PROMISING, STORE
from procurement.requests import allocating
from procurement.requests import services as requests
from procurement.requests.models import Allocation
from procurement.requests.services import Entry
from srm.audit import services as audit
from srm.budget import services as budget
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import cents
from srm.core.quantities import clean_quantity
from srm.flow import uow
from srm.notify.services import tell
from srm.stock import services as stock
from srm.stock.models import StockMove
from srm.ui import formats
from srm.ui.links import url_of

KIND = Promise._meta.label_lower
ZERO = Decimal(0)


def hand_out(
    promise: Promise, *, actor: Actor, quantity: Decimal | None = None, moved_on: dt.date | None = None,
    counterpart: str = "",
) -> Promise:  # fmt: skip
    """`quantity` base units of a promise leave the store, all that is left when none is given; the fresh promise.

    The cost centre pays their value: what the request line had reserved becomes spent, and when the goods cost less
    than was reserved for them, the difference is free again. What was bought for the line was paid when it came.

    Args:
        counterpart: who took them; the department and the requester when left out.

    Raises:
        InvalidInput: the quantity or the day cannot be. RuleBroken: so much is not promised any more, or the budget
            stops.
    """
    promise = _locked(promise)
    quantity = _wanted(quantity, promise.rest, promise, _("Only %(there)s of “%(item)s” wait for this need."))
    request = promise.request_line.request
    moved_on = moved_on or clock.today()
    stock.require_past(moved_on)
    move = stock.issue(
        actor=actor, warehouse=promise.warehouse, item=promise.item, quantity=quantity, moved_on=moved_on,
        document=request, counterpart=counterpart.strip() or f"{request.department} · {request.requester}",
        from_reserved=quantity,
    )  # fmt: skip
    if promise.origin == Promise.Origin.STOCK:
        _allocate(promise, quantity, actor)
        _charge(promise, move, quantity, actor)
    promise.handed_out += quantity
    promise.value -= move.value
    _save(promise, actor, "handed out", quantity)
    _tell(promise, quantity, actor)
    return promise


def put_back(promise: Promise, *, actor: Actor, quantity: Decimal | None = None, reason: str) -> Promise:
    """`quantity` base units of what was handed out lie in the store again, still promised to the same need.

    Raises:
        InvalidInput: no reason, or the quantity cannot be. RuleBroken: so much was not handed out.
    """
    reason = _reason(reason)
    promise = _locked(promise)
    quantity = _wanted(quantity, promise.handed_out, promise, _("Only %(there)s of “%(item)s” were handed out."))
    worth = promise.value if quantity == promise.handed_out else cents(promise.value * quantity / promise.handed_out)
    request = promise.request_line.request
    stock.take_in_again(
        actor=actor, warehouse=promise.warehouse, item=promise.item, quantity=quantity, moved_on=clock.today(),
        value=worth, document=request, counterpart=f"{request.department} · {request.requester}", reason=reason,
        reserved=quantity,
    )  # fmt: skip
    if promise.origin == Promise.Origin.STOCK:
        requests.take_back(actor=actor, document_kind=KIND, line_id=promise.pk, stage="issued", quantity=quantity)
        line_id = promise.request_line.public_id
        budget.unspend(actor=actor, request_line_id=line_id, amount=worth, document=request)
        budget.uncommit(actor=actor, request_line_id=line_id, amount=worth, document=request)
    promise.handed_out -= quantity
    promise.value -= worth
    _save(promise, actor, "put back", -quantity, reason)
    return promise


def let_go(promise: Promise, *, actor: Actor, quantity: Decimal | None = None, reason: str) -> Promise:
    """`quantity` base units are not kept for this need any more: they are free, and the need is open again.

    What was bought for the need and came is served all the same: only the goods are free for others, paid as they are.

    Raises:
        InvalidInput: no reason, or the quantity cannot be. RuleBroken: so much does not wait.
    """
    reason = _reason(reason)
    promise = _locked(promise)
    quantity = _wanted(quantity, promise.rest, promise, _("Only %(there)s of “%(item)s” wait for this need."))
    stock.release(actor=actor, warehouse=promise.warehouse, item=promise.item, quantity=quantity)
    if promise.origin == Promise.Origin.STOCK:
        requests.take_back(
            actor=actor, document_kind=STORE, line_id=promise.warehouse_id, stage="stock", quantity=quantity,
            request_line_id=promise.request_line_id,
        )  # fmt: skip
    promise.quantity -= quantity
    _save(promise, actor, "released", ZERO, reason)
    return promise


# ------------------------------------------------------------------------------------------------ inside


def _locked(promise: Promise) -> Promise:
    """The promise as it is now, locked after its request line, as everybody does who writes the ledger."""
    uow.require()
    allocating.lock([promise.request_line_id])
    rows = Promise.objects.unscoped(PROMISING).select_for_update(of=("self",))
    return rows.select_related(
        "request_line__request__department", "request_line__request__requester", "item__base_unit",
        "warehouse__legal_entity",
    ).get(pk=promise.pk)  # fmt: skip


def _wanted(quantity: Decimal | None, there: Decimal, promise: Promise, refusal: str) -> Decimal:
    if quantity is not None:
        try:
            quantity = clean_quantity(Decimal(quantity))
        except InvalidInput as fault:
            raise InvalidInput({"quantity": fault.errors["__all__"]}) from fault
    wanted = there if quantity is None else quantity
    if not there or wanted > there:
        raise RuleBroken([refusal % {"there": formats.quantity(there, promise.item.base_unit), "item": promise.item}])
    return wanted


def _reason(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise InvalidInput({"reason": [_("Say why.")]})
    return reason.strip()[:300]


def _allocate(promise: Promise, quantity: Decimal, actor: Actor) -> None:
    """Continue the ledger's "from stock" rows of this promise by "handed out", the oldest first."""
    entries = []
    for parent, there in _unissued(promise).items():
        part = min(there, quantity)
        if part > 0:
            entries.append(Entry(promise.request_line_id, "issued", part, promise, promise.pk, parent_id=parent))
            quantity -= part
    requests.allocate(actor=actor, entries=entries)


def _unissued(promise: Promise) -> dict[int, Decimal]:
    """What is left of each "from stock" row behind a promise, by its key in the ledger."""
    left: dict[int, Decimal] = {}
    root_of: dict[int, int] = {}
    rows = Allocation.objects.unscoped(PROMISING).filter(request_line=promise.request_line_id).order_by("pk")
    for row in rows.filter(stage__in=["stock", "issued"]):
        if row.stage == "stock" and row.quantity > 0:
            if (row.document_kind, row.line_id) == (STORE, promise.warehouse_id):
                left[row.pk] = row.quantity
            continue
        # What was let go points at its root, what was handed out too; what was put back at what was handed out.
        root = root_of.get(row.parent_id or 0, row.parent_id or 0)
        root_of[row.pk] = root
        if root in left:
            left[root] += row.quantity if row.stage == "stock" else -row.quantity
    return left


def _charge(promise: Promise, move: StockMove, quantity: Decimal, actor: Actor) -> None:
    """What left the store is spent; of what was reserved for it, the rest is free."""
    line, worth = promise.request_line, -move.value
    share = cents(line.amount * quantity / line.base_quantity)
    what = {"account": line.account, "request_line_id": line.public_id, "amount": worth, "document": line.request}
    budget.commit(actor=actor, **what)
    budget.spend(actor=actor, **what)
    if share > worth:
        budget.release(actor=actor, request_line_id=line.public_id, amount=share - worth, document=line.request)


def _save(promise: Promise, actor: Actor, verb: str, moved: Decimal, reason: str = "") -> None:
    promise.save(update_fields=["quantity", "handed_out", "value"])
    changes = {"handed_out": [promise.handed_out - moved, promise.handed_out]} if moved else {}
    audit.record(actor=actor, verb=verb, subject=promise, changes=changes, reason=reason)


def _tell(promise: Promise, quantity: Decimal, actor: Actor) -> None:
    request = promise.request_line.request
    tell(
        [request.requester], kind=HANDED_OUT, actor=actor, url=url_of(request) or "",
        subject=gettext_lazy("Handed out: {item}"), body=gettext_lazy("{quantity} of {item} left {store} for {request}."),
        values={
            "item": promise.item.name, "quantity": formats.quantity(quantity, promise.item.base_unit),
            "store": str(promise.warehouse), "request": request.title,
        },
    )  # fmt: skip

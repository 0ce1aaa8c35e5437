"""The money side of orders: what each need behind an order costs, and how that moves through its budget.

A request line keeps reserved what is not ordered yet: its estimate for the part that no order has, the price for what
an order has and nobody has sent. What was sent is committed, what came is spent; nothing stays when it is done. What
no request asked for (bought for stock) is paid by the order's own cost centre, in the same steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.transaction import atomic

from procurement.orders.models import OrderLine, OrderState, PurchaseOrder
from procurement.requests import selectors as requests
from procurement.requests import services as requests_ledger
from procurement.requests.models import RequestLine
from srm.budget import services as budget
from srm.budget.accounts import Account
from srm.budget.selectors import lines_for, with_reserve
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.core.money import cents

KIND = PurchaseOrder._meta.label_lower
WHY = "whose money an order takes, whoever moves it"
UNSENT = (OrderState.DRAFT, OrderState.APPROVED)
OPEN = (OrderState.SENT, OrderState.CONFIRMED)
CHUNK = 500
ZERO = Decimal(0)


@dataclass(frozen=True)
class OwnNeed:
    """What no request asked for: the order's line itself is the need, and the order's cost centre pays."""

    public_id: str
    account: Account


Need = RequestLine | OwnNeed
Amounts = dict[Need, Decimal]
Behind = dict[int, list[tuple[RequestLine, Decimal]]]


def own_need(order: PurchaseOrder, line: OrderLine) -> OwnNeed | None:
    """The need of a line beyond what requests asked for; None where nobody was said to pay."""
    if order.cost_center is None:
        return None
    day = line.need_by or order.ordered_on or clock.today()
    return OwnNeed(line.public_id, Account(order.cost_center, line.category, day))


def request_lines(needs: Iterable[Need]) -> set[RequestLine]:
    """Those needs that are request lines."""
    return {need for need in needs if isinstance(need, RequestLine)}


def share(line: OrderLine, quantity: Decimal) -> Decimal:
    """What `quantity` base units of an order's line cost, net, in base currency."""
    return cents(line.base_net * quantity / line.base_quantity)


def amounts_of(order: PurchaseOrder) -> Amounts:
    """What of the order's money each need causes, in base currency, net."""
    return _amounts(order, {}, {})


def shown_needs(order: PurchaseOrder) -> tuple[dict[int, OrderLine], Behind]:
    """The order's lines, and by line for whom they are: read once for the parts of a page, never for what is written."""
    if not hasattr(order, "shown_needs"):
        lines = _lines(order)
        order.shown_needs = lines, requests.behind(KIND, list(lines), "ordered")  # type: ignore[attr-defined]
    return order.shown_needs  # type: ignore[attr-defined]


def unpaid_lines(order: PurchaseOrder) -> list[OrderLine]:
    """Lines of which more is ordered than requests asked for, so that the order has to say who pays."""
    lines, behind = shown_needs(order)
    return [line for pk, line in lines.items() if _beyond(line, behind.get(pk, [])) > 0]


def approved(order: PurchaseOrder, *, actor: Actor) -> None:
    """The price is settled: what is dearer than thought is reserved on top, what is cheaper is free again.

    Raises:
        RuleBroken: it is dearer, and a cost centre stops.
    """
    settle_reserve(amounts_of(order), order=order, actor=actor)


def sent(order: PurchaseOrder, *, actor: Actor) -> None:
    """Reserved money becomes committed, at the order's price; what was saved is free again.

    Raises:
        RuleBroken: it is dearer than what was reserved, and a cost centre stops.
    """
    amounts = amounts_of(order)
    for need, amount in amounts.items():
        budget.commit(
            actor=actor, account=need.account, request_line_id=need.public_id, amount=amount, document=order
        )  # fmt: skip
    settle_reserve(amounts, order=order, actor=actor, grow=False)


def called_off(order: PurchaseOrder, amounts: Amounts, *, actor: Actor) -> None:
    """A cancelled or closed order: what it had committed for needs that remain is reserved again, the rest is free.

    `amounts` is what will not come (`amounts_of`, `not_received`), read before its quantities were taken back.
    """
    others = _still_coming(amounts, order)
    for need, amount in amounts.items() if order.sent_at else ():
        budget.uncommit(actor=actor, request_line_id=need.public_id, amount=amount, document=order)
        if need not in others:  # nothing else is on its way: cents of rounding go, too
            budget.release(actor=actor, request_line_id=need.public_id, bucket="committed", document=order)
    settle_reserve(amounts, order=order, actor=actor, grow=False)


def not_received(order: PurchaseOrder) -> Amounts:
    """What of the order's money each need has not received anything for."""
    lines = _lines(order)
    came = requests.came_of(KIND, lines)
    return _amounts(order, came, {pk: line.received_quantity for pk, line in lines.items()})


def settle_reserve(needs: Iterable[Need], *, order: PurchaseOrder, actor: Actor, grow: bool = True) -> None:
    """Reserve for these needs exactly what is still to be ordered and sent for them.

    Raises:
        RuleBroken: more is needed than is reserved, and a cost centre stops.
    """
    lines, own = [], {}
    for need in needs:
        if isinstance(need, RequestLine):
            lines.append(need)
        else:
            own[need] = amounts_of(order)[need] if order.state in UNSENT else ZERO
    wanted: Amounts = {**_still_to_send(sorted(lines, key=lambda line: line.pk)), **own}
    for need, amount in wanted.items():
        budget.hold(
            actor=actor, account=need.account, request_line_id=need.public_id, document=order, grow=grow, amount=amount
        )  # fmt: skip


def wanted_reserve(lines: Iterable[RequestLine]) -> Amounts:
    """What should be reserved for request lines as things stand: the estimate of what no order has, and the price of
    what drafts and approved orders have."""
    return _still_to_send(sorted(lines, key=lambda line: line.pk))


def taken_over(order: PurchaseOrder, parts: Iterable[tuple[int, int, Decimal, Decimal]], *, actor: Actor) -> set[int]:
    """Needs that an order serves since it was sent take over what it had committed for nobody; who could not, by key.

    The need pays the order's price, the order's cost centre that much less. Whose budget has no room for it is not
    served: its part is for nobody again.

    Args:
        parts: (order line, request line, what of the line was for nobody before, what the request line gets).
    """
    parts = list(parts)
    lines, needs = _lines(order), _with_money({need for _line, need, _own, _quantity in parts})
    own: dict[int, Decimal] = {}
    refused: set[int] = set()
    for line_id, need_id, free, quantity in parts:
        line, need, before = lines[line_id], needs.get(need_id), own.get(line_id, free)
        try:
            with atomic():
                if need is not None:
                    _commit_and_settle(need, share(line, quantity), order=order, actor=actor)
        except RuleBroken:
            requests_ledger.take_back(
                actor=actor, document_kind=KIND, line_id=line_id, stage="ordered", quantity=quantity, request_line_id=need_id
            )  # fmt: skip
            refused.add(need_id)
            continue
        own[line_id] = before - quantity
        if payer := own_need(order, line):
            given = share(line, before) - share(line, own[line_id])
            budget.uncommit(actor=actor, request_line_id=payer.public_id, amount=given, document=order)
            budget.release(actor=actor, request_line_id=payer.public_id, amount=given, document=order)
    return refused


# -- inside ------------------------------------------------------------------


def _with_money(needs: set[int]) -> dict[int, RequestLine]:
    """Those of the request lines that have money reserved, or whose cost centre has a budget or stops."""
    found: dict[int, RequestLine] = {}
    keys = sorted(needs)
    for start in range(0, len(keys), CHUNK):
        rows = RequestLine.objects.unscoped(WHY).filter(pk__in=keys[start : start + CHUNK])
        lines = list(rows.select_related("cost_center", "category"))
        budgets = lines_for(line.account for line in lines if line.cost_center_id)
        reserved = with_reserve(line.public_id for line in lines)
        for line in lines:
            known = line.cost_center_id and (line.account.stops or budgets[line.account.key])
            if known or line.public_id in reserved:
                found[line.pk] = line
    return found


def _commit_and_settle(need: RequestLine, amount: Decimal, *, order: PurchaseOrder, actor: Actor) -> None:
    budget.commit(
        actor=actor, account=need.account, request_line_id=need.public_id, amount=amount, document=order
    )  # fmt: skip
    settle_reserve([need], order=order, actor=actor, grow=False)


def _lines(order: PurchaseOrder) -> dict[int, OrderLine]:
    return {line.pk: line for line in order.lines.select_related("category", "item", "unit")}


def _beyond(line: OrderLine, shares: Iterable[tuple[RequestLine, Decimal]]) -> Decimal:
    return line.base_quantity - sum((quantity for _need, quantity in shares), ZERO)


def _amounts(
    order: PurchaseOrder, came: Mapping[tuple[int, int], Decimal], received: Mapping[int, Decimal]
) -> Amounts:  # fmt: skip
    """By need what its part of the order costs, less what `came` for it by (order line, request line).

    `received` says how much came of each order line in all.
    """
    lines = _lines(order)
    behind = requests.behind(KIND, list(lines), "ordered")
    amounts: Amounts = defaultdict(Decimal)
    for pk, line in lines.items():
        shares = behind.get(pk, [])
        covered = ZERO
        for request_line, quantity in shares:
            here = came.get((pk, request_line.pk), ZERO)
            amounts[request_line] += share(line, max(quantity - here, ZERO))
            covered += here
        beyond = _beyond(line, shares)
        if beyond > 0 and (need := own_need(order, line)):
            amounts[need] += share(line, max(beyond - (received.get(pk, ZERO) - covered), ZERO))
    return dict(amounts)


def _still_to_send(lines: list[RequestLine]) -> Amounts:
    """What request lines still need: the estimate of what no order has, the price of what is in orders not yet sent."""
    # Read anew: an order that ended has just taken quantities back, and what was cut short is not wanted again.
    fresh = RequestLine.objects.unscoped(WHY).filter(pk__in=[line.pk for line in lines])
    wanted = requests.unordered_amounts(list(fresh))
    quantities = requests.serving([line.pk for line in lines], KIND, "ordered")
    rows = OrderLine.objects.unscoped(WHY).filter(pk__in={line_id for _pk, line_id in quantities})
    order_lines = {line.pk: line for line in rows.filter(order__state__in=UNSENT)}
    for (pk, line_id), quantity in quantities.items():
        if line_id in order_lines:
            wanted[pk] += share(order_lines[line_id], quantity)
    return {line: wanted[line.pk] for line in lines}


def _still_coming(needs: Iterable[Need], order: PurchaseOrder) -> set[Need]:
    """Request lines that other orders still serve."""
    lines = {need.pk: need for need in needs if isinstance(need, RequestLine)}
    quantities = requests.serving(list(lines), KIND, "ordered")
    rows = OrderLine.objects.unscoped(WHY).filter(pk__in={line_id for _pk, line_id in quantities})
    open_lines = set(rows.filter(order__state__in=OPEN).exclude(order=order).values_list("pk", flat=True))
    return {lines[pk] for pk, line_id in quantities if line_id in open_lines}

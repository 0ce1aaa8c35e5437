"""Whether the budgets cover an order or an award before it is approved: what its needs have reserved, what it takes.

What is dearer than it was thought when the needs were approved is reserved on top by the approval itself (`money`);
here those who decide see it before, by budget, and the way to ask for more where there is too little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from procurement.awards.lifecycle import AwardState
from procurement.awards.models import Award, AwardLine
from procurement.orders import money
from procurement.orders.models import PurchaseOrder
from procurement.orders.money import Amounts, Need
from procurement.requests import selectors as requests
from procurement.requests.models import RequestLine
from srm.budget.accounts import Account
from srm.budget.asking import ask_url
from srm.budget.models import BudgetLine
from srm.budget.selectors import Outlook, lines_for, outlook_on, reserves
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.core.money import cents
from srm.core.rates import to_currency

WHY = "who decides reads the budgets that pay"
TENDER = "procurement.tender"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Cover:
    """What an order or award takes of one budget: its `cost`, what its needs have `reserved`, and how much `more` it needs.

    All in the legal entity's currency, net. `outlook` is what the budget says to `more`; `ask` where to ask for it.
    """

    account: Account
    line: BudgetLine | None
    cost: Decimal
    reserved: Decimal
    more: Decimal
    outlook: Outlook
    ask: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be approved like this."""
        return not self.outlook.fits and self.outlook.stops


def of_order(order: PurchaseOrder, actor: Actor) -> list[Cover]:
    """By budget, for an order that nobody has sent; nothing for any other."""
    if order.state not in money.UNSENT:
        return []
    costs = money.amounts_of(order)
    wanted = money.wanted_reserve(money.request_lines(costs))
    wanted |= {need: cost for need, cost in costs.items() if need not in wanted}
    return _covers(costs, wanted, actor, reason=_reason(order))


def of_award(award: Award, actor: Actor) -> list[Cover]:
    """By budget, for an award that waits for its decision; nothing for any other, or where a rate is missing."""
    if award.state != AwardState.PROPOSED:
        return []
    rows = AwardLine.objects.unscoped(WHY).filter(award=award).select_related("lot_line")
    by_lot = {row.lot_line_id: row for row in rows}
    behind = requests.behind(TENDER, list(by_lot), "tendered")
    costs: Amounts = defaultdict(Decimal)
    estimates: Amounts = defaultdict(Decimal)
    for key, shares in behind.items():
        try:
            worth = to_currency(by_lot[key].net, award.currency, award.legal_entity.currency, clock.today())
        except InvalidInput:
            return []
        for need, quantity in _first(shares, by_lot[key].quantity):
            costs[need] += cents(worth * quantity / by_lot[key].quantity)
            estimates[need] += cents(need.amount * quantity / need.base_quantity)
    now = money.wanted_reserve(money.request_lines(costs))
    wanted: Amounts = {need: now[need] - estimates[need] + cost for need, cost in costs.items()}  # type: ignore[index]
    return _covers(costs, wanted, actor, reason=_reason(award))


# -- inside ------------------------------------------------------------------


def _reason(document: PurchaseOrder | Award) -> str:
    return f"{document.number or document._meta.verbose_name}: {getattr(document, 'supplier', None) or document.tender}"  # type: ignore[union-attr]


def _first(shares: list[tuple[RequestLine, Decimal]], quantity: Decimal) -> list[tuple[RequestLine, Decimal]]:
    """The needs that so much serves, the first ones first, as the ledger carries them on."""
    found = []
    for need, part in shares:
        served = min(part, quantity)
        if served > 0:
            found.append((need, served))
            quantity -= served
    return found


def _covers(costs: Mapping[Need, Decimal], wanted: Mapping[Need, Decimal], actor: Actor, *, reason: str) -> list[Cover]:
    """Together by the budget that pays: where something is reserved already, else the account's."""
    held = reserves(need.public_id for need in costs)
    looked_up = lines_for(need.account for need in costs if need.public_id not in held)
    known = BudgetLine.objects.unscoped(WHY).select_related("cost_center__owner", "category")
    kept = known.in_bulk({line for _amount, line in held.values()})
    merged: dict[tuple, list[Need]] = defaultdict(list)
    for need in _in_turn(costs):
        line = kept[held[need.public_id][1]] if need.public_id in held else looked_up[need.account.key]
        merged[need.account.cost_center.pk, line.pk if line else None, need.account.day.year].append(need)
    lines = kept | {line.pk: line for line in looked_up.values() if line}
    found = [_cover(lines.get(key[1]), needs, costs, wanted, held) for key, needs in merged.items()]
    return [
        replace(one, ask=ask_url(one.outlook, actor, reason=reason))
        for one in sorted(found, key=lambda one: one.account.cost_center.code)
    ]


def _cover(
    line: BudgetLine | None, needs: list[Need], costs: Mapping[Need, Decimal], wanted: Mapping[Need, Decimal],
    held: Mapping[str, tuple[Decimal, int]],
) -> Cover:  # fmt: skip
    """The most room that is wanted on the way: needs are settled one after the other, and what one frees the next may take."""
    reserved, so_far, most = ZERO, ZERO, ZERO
    for need in needs:
        before = held.get(need.public_id, (ZERO, 0))[0]
        reserved, so_far = reserved + before, so_far + wanted[need] - before
        most = max(most, so_far)
    account = needs[0].account
    cost = sum((costs[need] for need in needs), ZERO)
    return Cover(account, line, cost, reserved, most, outlook_on(line, account, most))


def _in_turn(needs: Iterable[Need]) -> list[Need]:
    """As `money.settle_reserve` takes them: request lines by their keys, then what no request asked for."""
    lines = sorted((need for need in needs if isinstance(need, RequestLine)), key=lambda line: line.pk)
    return [*lines, *(need for need in needs if not isinstance(need, RequestLine))]

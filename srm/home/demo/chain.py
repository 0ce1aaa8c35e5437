"""From a department's need to the goods: request, approval, demand, tender, offers, award, orders."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from decimal import Decimal
from typing import Any

from procurement.awards import services as awards
from procurement.awards.models import Award
from procurement.bids import services as bids
from procurement.bids.models import BidLine
from procurement.planning import services as planning
from procurement.planning.models import Demand
from procurement.requests import services as requests
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.tenders import services as tenders
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import LotLine, Tender
from srm.approvals import selectors as approving
from srm.approvals import services as approvals
from srm.core import clock
from srm.flow.perform import perform
from srm.home.demo import buying
from srm.home.demo.calendar import at, before, later, workday
from srm.home.demo.chance import Dice
from srm.home.demo.needs import Need, Round
from srm.home.demo.plan import LATE, Coming, Source, between
from srm.home.demo.timeline import Story
from srm.home.demo.words.wants import GROUPS, Ask
from srm.home.demo.world import WHY, World
from suppliers.registry.lifecycle import SupplierState
from suppliers.registry.models import Supplier

CHEAPEST = ("Best price per line; delivery in time.", "Лучшая цена по каждой позиции, срок подходит.",
            "Най-добра цена на всеки ред, срокът е подходящ.")  # fmt: skip
ONE_HAND = ("One supplier for all lines: one delivery, one bill.",
            "Один поставщик на все позиции: одна поставка, один счёт.",
            "Един доставчик за всички редове: една доставка, една фактура.")  # fmt: skip

# ------------------------------------------------------------------------------------------------------ requests


def need_story(world: World, need: Need, basket: list[PurchaseRequest]) -> Story:
    """Somebody asks; those whom the rules name approve; the request lies in the round's basket."""
    yield need.moment
    request = ask(world, need)
    yield from approved(world, request)
    basket.append(request)


def ask(world: World, need: Need, *, send: bool = True) -> PurchaseRequest:
    """The request, sent for approval unless it is to stay a draft."""
    actor = world.actor(need.asker)
    center = world.centers[need.center]
    request = requests.create_request(
        actor=actor, title=world.say(need.titles, actor), department=center.department, cost_center=center,
        need_by=need.need_by, place=world.places[need.place] if need.place else None, route=need.route,
        route_reason=world.say(need.route_reason, actor), note=world.say(need.note, actor),
        lines=[line_of(world, one, quantity, actor) for one, quantity in need.lines],
    )  # fmt: skip
    return perform(request, "submit", actor=actor) if send else request


def line_of(world: World, one: Ask, quantity: int, actor: Any) -> dict[str, Any]:
    """A request line as `create_request` takes it."""
    line: dict[str, Any] = {"quantity": str(quantity)}
    if one.article:
        item = world.items[one.article]
        return {**line, "item": item, "unit": world.units[one.unit] if one.unit else item.base_unit}
    return {**line, "description": world.say(one.text, actor), "category": world.categories[one.category],
            "unit": world.units[one.unit], "estimate": str(one.price)}  # fmt: skip


def approved(world: World, request: PurchaseRequest, steps: int = 99) -> Story:
    """Each step is decided some hours later by one of those asked; at most so many of them."""
    dice = world.chance.of("approval", request.number)
    while steps and (route := approving.route_of(request)) and route.outcome == "open":
        yield later(clock.now(), hours=dice.uniform(1, 11))
        decide(world, request, "approved")
        steps -= 1


def decide(world: World, request: PurchaseRequest, outcome: str, reason: str = "") -> PurchaseRequest:
    """The first of those asked decides."""
    route = approving.route_of(request)
    assert route is not None
    decider = approving.deciders_of(route)[0]
    return approvals.decide(request, actor=world.actor_of(decider), outcome=outcome, reason=reason)


# ------------------------------------------------------------------------------------------------------- rounds


def round_story(world: World, plan: Round, basket: list[PurchaseRequest]) -> Story:
    """Two weeks later what was approved is merged, put out to tender, awarded, ordered and delivered."""
    yield later(plan.moment, days=11)
    buyer = world.categories[plan.categories[0]].buyer
    assert buyer is not None
    key = next(key for key, user in world.people.items() if user.pk == buyer.pk)
    demand = merged(world, key, basket, GROUPS[plan.group][1])
    if demand is None:
        return
    yield later(clock.now(), hours=2)
    dice = world.chance.of("tender", plan.number)
    suppliers = invited(world, plan.categories, dice)
    tender = drafted(world, key, demand, GROUPS[plan.group][1], suppliers)
    yield later(clock.now(), hours=3)
    tender = perform(tender, "publish", actor=world.actor(key))
    yield from offered(world, tender, suppliers, dice)
    yield from awarded(world, tender, key, dice)


def merged(world: World, buyer: str, basket: Iterable[PurchaseRequest], title: Sequence[str]) -> Demand | None:
    """One demand of what these requests still need; None when nothing is open."""
    rows = RequestLine.objects.unscoped(WHY).filter(request__in=list(basket), state="approved", open_quantity__gt=0)
    lines = list(rows.values_list("pk", flat=True))
    if not lines:
        return None
    actor = world.actor(buyer)
    return planning.aggregate(
        actor=actor,
        legal_entity=world.entity,
        window_days=21,
        lines=lines,
        title=world.say(tuple(title), actor),  # type: ignore[arg-type]
    )


def invited(world: World, categories: Sequence[str], dice: Dice, most: int = 3) -> list[Supplier]:
    """Suppliers of each category, by their share, who may be asked today."""
    share = world.calendar.share(clock.today())
    found: dict[str, Supplier] = {}
    for code in categories:
        weights = {s.supplier.name: s.weight for s in world.plan.sources[code] if share <= s.supplier.until}
        for name in dice.some(weights, most if len(categories) < 3 else 2):
            found[name] = world.fresh(world.suppliers[name])
    return [supplier for supplier in found.values() if supplier.state == SupplierState.ACTIVE]


def drafted(
    world: World, buyer: str, demand: Demand, title: Sequence[str], suppliers: Iterable[Supplier],
    deadline: dt.datetime | None = None,
) -> Tender:  # fmt: skip
    """A draft that asks for everything of a demand."""
    actor = world.actor(buyer)
    month = clock.today().strftime("%m/%Y")
    return tenders.create_from_demand(
        actor=actor, demand_lines=list(demand.lines.select_related("item", "unit", "category", "demand__legal_entity")),
        title=f"{world.say(tuple(title), actor)}, {month}", suppliers=suppliers,  # type: ignore[arg-type]
        deadline=deadline or at(workday(later(clock.now(), days=6).date()), 10),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- offers


def offered(world: World, tender: Tender, suppliers: Sequence[Supplier], dice: Dice) -> Story:
    """Most of those invited offer, each at a moment of his own; at the deadline the offers are opened."""
    assert tender.deadline is not None
    start, end = clock.now(), tender.deadline
    moments = sorted((start + (end - start) * dice.uniform(0.3, 0.97), supplier.pk) for supplier in suppliers)
    by_key = {supplier.pk: supplier for supplier in suppliers}
    main = main_suppliers(world, suppliers)
    for moment, key in moments:
        if key not in main and dice.happens(0.2):
            continue
        yield moment
        submit(world, tender, by_key[key], dice, all_lines=key in main)
    yield end + dt.timedelta(minutes=1)
    bids.close_due(world.fresh(tender))


def main_suppliers(world: World, suppliers: Sequence[Supplier]) -> set[int]:
    """Of each category the first one asked: it offers all of it, so that nothing is left over."""
    main: dict[str, int] = {}
    for supplier in suppliers:
        for code, found in world.plan.sources.items():
            if any(source.supplier.name == supplier.name for source in found):
                main.setdefault(code, supplier.pk)
    return set(main.values())


def submit(
    world: World, tender: Tender, supplier: Supplier, dice: Dice, level: float = 1.0, *, all_lines: bool = False
) -> None:
    """The supplier's offer for the lines it can deliver; nothing when there are none."""
    typed = prices(world, tender, supplier, dice, level, all_lines=all_lines)
    if typed["lines"]:
        bids.submit(tender, actor=world.hand_of(supplier, tender), typed=typed)


def prices(
    world: World, tender: Tender, supplier: Supplier, dice: Dice, level: float = 1.0, *, all_lines: bool = False
) -> dict[str, Any]:
    """An offer as its supplier types it."""
    sources = {code: source for code, found in world.plan.sources.items() for source in found
               if source.supplier.name == supplier.name}  # fmt: skip
    lines = {}
    for line in tender.all_lines().select_related("item__category", "demand_line__category"):
        source = sources.get(_category_of(line))
        if source is not None and (all_lines or not dice.happens(0.06)):
            lines[line.public_id] = _offer_line(line, source, dice, level)
    freight = dice.choice(("", "", "", "45", "80", "120"))
    until = (tender.deadline or clock.now()) + dt.timedelta(days=45)
    return {"lines": lines, "freight": freight, "note": "", "valid_until": until.date().isoformat()}


def _category_of(line: LotLine) -> str:
    if line.item is not None:
        return line.item.category.code
    need = line.demand_line
    return need.category.code if need is not None and need.category is not None else ""


def _offer_line(line: LotLine, source: Source, dice: Dice, level: float) -> dict[str, str]:
    known = line.baseline if line.baseline is not None else Decimal(50)
    price = float(known) * source.level * level * dice.uniform(0.86, 0.99)
    basis = 100 if price < 0.5 else 1
    slack = dice.randrange(0, 9) if source.supplier.kind in {"A", "B", "I"} else -dice.randrange(0, 12)
    day = max(workday(line.need_by - dt.timedelta(days=slack)), clock.today() + dt.timedelta(days=7))
    return {"price": f"{price * basis:.4g}" if price * basis < 1000 else f"{price * basis:.2f}", "basis": str(basis),
            "deliver_on": day.isoformat()}  # fmt: skip


# -------------------------------------------------------------------------------------------------------- awards


def awarded(world: World, tender: Tender, buyer: str, dice: Dice) -> Story:
    """The best per line, or one for all; approved by the head, ordered, delivered."""
    tender = world.fresh(tender)
    if tender.state != TenderState.EVALUATION:
        return
    yield later(clock.now(), days=1, hours=dice.uniform(0, 6))
    award = propose(world, tender, buyer)
    if dice.happens(0.12):
        yield later(clock.now(), hours=5)
        reason = "Please ask the second one whether it can deliver a week earlier, and propose again."
        perform(award, "drop", actor=world.actor("head"), reason=reason)
        yield later(clock.now(), days=1)
        award = propose(world, world.fresh(tender), buyer)
    yield later(clock.now(), days=1, hours=dice.uniform(0, 4))
    award = perform(award, "approve", actor=world.actor("head"))
    yield from ordered(world, award, buyer)


def propose(world: World, tender: Tender, buyer: str, *, by_line: bool = False) -> Award:
    """The cheapest landed price of each line that was offered in full, or one supplier for most of it."""
    actor = world.actor(buyer)
    one_hand = not by_line and world.chance.of("one hand", tender.number).happens(0.45)
    choice = {line.lot_line.public_id: line.public_id for line in chosen_lines(tender, one_hand=one_hand).values()}
    reason = world.say(ONE_HAND if one_hand else CHEAPEST, actor)
    return awards.propose(actor=actor, tender=tender, choice=choice, reason=reason)


def chosen_lines(tender: Tender, *, one_hand: bool) -> dict[int, BidLine]:
    """By lot line, the offer with the lowest landed price; of one supplier where it offers most, if so wished."""
    rows = BidLine.objects.unscoped(WHY).filter(bid__tender=tender, bid__state="opened")
    rows = rows.select_related("lot_line", "bid").order_by("pk")
    full = [row for row in rows if row.quantity >= row.lot_line.quantity]
    best: dict[int, BidLine] = {}
    for row in full:
        if row.lot_line_id not in best or row.landed_price < best[row.lot_line_id].landed_price:
            best[row.lot_line_id] = row
    if one_hand and full:
        offered = Counter(row.bid_id for row in full)
        main = min(offered, key=lambda bid: (-offered[bid], sum(row.landed for row in full if row.bid_id == bid), bid))
        best |= {row.lot_line_id: row for row in full if row.bid_id == main}
    return best


def ordered(world: World, award: Award, buyer: str) -> Story:
    """Its orders are sent, confirmed and delivered one after the other."""
    found = buying.orders_of(award)
    yield later(clock.now(), hours=2)
    for order in found:
        if world.fresh(order.supplier).state == SupplierState.ACTIVE:
            perform(order, "send", actor=world.actor(buyer))
    stories = [_followed(world, order) for order in found]
    yield from side_by_side(stories)


def _followed(world: World, order: Any) -> Story:
    yield from buying.answered(world, order)
    yield from buying.delivered(world, order, list(comings(world, order)))


def comings(world: World, order: Any) -> Iterable[Coming]:
    """When an order of a tender is delivered: as its supplier usually does."""
    dice = world.chance.of("coming", order.number)
    kind = next(row.supplier.kind for found in world.plan.sources.values() for row in found
                if row.supplier.name == order.supplier.name)  # fmt: skip
    promised = max(line.confirmed_on or line.need_by or clock.today() for line in order.lines.all())
    late = dice.happens(between(LATE[kind], world.calendar.share(clock.today())))
    delay = dice.randrange(2, 16) if late else -dice.randrange(0, 6)
    first = workday(max(promised + dt.timedelta(days=delay), clock.today() + dt.timedelta(days=3)))
    if dice.happens(0.3):
        yield Coming(before(first - dt.timedelta(days=dice.randrange(3, 9))), dice.uniform(0.4, 0.6))
    yield Coming(first, 1.0)


def side_by_side(stories: Iterable[Generator[dt.datetime, None, Any]]) -> Story:
    """Several stories within one, each at its own moments."""
    waiting = [(moment, number, story) for number, story in enumerate(stories) if (moment := next(story, None))]
    while waiting:
        waiting.sort(key=lambda entry: (entry[0], entry[1]))
        moment, number, story = waiting.pop(0)
        yield moment
        if following := next(story, None):
            waiting.append((following, number, story))

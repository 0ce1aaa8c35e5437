"""Today: documents in every state, so that each page has something to show and each role something to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from procurement.bids import services as bids
from procurement.bids.models import Bid
from procurement.planning import services as planning
from procurement.requests import services as changes
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.tenders import services as tenders
from procurement.tenders.models import Tender
from srm.core import clock
from srm.flow.perform import perform
from srm.home.demo import chain, stores
from srm.home.demo.aside import aside
from srm.home.demo.calendar import at, later, workday
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words.today import NEEDS
from srm.home.demo.words.wants import GROUPS, REJECTED, RETURNED
from srm.home.demo.world import WHY, World

FOUND_SOME = "Four good ones turned up in the tool cabinet."
NO_MONEY = "The machine is sold; we do not need them any more."
Basket = dict[str, PurchaseRequest]


def requests(world: World, timeline: Timeline) -> None:
    """A story for every request of today, and those that carry them on."""
    basket: Basket = {}
    for key in ("draft", "draft2"):
        timeline.add(_stays_draft(world, key))
    for key in ("waiting", "urgent", "waiting2"):
        timeline.add(_asked(world, key, basket))
    for key in ("owner", "head"):
        timeline.add(_half_approved(world, key))
    timeline.add(_decided(world, "returned", "returned", RETURNED[0]))
    timeline.add(_decided(world, "rejected", "rejected", REJECTED[0]))
    timeline.add(_withdrawn(world))
    timeline.add(_given_up(world))
    for key in ("after_fact", "low_value", "open1", "open2", "open3", "open4"):
        timeline.add(_approved(world, key, basket))
    timeline.add(_changed_afterwards(world, basket))
    for story in (
        _planned,
        _tender_drafted,
        _tender_published,
        _tender_compared,
        _tender_awarding,
        _on_its_way,
        _here,
        _from_stock,
    ):
        timeline.add(story(world, timeline, basket))
    aside(world, timeline, basket)


# -------------------------------------------------------------------------------------------- requests that wait


def _asked(world: World, key: str, basket: Basket) -> Story:
    need = NEEDS[key].need(world.calendar)
    yield need.moment
    basket[key] = chain.ask(world, need)


def _stays_draft(world: World, key: str) -> Story:
    need = NEEDS[key].need(world.calendar)
    yield need.moment
    chain.ask(world, need, send=False)


def _half_approved(world: World, key: str) -> Story:
    """The first step is done, the next one waits."""
    need = NEEDS[key].need(world.calendar)
    yield need.moment
    request = chain.ask(world, need)
    yield from chain.approved(world, request, steps=1)


def _decided(world: World, key: str, outcome: str, reasons: Any) -> Story:
    need = NEEDS[key].need(world.calendar)
    yield need.moment
    request = chain.ask(world, need)
    yield later(clock.now(), hours=4)
    chain.decide(world, request, outcome, reasons[2])


def _withdrawn(world: World) -> Story:
    need = NEEDS["cancelled"].need(world.calendar)
    yield need.moment
    request = chain.ask(world, need)
    yield later(clock.now(), hours=5)
    perform(request, "cancel", actor=world.actor(need.asker), reason="Found two in the old workshop.")


def _given_up(world: World) -> Story:
    need = NEEDS["cut_short"].need(world.calendar)
    yield need.moment
    request = chain.ask(world, need)
    yield from chain.approved(world, request)
    yield later(clock.now(), days=3)
    perform(world.fresh(request), "close_short", actor=world.actor("buyer2"), reason=NO_MONEY)


def _approved(world: World, key: str, basket: Basket) -> Story:
    need = NEEDS[key].need(world.calendar)
    yield need.moment
    request = chain.ask(world, need)
    yield from chain.approved(world, request)
    basket[key] = request


def _changed_afterwards(world: World, basket: Basket) -> Story:
    """Approved, and then less is needed of one line, and another is split for two deliveries."""
    yield later(NEEDS["open4"].need(world.calendar).moment, hours=26)
    request = basket.get("open4")
    if request is None:
        return
    first, _second, third = world.fresh(request).lines.order_by("position")
    if {first.state, third.state} == {"approved"}:
        asker = world.actor(NEEDS["open4"].need(world.calendar).asker)
        changes.cancel_quantity(request, actor=asker, line=first, quantity="4", reason=FOUND_SOME)
        changes.split_line(request, actor=world.actor("buyer2"), line=third, quantity="50")


def _all_approved(world: World, keys: Sequence[str], basket: Basket) -> Story:
    """Several requests, asked and approved one beside the other."""
    yield from chain.side_by_side([_approved(world, key, basket) for key in keys])


# ------------------------------------------------------------------------------------------- merged and tendered


def _planned(world: World, _timeline: Timeline, basket: Basket) -> Story:
    """Merged into a demand that nobody has taken up yet."""
    yield from _all_approved(world, ("planned1", "planned2"), basket)
    yield world.calendar.ago(2, 11)
    chain.merged(world, "buyer", [basket["planned1"], basket["planned2"]], ("Cables", "Кабели", "Кабели"))


def _tender_drafted(world: World, _timeline: Timeline, basket: Basket) -> Story:
    """A draft with suppliers, not published."""
    yield from _all_approved(world, ("drafted1", "drafted2"), basket)
    yield world.calendar.ago(2, 14)
    title = GROUPS["tools"][1]
    demand = chain.merged(world, "buyer2", [basket["drafted1"], basket["drafted2"]], title)
    assert demand is not None
    asked = chain.invited(world, ("CUTTING",), world.chance.of("drafted"))
    chain.drafted(world, "buyer2", demand, title, asked, at(world.calendar.ahead(8), 10))


def _tender_published(world: World, _timeline: Timeline, basket: Basket) -> Story:
    """Takes offers for two more days: some are sealed, one is typed, one withdrawn, one came by mail."""
    yield from _all_approved(world, ("tendered1", "tendered2"), basket)
    yield world.calendar.ago(4, 10)
    title = ("Stainless fasteners", "Нержавеющий крепёж", "Неръждаеми крепежи")
    demand = chain.merged(world, "buyer", [basket["tendered1"], basket["tendered2"]], title)
    assert demand is not None
    names = ("alfa", "metiz", "kovinar", "Vida Cıvata", "Schraubenhandel Süd", "Крепеж 96")
    asked = {name: world.fresh(world.suppliers[name]) for name in names}
    deadline = at(workday(world.calendar.today + dt.timedelta(days=2)), 15)
    tender = chain.drafted(world, "buyer", demand, title, asked.values(), deadline)
    yield later(clock.now(), hours=1)
    tender = perform(tender, "publish", actor=world.actor("buyer"))
    yield world.calendar.ago(3, 11)
    dice = world.chance.of("published")
    chain.submit(world, tender, asked["metiz"], dice, 0.96)
    chain.submit(world, tender, asked["kovinar"], dice, 0.98)
    yield world.calendar.ago(2, 16)
    chain.submit(world, tender, asked["Vida Cıvata"], dice, 0.94)
    bids.decline(
        tender, actor=world.hand_of(asked["Schraubenhandel Süd"], tender), reason="Our line is full for three months."
    )
    yield world.calendar.ago(1, 11)
    bids.withdraw(tender, actor=world.hand_of(asked["kovinar"], tender))
    typed = chain.prices(world, tender, asked["Крепеж 96"], dice)
    bids.enter_for_supplier(
        tender, actor=world.actor("buyer"), supplier=asked["Крепеж 96"], typed=typed,
        evidence="Mail of yesterday, quote no. 1187",
    )  # fmt: skip
    yield world.calendar.ago(1, 15)
    typed = chain.prices(world, tender, asked["alfa"], dice, 0.95)
    typed["lines"] = dict(list(typed["lines"].items())[:2])
    bids.save_draft(tender, actor=world.hand_of(asked["alfa"], tender), typed=typed)


def _tender_compared(world: World, _timeline: Timeline, basket: Basket) -> Story:
    """Opened yesterday, five offers, one of them not admitted."""
    yield from _all_approved(world, ("compared1", "compared2"), basket)
    yield world.calendar.ago(10, 10)
    title = ("Bearings", "Подшипники", "Лагери")
    demand = chain.merged(world, "buyer2", [basket["compared1"], basket["compared2"]], title)
    assert demand is not None
    asked = [world.fresh(world.suppliers[source.supplier.name]) for source in world.plan.sources["BEARING"]]
    tender = chain.drafted(world, "buyer2", demand, title, asked, world.calendar.ago(1, 10))
    yield later(clock.now(), hours=2)
    tender = perform(tender, "publish", actor=world.actor("buyer2"))
    for number, supplier in enumerate(asked):
        yield world.calendar.ago(7 - number, 9 + number)
        chain.submit(world, tender, supplier, world.chance.of("compared", number), 0.93 + 0.03 * number)
    yield world.calendar.ago(1, 10, 2)
    bids.close_due(world.fresh(tender))
    yield world.calendar.ago(0, 9)
    last = Bid.objects.unscoped(WHY).filter(tender=tender, supplier=asked[0]).get()
    perform(last, "reject", actor=world.actor("evaluator"), reason="Certificates of origin are missing; asked twice.")


def _tender_awarding(world: World, _timeline: Timeline, basket: Basket) -> Story:
    """The award is proposed and waits for the head of procurement."""
    yield from _all_approved(world, ("awarding1", "awarding2"), basket)
    yield world.calendar.ago(12, 10)
    title = ("Packaging", "Упаковка", "Опаковки")
    demand = chain.merged(world, "buyer", [basket["awarding1"], basket["awarding2"]], title)
    assert demand is not None
    asked = [world.fresh(world.suppliers[source.supplier.name]) for source in world.plan.sources["PACKING"]]
    tender = chain.drafted(world, "buyer", demand, title, asked, world.calendar.ago(4, 10))
    yield later(clock.now(), hours=2)
    tender = perform(tender, "publish", actor=world.actor("buyer"))
    yield from chain.offered(world, tender, asked, world.chance.of("awarding"))
    yield world.calendar.ago(3, 13)
    award = chain.propose(world, world.fresh(tender), "buyer")
    yield world.calendar.ago(2, 9)
    reason = "The film is 17 micrometres in one offer and 23 in the other; ask, then propose again."
    perform(award, "drop", actor=world.actor("head"), reason=reason)
    yield world.calendar.ago(1, 13)
    chain.propose(world, world.fresh(tender), "buyer", by_line=True)


# --------------------------------------------------------------------------------------------- ordered, received


def _on_its_way(world: World, timeline: Timeline, basket: Basket) -> Story:
    """Ordered from two suppliers; one has delivered in part, the other has promised four days too late."""
    from srm.home.demo import deeds

    yield from _all_approved(world, ("coming1", "coming2"), basket)
    yield world.calendar.ago(26, 10)
    title = ("Fasteners, new drive", "Крепёж, новый привод", "Крепежи, ново задвижване")
    demand = chain.merged(world, "buyer", [basket["coming1"], basket["coming2"]], title)
    assert demand is not None
    asked = [world.fresh(world.suppliers[name]) for name in ("alfa", "kovinar", "metiz")]
    tender = chain.drafted(world, "buyer", demand, title, asked, world.calendar.ago(19, 10))
    yield later(clock.now(), hours=2)
    tender = perform(tender, "publish", actor=world.actor("buyer"))
    yield world.calendar.ago(21, 11)
    deeds.quote(world, tender, asked[0], {"10443": "0.052", "10445": "0.151", "10446": "0.19", "10451": "0.021"}, 5)
    deeds.quote(world, tender, asked[1], {"10443": "0.058", "10445": "0.16", "10446": "0.18", "10451": "0.0165"}, 9)
    yield world.calendar.ago(20, 15)
    deeds.quote(world, tender, asked[2], {"10443": "0.055", "10446": "0.205", "10451": "0.0175"}, 2)
    yield world.calendar.ago(19, 10, 1)
    bids.close_due(world.fresh(tender))
    yield world.calendar.ago(18, 10)
    award = chain.propose(world, world.fresh(tender), "buyer", by_line=True)
    yield world.calendar.ago(17, 11)
    award = perform(award, "approve", actor=world.actor("head"))
    yield from deeds.on_its_way(world, award)


def _here(world: World, timeline: Timeline, basket: Basket) -> Story:
    """Everything came: the requester's list has a finished one, too."""
    yield from _all_approved(world, ("received",), basket)
    yield world.calendar.ago(40, 10)
    title = ("Glasses and helmets", "Очки и каски", "Очила и каски")
    demand = chain.merged(world, "buyer3", [basket["received"]], title)
    assert demand is not None
    asked = [world.fresh(world.suppliers[name]) for name in ("Safety Plus", "Prevent Pro")]
    tender = chain.drafted(world, "buyer3", demand, title, asked, world.calendar.ago(34, 10))
    yield later(clock.now(), hours=1)
    tender = perform(tender, "publish", actor=world.actor("buyer3"))
    dice = world.chance.of("here")
    yield from chain.offered(world, tender, asked, dice)
    yield from chain.awarded(world, tender, "buyer3", dice)


def _from_stock(world: World, _timeline: Timeline, basket: Basket) -> Story:
    """Part of it lies in our own store, is promised, and half of that is handed out."""
    yield from _all_approved(world, ("stock",), basket)
    lines = RequestLine.objects.unscoped(WHY).filter(request=basket["stock"]).values_list("pk", flat=True)
    yield later(clock.now(), hours=1)
    planning.cover(actor=world.actor("buyer3"), legal_entity=world.entity, lines=list(lines))
    yield later(clock.now(), hours=3)
    stores.hand_out_some(world)


# ----------------------------------------------------------------------------------------- other ends of tenders


def other_tenders(world: World, timeline: Timeline) -> None:
    """Tenders that no request stands behind, and those that came to nothing."""
    timeline.add(_framework(world))
    timeline.add(_failed(world))
    timeline.add(_cancelled(world))


def by_hand(
    world: World, buyer: str, title: str, articles: dict[str, int], suppliers: Sequence[str], deadline: dt.datetime
) -> Tender:
    """A draft that no request stands behind."""
    place = world.places["PDV2"]
    lines = [
        {"item": world.items[article], "quantity": Decimal(quantity), "unit": world.items[article].base_unit, "lot": "",
         "need_by": workday((deadline + dt.timedelta(days=45)).date()), "place": place}
        for article, quantity in articles.items()
    ]  # fmt: skip
    return tenders.create_tender(
        actor=world.actor(buyer), title=title, legal_entity=world.entity, lines=lines, deadline=deadline,
        suppliers=[world.fresh(world.suppliers[name]) for name in suppliers],
    )  # fmt: skip


def _framework(world: World) -> Story:
    """A year's castings, published, the deadline is far."""
    yield world.calendar.ago(1, 10)
    year = (world.calendar.today + dt.timedelta(days=60)).year
    tender = by_hand(
        world, "buyer2", f"Castings {year}", {"21103": 4200, "21104": 3600, "21105": 1800, "21123": 4200, "21143": 900},
        ("kovinar", "Леярна Хасково", "Fonderia Brenta", "Livnica Rasina", "Döküm Bursa"), at(world.calendar.ahead(12), 12),
    )  # fmt: skip
    yield later(clock.now(), hours=2)
    perform(tender, "publish", actor=world.actor("buyer2"))


def _failed(world: World) -> Story:
    """Nobody wanted it."""
    yield world.calendar.ago(27, 10)
    tender = by_hand(
        world, "buyer3", "Thermal camera and roughness tester, rental", {"38106": 1, "38111": 1},
        ("Messtechnik Vogt", "Labtest"), world.calendar.ago(20, 10),
    )  # fmt: skip
    yield later(clock.now(), hours=2)
    tender = perform(tender, "publish", actor=world.actor("buyer3"))
    yield world.calendar.ago(20, 10, 1)
    bids.close_due(world.fresh(tender))


def _cancelled(world: World) -> Story:
    """Called off while offers were still coming in."""
    yield world.calendar.ago(17, 9)
    tender = by_hand(
        world, "buyer", "Copper bars, second half", {"22121": 2400, "22123": 1800},
        ("Kupral", "Filo Rame", "Wickeldraht Ruhr"), world.calendar.ago(8, 10),
    )  # fmt: skip
    yield later(clock.now(), hours=2)
    tender = perform(tender, "publish", actor=world.actor("buyer"))
    yield world.calendar.ago(14, 12)
    chain.submit(world, tender, world.suppliers["Kupral"], world.chance.of("called off"))
    yield world.calendar.ago(12, 16)
    reason = "The design has changed to aluminium; we ask again when the drawings are final."
    perform(world.fresh(tender), "cancel", actor=world.actor("buyer"), reason=reason)

"""What the departments ask for again and again: templates, a request that comes by itself every month, the shop."""

from __future__ import annotations

from decimal import Decimal

from procurement.patterns import services as patterns
from procurement.patterns.models import RequestTemplate
from procurement.requests.models import PurchaseRequest
from procurement.shop import selectors as offered
from procurement.shop import services as shop
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.discussion import services as discussion
from srm.flow.perform import perform
from srm.home.demo.calendar import later
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words import Text
from srm.home.demo.world import WHY, World

Kept = tuple[str, str, Text, dict[str, int], bool, int]

TEMPLATES: dict[str, Kept] = {
    "grease": ("requester", "4110", ("Grease and cloths, monthly", "Смазка и ветошь, на месяц", "Грес и кърпи, за месеца"),
               {"31101": 48, "34104": 6}, True, 10),
    "shift": ("asm4", "4120", ("Gloves for one shift", "Перчатки на смену", "Ръкавици за една смяна"),
              {"30007": 30, "30006": 20, "30013": 60}, True, 14),
    "service": ("svc1", "4210", ("Seals for the vans", "Уплотнения для машин", "Уплътнения за бусовете"),
                {"28131": 40, "28132": 40}, False, 21),
}  # fmt: skip

QUESTION: Text = (
    "Is grease of the same class from another maker all right? It comes a week earlier.",
    "Подойдёт ли смазка того же класса другого производителя? Она придёт на неделю раньше.",
    "Става ли грес от същия клас от друг производител? Идва седмица по-рано.",
)  # fmt: skip
SUPPLIES: Text = ("Supplies for the line", "Расходные материалы для линии", "Консумативи за линията")
ANSWER: Text = ("Yes, if it is NLGI 2.", "Да, если это NLGI 2.", "Да, ако е NLGI 2.")


def habits(world: World, timeline: Timeline) -> None:
    """Everybody's templates, one of them asked for every month for three days now; and what was found in the shop."""
    timeline.add(_kept(world))
    timeline.add(_monthly(world))
    timeline.add(_shopping(world))
    timeline.add(_talk(world))


def _template(world: World, key: str) -> RequestTemplate:
    owner, center, names, articles, is_shared, days = TEMPLATES[key]
    actor, payer = world.actor(owner), world.centers[center]
    lines = [{"item": world.items[article], "quantity": str(count)} for article, count in articles.items()]
    return patterns.create_template(
        actor=actor, name=world.say(names, actor), department=payer.department, cost_center=payer, lines=lines,
        is_shared=is_shared, lead_days=days,
    )  # fmt: skip


def _kept(world: World) -> Story:
    yield world.calendar.ago(30, 11)
    _template(world, "shift")
    yield world.calendar.ago(18, 15)
    _template(world, "service")


def _monthly(world: World) -> Story:
    """A draft for this month waits; the next one is known."""
    yield world.calendar.ago(9, 9)
    first = world.calendar.ago(3, 7)
    recurrence = patterns.create_recurrence(
        actor=world.actor("requester"), template=_template(world, "grease"), day=first.day, starts_on=first.date()
    )
    yield first
    patterns.run_due(world.fresh(recurrence), actor=SYSTEM)


def _shopping(world: World) -> Story:
    """One asks for three articles under an agreement; two more wait in another's cart."""
    yield world.calendar.ago(2, 10)
    buyer, payer = world.actor("asm4"), world.centers["4120"]
    rows = list(offered.on_offer(buyer).order_by("item__article", "pk")[:5])
    lines = [{"article": row, "quantity": row.min_quantity or Decimal(2)} for row in rows[:3]]
    request = shop.checkout(
        actor=buyer, title=world.say(SUPPLIES, buyer), department=payer.department, cost_center=payer, lines=lines,
        need_by=world.calendar.ago(-30, 0).date(),
    )  # fmt: skip
    perform(request, "submit", actor=buyer)
    for row in rows[3:]:
        shop.put(row, actor=world.actor("requester"), quantity=row.min_quantity or Decimal(2))


def _talk(world: World) -> Story:
    """A buyer asks back about a request that waits; the one who asked answers."""
    yield world.calendar.ago(0, 12)
    rows = PurchaseRequest.objects.unscoped(WHY).filter(requester=world.people["asm1"]).order_by("-pk")
    request, buyer, asker = rows[0], world.actor("buyer"), world.actor("asm1")
    discussion.say(request, actor=buyer, text=world.say(QUESTION, buyer), mentions=[world.people["asm1"]])
    yield later(clock.now(), hours=0.2)
    discussion.say(request, actor=asker, text=world.say(ANSWER, asker))

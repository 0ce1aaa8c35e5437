"""What the departments ask for again and again: templates, and a request that comes by itself every month."""

from __future__ import annotations

from procurement.patterns import services as patterns
from procurement.patterns.models import RequestTemplate
from srm.core.actor import SYSTEM
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words import Text
from srm.home.demo.world import World

Kept = tuple[str, str, Text, dict[str, int], bool, int]

TEMPLATES: dict[str, Kept] = {
    "grease": ("requester", "4110", ("Grease and cloths, monthly", "Смазка и ветошь, на месяц", "Грес и кърпи, за месеца"),
               {"31101": 48, "34104": 6}, True, 10),
    "shift": ("asm4", "4120", ("Gloves for one shift", "Перчатки на смену", "Ръкавици за една смяна"),
              {"30007": 30, "30006": 20, "30013": 60}, True, 14),
    "service": ("svc1", "4210", ("Seals for the vans", "Уплотнения для машин", "Уплътнения за бусовете"),
                {"28131": 40, "28132": 40}, False, 21),
}  # fmt: skip


def habits(world: World, timeline: Timeline) -> None:
    """Everybody's templates; one of them is asked for every month, for the first time three days ago."""
    timeline.add(_kept(world))
    timeline.add(_monthly(world))


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

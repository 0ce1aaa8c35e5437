"""What was approved while a firm ordered nothing by itself, or was left to the buyer: tried again when somebody says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.shop import ordering
from procurement.shop.models import Left, ShopChoice, ShopRule
from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import NotAllowed, RuleBroken
from srm.flow import records, uow
from srm.jobs.models import Job
from srm.jobs.services import enqueue

WHY = "the firm orders by itself what was chosen under an agreement"
KIND = "shop.order_waiting"
MOST = 5000


def waiting_for(rule: ShopRule) -> QuerySet[ShopChoice]:
    """Choices of the rule's firm that are approved and open as a need, and stand in no order."""
    rows = ordering.untaken(ShopChoice.objects.unscoped(WHY))
    return rows.filter(line__request__legal_entity=rule.legal_entity_id)


def order_waiting(rule: ShopRule, *, actor: Actor) -> Job:
    """Try what waits once more, in the background; the job tells what became of it.

    Raises:
        NotAllowed. RuleBroken: the rule is off, nothing waits, or it is being tried at this moment.
    """
    uow.require()
    if not ShopRule.objects.visible_to(actor).filter(pk=rule.pk).exists():
        raise NotAllowed()
    locked = records.locked_row(rule)
    if not locked.is_on:
        raise RuleBroken([_("The rule is off. Switch it on first.")])
    running = Job.objects.unscoped(WHY).filter(kind=KIND, state__in=Job.OPEN, args__rule=locked.public_id)
    if running.exists():
        raise RuleBroken([_("It is being tried already. Wait until that is done.")])
    chosen = list(waiting_for(locked).order_by("line__request", "pk").values_list("pk", flat=True)[:MOST])
    if not chosen:
        raise RuleBroken([_("Nothing waits: all that was chosen in the shop and approved is ordered or taken up.")])
    audit.record(actor=actor, verb="tried again", subject=locked, changes={"lines": [None, len(chosen)]})
    return enqueue(KIND, actor=actor, rule=locked.public_id, choices=chosen)


def told(choices: Sequence[int]) -> list[str]:
    """What became of these choices, in sentences: how many are ordered, and why the others are not."""
    rows = list(ShopChoice.objects.unscoped(WHY).filter(pk__in=choices).select_related("line"))
    ordered = [row for row in rows if row.order_id]
    orders = len({row.order_id for row in ordered})
    sentences = [
        ngettext("%(n)d line was ordered", "%(n)d lines were ordered", len(ordered)) % {"n": len(ordered)}
        + (ngettext(" (%(n)d order).", " (%(n)d orders).", orders) % {"n": orders} if orders else ".")
    ]
    reasons = Counter(_reason(row) for row in rows if not row.order_id)
    for reason, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0])):
        sentences.append(
            ngettext("%(n)d line waits: %(why)s.", "%(n)d lines wait: %(why)s.", n) % {"n": n, "why": reason}
        )
    return sentences


def _reason(choice: ShopChoice) -> str:
    if choice.line.held_reason:
        return _("it is held back")
    words = str(Left(choice.left).label) if choice.left else _("it is not open any more")
    return words[:1].lower() + words[1:]

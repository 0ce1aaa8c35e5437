"""What an accepted line does: a price, perhaps a new article, and how it is sold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow import records
from suppliers.items import services as items
from suppliers.items.models import SupplierItem
from suppliers.proposals.models import PriceProposal, PriceProposalLine
from suppliers.proposals.selectors import Compared, compared

RISE = "items.accept_rise"
WHY = "an article that another line of this proposal has just made"
SOLD = ("lead_days", "min_quantity", "multiple")


def apply(proposal: PriceProposal, *, actor: Actor, reasons: Mapping[str, str]) -> None:
    """Write what the lines say, except those that `reasons` declines; all or nothing.

    Raises:
        RuleBroken: a rise is too large for the actor, a price has run out, there is no such item of ours.
    """
    lines = compared(proposal, actor)
    wanted = [one for one in lines if one.line.public_id not in reasons]
    faults = [fault for one in wanted for fault in _faults(one, actor)]
    if faults:
        raise RuleBroken(faults)
    for one in lines:
        if one.line.public_id in reasons:
            refuse(one.line, reasons[one.line.public_id], actor)
        else:
            _accept(one, proposal, actor)


def refuse(line: PriceProposalLine, reason: str, actor: Actor) -> None:
    """The line is declined."""
    outcome = PriceProposalLine.Outcome.DECLINED
    records.update(line, actor=actor, root=line.proposal, outcome=outcome, refusal=reason)


def _faults(one: Compared, actor: Actor) -> list[str]:
    words = {"what": one.line.what}
    found = []
    if one.large and not actor.may(RISE):
        found.append(_("%(what)s rises by too much: the head of procurement must accept it.") % words)
    if one.line.valid_to is not None and one.line.valid_to < clock.today():
        found.append(_("%(what)s: this price has run out. Decline it.") % words)
    if one.item is None:
        found.append(_("%(what)s: we have no such article. Decline it, or make the item first.") % words)
    return found


def _accept(one: Compared, proposal: PriceProposal, actor: Actor) -> None:
    line = one.line
    begins = max(line.valid_from, clock.today())
    try:
        row = _article(one, proposal, actor)
        items.succeed_price(
            row, actor=actor, basis=line.basis, agreement=line.agreement, from_quantity=line.from_quantity,
            price=line.price, currency=line.currency, valid_from=begins, valid_to=line.valid_to,
        )  # fmt: skip
    except InvalidInput as fault:
        sentences = [str(sentence) for words in fault.errors.values() for sentence in _list(words)]
        raise RuleBroken([f"{line.what}: {sentence}" for sentence in sentences]) from fault
    outcome = PriceProposalLine.Outcome.ACCEPTED
    records.update(line, actor=actor, root=proposal, outcome=outcome, begins_on=begins, supplier_item=row)


def _article(one: Compared, proposal: PriceProposal, actor: Actor) -> SupplierItem:
    """The article with what the line says of it; made when it is new."""
    line = one.line
    sold: dict[str, Any] = {name: value for name in SOLD if (value := getattr(line, name)) is not None}
    row = line.supplier_item
    if row is None:
        key: dict[str, Any] = {
            "supplier": proposal.supplier,
            "item": one.item,
            "unit": line.unit,
            "article": line.article,
        }
        row = SupplierItem.objects.unscoped(WHY).filter(**key).first()
        if row is None:
            return items.create_supplier_item(actor=actor, **key, name=line.name, factor=line.factor, **sold)
    return items.update_supplier_item(row, actor=actor, **sold) if sold else row


def _list(words: object) -> list:
    return list(words) if isinstance(words, (list, tuple)) else [words]

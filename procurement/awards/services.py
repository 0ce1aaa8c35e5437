"""Writing awards: proposed by one, approved by another, told to everybody concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.awards import letters
from procurement.awards.lifecycle import AwardState
from procurement.awards.models import Award, AwardLine
from procurement.bids import selectors as bids
from procurement.bids.comparing import Choice, Comparison
from procurement.bids.models import Bid, BidLine
from procurement.tenders import services as tenders
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records
from srm.flow.perform import give_number, perform
from srm.flow.registry import effect, reacts

WHY = "an award's own parts, inside its service"
SHORTEST_REASON = 10
LIVE = (AwardState.PROPOSED, AwardState.FINAL)


def propose(*, actor: Actor, tender: Tender, choice: Mapping[str, str], reason: str = "") -> Award:
    """Propose who delivers what: `choice` names the offer's line for each line of the tender, by public ids.

    Lines left out are not bought and go back to the demand when the award is final.

    Raises:
        NotAllowed. RuleBroken: the tender is not in evaluation, an award is proposed already, a supplier cannot be
        ordered from. InvalidInput: nothing or something impossible is chosen; a dearer choice without a reason.
    """
    if not actor.may("awards.propose"):
        raise NotAllowed()
    locked = records.locked_row(tender)
    if locked.state != TenderState.EVALUATION:
        raise RuleBroken(
            [_("An award is proposed during the evaluation; this is “%(state)s”.") % {"state": locked.state_label}]
        )
    if Award.objects.unscoped(WHY).filter(tender=locked, state__in=LIVE).exists():
        raise RuleBroken([_("An award has been proposed already.")])
    compared = bids.comparison(locked, actor)
    judged = judge(compared, choice)
    if judged.extra > 0 and len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput({"reason": _("Say why an offer is chosen that is not the cheapest.")})
    award = _written(locked, choice, judged, reason.strip(), actor)
    perform(locked, "propose_award", actor=actor)
    return award


def judge(compared: Comparison, choice: Mapping[str, str]) -> Choice:
    """What a choice comes to.

    Raises:
        InvalidInput: nothing is chosen, or something that cannot be.
    """
    if not choice:
        raise InvalidInput({"choice": _("Choose an offer for at least one line.")})
    try:
        return compared.judge(choice)
    except KeyError:
        raise InvalidInput({"choice": _("One of the chosen offers is not admitted any more. Look again.")}) from None


def _written(tender: Tender, choice: Mapping[str, str], judged: Choice, reason: str, actor: Actor) -> Award:
    lines = tenders.lines_by_id(tender)
    chosen = {
        one.public_id: one
        for one in BidLine.objects.visible_to(actor)
        .filter(public_id__in=choice.values())
        .select_related("bid__supplier")
    }
    refused = {one.bid.supplier for one in chosen.values() if not one.bid.supplier.usable}
    if refused:
        words = _("%(supplier)s cannot be ordered from: %(state)s.")
        raise RuleBroken([words % {"supplier": one, "state": one.state_label} for one in sorted(refused, key=str)])
    award = records.create(
        Award, actor=actor, tender=tender, legal_entity=tender.legal_entity, reason=reason, currency=tender.currency,
        total=judged.total, baseline_total=judged.baseline, compared_total=judged.compared, cheapest_total=judged.cheapest,
    )  # fmt: skip
    give_number(award)
    AwardLine.objects.unscoped(WHY).bulk_create(
        AwardLine(
            award=award, lot_line=lines[line], bid_line=chosen[key], supplier=chosen[key].bid.supplier,
            quantity=chosen[key].quantity, net=chosen[key].net, landed=chosen[key].landed,
        )
        for line, key in choice.items()
    )  # fmt: skip
    letters.tell_approvers(award, actor=actor)
    return award


# -------------------------------------------------------------------------------------------------------- moves


@effect(Award, "approve")
def make_final(award: Award, *, actor: Actor, **_details: object) -> None:
    """Offers win or lose, the tender is concluded, what nobody delivers goes back to the demand, bidders are told."""
    kept: dict[int, Decimal] = {}
    winners = set()
    for line in award.lines.select_related("bid_line"):
        kept[line.lot_line_id] = line.quantity
        winners.add(line.bid_line.bid_id)
    rows = Bid.objects.unscoped(WHY).filter(tender=award.tender, state__in=("opened", "rejected"))
    decided = [perform(bid, "win" if bid.pk in winners else "lose", actor=actor) for bid in rows.order_by("pk")]
    perform(award.tender, "conclude", actor=actor)
    tenders.release(award.tender, actor=actor, kept=kept)
    letters.tell_bidders(award, decided, actor=actor)


@effect(Award, "drop")
def evaluate_again(award: Award, *, actor: Actor, **_details: object) -> None:
    """The tender is open for another proposal, unless it was cancelled meanwhile."""
    tender = records.locked_row(award.tender)
    if tender.state == TenderState.AWARDING:
        perform(tender, "reopen", actor=_allowed(actor, "awards.propose"))


@reacts(Tender, "cancel")
def drop_with_tender(tender: Tender, *, actor: Actor, reason: str = "", **_details: object) -> None:
    """A cancelled tender's proposal is off the table."""
    for award in Award.objects.unscoped(WHY).filter(tender=tender, state=AwardState.PROPOSED):
        perform(award, "drop", actor=_allowed(actor, "awards.approve"), reason=reason)


def _allowed(actor: Actor, permission: str) -> Actor:
    """The same actor for a move that follows from what he was allowed to do, so that the history names him."""
    return actor if actor is SYSTEM else replace(actor, permissions=actor.permissions | {permission})


def live_award(tender: Tender) -> Award | None:
    """The tender's proposed or final award."""
    return Award.objects.unscoped("the award that a tender's page frames").filter(tender=tender, state__in=LIVE).first()


def chosen_of(award: Award | None) -> dict[str, str]:
    """Line -> offer line of an award, by public ids."""
    rows: Any = award.lines.select_related("lot_line", "bid_line") if award else ()
    return {line.lot_line.public_id: line.bid_line.public_id for line in rows}


def lines_won(tender: Tender, actor: Actor) -> list[AwardLine]:
    """The lines of a final award that the actor's own firm delivers."""
    rows = AwardLine.objects.unscoped("a bidder's own part of the result").filter(
        award__tender=tender, award__state=AwardState.FINAL, supplier_id=actor.supplier_id or 0
    )
    return list(rows.select_related("lot_line__item", "lot_line__unit", "lot_line__lot", "award"))

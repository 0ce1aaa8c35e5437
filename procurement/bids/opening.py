"""The opening: after the deadline envelopes become lines, all in one transaction.

An envelope that does not open, or does not hold what its receipt promised, is shown with its fault and never skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.bids import offers
from procurement.bids.models import Bid, BidDraft, BidEnvelope, BidLine
from procurement.bids.offers import Offer
from procurement.tenders import sealing
from procurement.tenders import services as tenders
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import LotLine, Tender
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.registry import due, effect, guard, reacts

WHY = "the opening of a tender after its deadline"


@due(Tender)
def close_due(tender: Tender, *, actor: Actor = SYSTEM) -> None:
    """Open a tender whose deadline has passed, or declare it failed; called again it does nothing."""
    locked = records.locked_row(tender)
    if locked.state != TenderState.PUBLISHED or locked.deadline is None:
        _wait(locked, None)
    elif clock.db_now() < locked.deadline:
        _wait(locked, locked.deadline)
    else:
        perform(locked, "open_bids" if has_offers(locked) else "fail", actor=actor)


def _wait(tender: Tender, until: Any) -> None:
    if tender.next_check != until:
        tender.next_check = until
        tender.save(update_fields=["next_check"])


def has_offers(tender: Tender) -> bool:
    """Whether anybody's offer stands; for the opening only, before it this is a secret."""
    return Bid.objects.unscoped(WHY).filter(tender=tender, state="submitted").exists()


def _over(tender: Tender) -> bool:
    return tender.deadline is not None and clock.db_now() >= tender.deadline


@guard(Tender, "open_bids")
def something_to_open(tender: Tender, _actor: Actor) -> object:
    """Without offers the tender fails. Before the deadline this says nothing, whatever there is."""
    return _("Nobody has made an offer.") if _over(tender) and not has_offers(tender) else None


@guard(Tender, "fail")
def nothing_to_open(tender: Tender, _actor: Actor) -> object:
    """With offers it does not fail by itself. Before the deadline this says nothing, whatever there is."""
    return _("There are offers. Open them.") if _over(tender) and has_offers(tender) else None


@reacts(Tender, "open_bids")
def open_all(tender: Tender, *, actor: Actor, **_details: object) -> list[Bid]:
    """Open every submitted envelope of a tender that `perform` has just locked and moved."""
    key = tenders.key_of(tender)
    assert key is not None
    identity = sealing.unwrap(key.wrapped_private)
    lines = tenders.lines_by_id(tender)
    rows = Bid.objects.unscoped(WHY).filter(tender=tender, state="submitted").select_related("supplier")
    opened = [_open(bid, identity, lines, actor) for bid in rows.order_by("pk")]
    _set_aside_doubles(opened)
    BidDraft.objects.unscoped(WHY).filter(bid__tender=tender).delete()
    return opened


def _open(bid: Bid, identity: Any, lines: Mapping[str, LotLine], actor: Actor) -> Bid:
    envelope = BidEnvelope.objects.unscoped(WHY).filter(bid=bid).latest("edition")
    try:
        offer, fault = _read(bid, envelope, identity, lines), ""
    except (sealing.Unsealable, ValueError, KeyError, ArithmeticError, TypeError):
        offer, fault = (
            None,
            _("The envelope does not hold what its receipt says. It was altered after it was received."),
        )
    return perform(bid, "open", actor=actor, offer=offer, lines=lines, fault=fault)


def _read(bid: Bid, envelope: BidEnvelope, identity: Any, lines: Mapping[str, LotLine]) -> Offer:
    """The offer, when it is the one that was received, from this supplier, for this tender.

    Raises:
        sealing.Unsealable, ValueError, KeyError, ArithmeticError, TypeError: it is not.
    """
    if sealing.digest_of(envelope.ciphertext) != envelope.sha256:
        raise sealing.Unsealable("the envelope was altered")
    opened = sealing.unseal(envelope.ciphertext, identity)
    if opened.commitment != envelope.commitment:
        raise sealing.Unsealable("the content is not what was received")
    marks = {"tender": bid.tender.public_id, "offer": bid.public_id, "edition": envelope.edition}
    if any(opened.content[name] != value for name, value in marks.items()):
        raise sealing.Unsealable("the envelope belongs elsewhere")
    offer = offers.from_content(opened.content)
    if any(line.line not in lines for line in offer.lines):
        raise ValueError("a line of another tender")
    return offer


@effect(Bid, "open")
def write_content(
    bid: Bid, *, actor: Actor, offer: Offer | None, lines: Mapping[str, LotLine], fault: str, **_details: object
) -> None:
    """What was inside becomes rows, for the first time."""
    bid.fault = fault
    if offer is not None:
        bid.currency, bid.note, bid.valid_until = offer.currency, offer.note, offer.valid_until
        bid.freight, bid.net_total = offer.freight, offer.net
        shares = offers.landed([line.net for line in offer.lines], offer.freight)
        BidLine.objects.unscoped(WHY).bulk_create(
            BidLine(
                bid=bid, lot_line=lines[line.line], price=line.price, price_basis=line.basis, quantity=line.quantity,
                net=line.net, landed=share, deliver_on=line.deliver_on, note=line.note,
            )
            for line, share in zip(offer.lines, shares, strict=True)
        )  # fmt: skip
    bid.save(update_fields=["fault", "currency", "note", "valid_until", "freight", "net_total"])


def _set_aside_doubles(opened: list[Bid]) -> None:
    """A supplier's own offer counts; what the buyer entered for it then does not."""
    own = {bid.supplier_id for bid in opened if not bid.by_buyer}
    for bid in opened:
        if bid.by_buyer and bid.supplier_id in own:
            perform(bid, "reject", actor=SYSTEM, reason=_("The supplier has sent its own offer."))


def total_of(bid: Bid) -> Decimal:
    """Net with freight."""
    return (bid.net_total or Decimal(0)) + (bid.freight or Decimal(0))

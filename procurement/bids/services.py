"""Writing offers: drafts, submitting, withdrawing. What is written is encrypted before it gets to the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.bids import offers, receipts
from procurement.bids.models import Bid, BidDraft, BidEnvelope, BidReceipt
from procurement.bids.offers import Offer, Wanted
from procurement.bids.opening import close_due, open_all  # noqa: F401 - services of this room, kept in a file of their own
from procurement.tenders import sealing
from procurement.tenders import services as tenders
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender, TenderKey
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.registry import effect, reacts
from suppliers.portal.scope import reaches
from suppliers.registry.models import Supplier

WHY = "an offer's own parts, inside its service"


class TooLate(RuleBroken):
    """It came at or after the deadline; nothing of it was stored."""

    code = "late"

    def __init__(self) -> None:
        super().__init__([gettext_lazy("The deadline has passed. Offers are no longer taken.")])


def wanted_of(tender: Tender) -> list[Wanted]:
    """The tender's lines as an offer needs them."""
    return [Wanted(line.public_id, line.quantity, line.need_by) for line in tender.all_lines()]


# ------------------------------------------------------------------------------------------------------- drafts


@dataclass(frozen=True)
class Copy:
    """What a supplier may read of its own: what is typed now, and what was submitted last (with the nonce)."""

    typed: dict[str, Any]
    sent: dict[str, Any] | None = None
    nonce: str = ""
    edition: int = 0
    saved_at: dt.datetime | None = None


def save_draft(tender: Tender, *, actor: Actor, typed: Mapping[str, Any]) -> dt.datetime:
    """Keep what the supplier has typed so far, locked; when it was saved.

    Raises:
        NotAllowed, Missing: not invited, or read only. TooLate: the deadline has passed.
    """
    _may_bid(actor)
    locked = _open_tender(tender, actor)
    bid = _own_bid(locked, Supplier.objects.visible_to(actor).get(pk=actor.supplier_id))
    kept = _kept(bid) or Copy({})
    return _keep(bid, replace(kept, typed=offers.clean_typed(typed, wanted_of(locked))))


def load_copy(tender: Tender, *, actor: Actor) -> Copy | None:
    """What the actor's own firm has typed and submitted; None when there is nothing or it may not be read again."""
    if not actor.is_supplier or not reaches(actor, tender):
        return None
    own = Bid.objects.visible_to(actor).filter(tender=tender, supplier_id=actor.supplier_id, by_buyer=False).first()
    return _kept(own) if own is not None else None


def load_draft(tender: Tender, *, actor: Actor) -> dict[str, Any] | None:
    """What the actor's own firm has typed so far, as it was typed."""
    copy = load_copy(tender, actor=actor)
    return copy.typed if copy else None


def _kept(bid: Bid) -> Copy | None:
    draft = BidDraft.objects.unscoped(WHY).filter(bid=bid).first()
    if draft is None:
        return None
    return replace(Copy(**sealing.unlock_draft(draft.ciphertext, bid.public_id)), saved_at=draft.saved_at)


def _keep(bid: Bid, copy: Copy) -> dt.datetime:
    now = clock.now()
    content = {"typed": copy.typed, "sent": copy.sent, "nonce": copy.nonce, "edition": copy.edition}
    BidDraft.objects.unscoped(WHY).update_or_create(
        bid=bid, defaults={"ciphertext": sealing.lock_draft(content, bid.public_id), "saved_at": now}
    )
    return now


# --------------------------------------------------------------------------------------------------- submitting


def submit(tender: Tender, *, actor: Actor, typed: Mapping[str, Any], key: str = "") -> BidReceipt:
    """Seal the supplier's offer and give a receipt for it; an earlier one is replaced.

    The time is judged by the database's clock after the tender's row lock: received before the deadline, or refused.
    A repeat with the same `key` gives the same receipt and has no other effect.

    Raises:
        NotAllowed, Missing: read only, or not invited. TooLate. RuleBroken: blocked, or it has declined.
        InvalidInput: sentences by field ("lines.<id>.price").
    """
    _may_bid(actor)
    records.locked_row(tender)
    supplier = Supplier.objects.visible_to(actor).get(pk=actor.supplier_id)
    if key and (earlier := _earlier(tender, supplier, key)) is not None:
        return earlier
    locked = _open_tender(tender, actor)
    if supplier.state == "blocked":
        raise RuleBroken([_("Your firm is blocked at the moment. Write to the buyer.")])
    if tenders.own_invitation(locked, actor).declined_at is not None:
        raise RuleBroken([_("Your firm has declined. Say first that you take part after all.")])
    return _store(locked, _own_bid(locked, supplier), actor=actor, typed=typed, key=key)


def enter_for_supplier(
    tender: Tender, *, actor: Actor, supplier: Supplier, typed: Mapping[str, Any], evidence: str, key: str = ""
) -> BidReceipt:
    """Seal a quote that came by mail or phone, marked with who entered it and how it came.

    It stands beside the supplier's own offer and is set aside at the opening if there is one; nothing here tells the
    buyer whether there is. The supplier is told.

    Raises:
        NotAllowed. RuleBroken: the method does not allow it, or the supplier was not invited. TooLate. InvalidInput.
    """
    if actor.is_supplier or not actor.may("tenders.edit"):
        raise NotAllowed()
    locked = records.locked_row(tender)
    if key and (earlier := _earlier(locked, supplier, key, by_buyer=True)) is not None:
        return earlier
    if not locked.flags.buyer_enters:
        raise RuleBroken([_("In this procedure suppliers make their offers themselves.")])
    _refuse_late(locked)
    if not locked.invited().filter(supplier=supplier).exists():
        raise RuleBroken([_("%(supplier)s was not invited.") % {"supplier": supplier}])
    if len(evidence.strip()) < 3:
        raise InvalidInput({"evidence": _("Say how the quote came: a mail of which day, a call with whom.")})
    bid = _own_bid(locked, supplier, by_buyer=True)
    bid.entered_by_id, bid.evidence = actor.user_id, evidence.strip()[:300]
    bid.save(update_fields=["entered_by", "evidence"])
    return _store(locked, bid, actor=actor, typed=typed, key=key)


def _store(tender: Tender, bid: Bid, *, actor: Actor, typed: Mapping[str, Any], key: str) -> BidReceipt:
    """Check, seal, store, move, sign; the tender is locked."""
    wanted = wanted_of(tender)
    typed = offers.clean_typed(typed, wanted)
    offer = offers.check(typed, wanted, currency=tender.currency, today=clock.today())
    received = _refuse_late(tender)
    tender_key = tenders.key_of(tender)
    assert tender_key is not None
    envelope, nonce = _sealed(tender, bid, offer, tender_key, received)
    moved = _move(bid, "submit", actor=actor, received_at=received) if not bid.by_buyer else _entered(bid, received)
    if tender.flags.keeps_copy and not bid.by_buyer:
        _keep(moved, Copy(typed, sent=typed, nonce=nonce, edition=envelope.edition))
    else:
        BidDraft.objects.unscoped(WHY).filter(bid=bid).delete()
    receipt = receipts.issue(
        moved, envelope, kind=BidReceipt.Kind.SUBMITTED, at=received, key=tender_key, request_key=key
    )
    receipts.mail_receipt(receipt, actor=actor)
    return receipt


def _entered(bid: Bid, received: dt.datetime) -> Bid:
    """The move of an offer that the buyer enters: performed by the system, for a buyer has no right to bid."""
    return _move(bid, "submit", actor=SYSTEM, received_at=received)


def _sealed(tender: Tender, bid: Bid, offer: Offer, key: TenderKey, received: dt.datetime) -> tuple[BidEnvelope, str]:
    last = BidEnvelope.objects.unscoped(WHY).filter(bid=bid).order_by("-edition").first()
    edition = last.edition + 1 if last else 1
    content = offers.to_content(
        offer, tender=tender.public_id, supplier=bid.supplier.public_id, offer=bid.public_id, edition=edition
    )
    sealed = sealing.seal(content, key.public_key)
    envelope = BidEnvelope(
        bid=bid, edition=edition, ciphertext=sealed.ciphertext, sha256=sealed.sha256, commitment=sealed.commitment,
        received_at=received,
    )  # fmt: skip
    envelope.save(force_insert=True)
    return envelope, sealed.nonce


@effect(Bid, "submit")
def note_receipt(bid: Bid, *, actor: Actor, received_at: dt.datetime, **_details: object) -> None:
    """When the newest version was received."""
    bid.submitted_at = received_at
    bid.save(update_fields=["submitted_at"])


# -------------------------------------------------------------------------------------------------- withdrawing


def withdraw(tender: Tender, *, actor: Actor, key: str = "") -> BidReceipt:
    """The supplier's offer no longer counts; it may submit again until the deadline.

    Raises:
        NotAllowed, Missing, TooLate. RuleBroken: there is nothing to withdraw.
    """
    _may_bid(actor)
    records.locked_row(tender)
    supplier = Supplier.objects.visible_to(actor).get(pk=actor.supplier_id)
    if key and (earlier := _earlier(tender, supplier, key)) is not None:
        return earlier
    locked = _open_tender(tender, actor)
    bid = Bid.objects.visible_to(actor).filter(tender=locked, supplier=supplier, by_buyer=False).first()
    if bid is None:
        raise RuleBroken([_("There is no offer to withdraw.")])
    moved = _move(bid, "withdraw", actor=actor)
    envelope = BidEnvelope.objects.unscoped(WHY).filter(bid=bid).latest("edition")
    tender_key = tenders.key_of(locked)
    assert tender_key is not None
    receipt = receipts.issue(
        moved, envelope, kind=BidReceipt.Kind.WITHDRAWN, at=clock.db_now(), key=tender_key, request_key=key
    )
    receipts.mail_receipt(receipt, actor=actor)
    return receipt


def decline(tender: Tender, *, actor: Actor, reason: str = "") -> None:
    """The supplier will not take part; an offer it has sent is withdrawn first.

    Raises:
        NotAllowed, Missing, TooLate.
    """
    _may_bid(actor)
    locked = _open_tender(tender, actor)
    own = Bid.objects.visible_to(actor).filter(tender=locked, supplier_id=actor.supplier_id, by_buyer=False)
    if own.filter(state="submitted").exists():
        withdraw(locked, actor=actor)
    tenders.decline(locked, actor=actor, reason=reason)


# -------------------------------------------------------------------------------------------------------- small


def _may_bid(actor: Actor) -> None:
    if not actor.is_supplier or not actor.may("portal.bid"):
        raise NotAllowed()


def _open_tender(tender: Tender, actor: Actor) -> Tender:
    """The tender, locked, while it takes offers and the actor's firm is invited.

    Raises:
        Missing, TooLate.
    """
    locked = records.locked_row(tender)
    tenders.own_invitation(locked, actor)
    _refuse_late(locked)
    return locked


def _refuse_late(tender: Tender) -> dt.datetime:
    """The moment of receipt, read after the lock.

    Raises:
        TooLate. RuleBroken: the tender takes no offers for another reason.
    """
    now = clock.db_now()
    if tender.state == TenderState.PUBLISHED and tender.deadline is not None and now < tender.deadline:
        return now
    if tender.state == TenderState.CANCELLED:
        raise RuleBroken([_("This tender was cancelled.")])
    raise TooLate()


def _move(bid: Bid, verb: str, *, actor: Actor, **values: Any) -> Bid:
    """Perform a move of an offer. Its guard reads the clock again, later than `_refuse_late`: late stays TooLate."""
    try:
        return perform(bid, verb, actor=actor, **values)
    except RuleBroken:
        _refuse_late(bid.tender)
        raise


def _own_bid(tender: Tender, supplier: Supplier, *, by_buyer: bool = False) -> Bid:
    """The supplier's offer, made as a draft when there is none; the tender's lock keeps it to one."""
    rows = Bid.objects.unscoped(WHY)
    bid = rows.filter(tender=tender, supplier=supplier, by_buyer=by_buyer).first()
    return bid or rows.create(tender=tender, supplier=supplier, by_buyer=by_buyer)


def _earlier(tender: Tender, supplier: Supplier, key: str, *, by_buyer: bool = False) -> BidReceipt | None:
    """The receipt that an earlier request with this key got."""
    rows = BidReceipt.objects.unscoped(WHY).filter(bid__tender=tender, bid__supplier=supplier, bid__by_buyer=by_buyer)
    return rows.filter(request_key=key[:64]).select_related("bid__tender", "bid__supplier").first()


@reacts(Tender, "cancel")
def forget_drafts(tender: Tender, *, actor: Actor, **_details: object) -> None:
    """Nobody reads what was typed for a tender that was cancelled."""
    BidDraft.objects.unscoped(WHY).filter(bid__tender=tender).delete()


def check_typed(tender: Tender, typed: Mapping[str, Any]) -> Offer:
    """The offer that `typed` makes, without sending it.

    Raises:
        InvalidInput: sentences by field.
    """
    wanted = wanted_of(tender)
    return offers.check(offers.clean_typed(typed, wanted), wanted, currency=tender.currency, today=clock.today())

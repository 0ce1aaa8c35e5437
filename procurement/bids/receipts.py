"""Receipts: signed statements of what was received when. They hold no price and no count.

The signature is Ed25519 over b"quadrant-receipt-v1\\n" and the body as canonical JSON (sorted keys, no spaces, UTF-8).
Whoever has the body, the signature and the public key checks it without this program.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from procurement.bids.models import Bid, BidEnvelope, BidReceipt
from procurement.tenders import sealing
from procurement.tenders.models import Tender, TenderKey
from srm.audit.models import AuditHead
from srm.core.actor import Actor
from srm.notify.services import write_to
from srm.people.models import User
from suppliers.portal.pages import portal_url
from suppliers.registry.selectors import receivers

WHY = "the receipts of one offer"


def issue(
    bid: Bid, envelope: BidEnvelope, *, kind: str, at: dt.datetime, key: TenderKey, request_key: str = ""
) -> BidReceipt:
    """A signed receipt for `envelope`, chained to the same offer's one before."""
    tender = bid.tender
    body = {
        "v": 1,
        "kind": kind,
        "installation": settings.BASE_URL,
        "tender": tender.public_id,
        "tender_number": tender.number,
        "supplier": bid.supplier.public_id,
        "supplier_name": bid.supplier.name,
        "offer": bid.public_id,
        "edition": envelope.edition,
        "by_buyer": bid.by_buyer,
        "sha256": envelope.sha256,
        "commitment": envelope.commitment,
        "received_at": _utc(at),
        "deadline": _utc(tender.deadline),
        "tender_key": key.fingerprint,
        "log_head": AuditHead.objects.filter(pk=1).values_list("hash", flat=True).first() or "",
        "previous": _hash_of_last(bid),
        "signing_key": sealing.signed_by()[0],
    }
    receipt = BidReceipt(
        bid=bid,
        kind=kind,
        edition=envelope.edition,
        body=body,
        signature=sealing.sign(body),
        request_key=request_key,
        at=at,
    )
    receipt.save(force_insert=True)
    return receipt


def _hash_of_last(bid: Bid) -> str:
    last = BidReceipt.objects.unscoped(WHY).filter(bid=bid).order_by("-pk").first()
    return hashlib.sha256(sealing.canonical(last.body)).hexdigest() if last else ""


def _utc(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds") if moment else ""


def as_file(receipt: BidReceipt, nonce: str = "") -> dict[str, Any]:
    """What the supplier keeps: the body, the signature, the key to check it with; the nonce where he may read his copy."""
    found = {
        "receipt": receipt.body, "signature": receipt.signature, "public_key": sealing.signed_by()[1],
        "verification_code": sealing.code_of(receipt.body),
        "how_to_check": "Ed25519 over 'quadrant-receipt-v1\\n' + the receipt as JSON with sorted keys, no spaces, UTF-8.",
    }  # fmt: skip
    return {**found, "nonce": nonce} if nonce else found


def mail_receipt(receipt: BidReceipt, *, actor: Actor) -> None:
    """The supplier's contacts and whoever pressed the button get the code by mail; no price goes out."""
    bid, tender = receipt.bid, receipt.bid.tender
    subject, body = _words(receipt)
    values = {
        "title": tender.title, "number": tender.number, "at": receipt.at, "code": sealing.code_of(receipt.body),
        "deadline": tender.deadline, "who": actor.name, "evidence": bid.evidence,
    }  # fmt: skip
    words = {"subject": subject, "body": body, "values": values, "actor": actor, "button": _("Open the tender")}
    for address, language in _addresses(bid, actor).items():
        write_to(address, language=language, url=portal_url(tender), **words)


def _words(receipt: BidReceipt) -> tuple[Any, Any]:
    if receipt.kind == BidReceipt.Kind.WITHDRAWN:
        return (
            _("Your offer was withdrawn: {title}"),
            _("Your offer for {number} was withdrawn at {at} and will not be opened. Verification code: {code}"),
        )
    if receipt.bid.by_buyer:
        return (
            _("An offer was entered for you: {title}"),
            _("{who} has entered an offer for you for {number}, as it came: {evidence}. It is sealed until {deadline}. "
              "If this is wrong, write to the buyer, or make your own offer: yours counts then. Verification code: {code}"),
        )  # fmt: skip
    return (
        _("We have received your offer: {title}"),
        _("Your offer for {number} was received at {at} and is sealed until {deadline}. You may replace or withdraw it "
          "until then. Verification code: {code}"),
    )  # fmt: skip


def _addresses(bid: Bid, actor: Actor) -> dict[str, str]:
    found = {one.email.lower(): one.language for one in receivers([bid.supplier], of="gets_tenders")[bid.supplier_id]}
    if actor.is_supplier and actor.user_id:
        user = User.objects.get(pk=actor.user_id)
        found.setdefault(user.email.lower(), user.language)
    return found


def receipts_of(tender: Tender, actor: Actor) -> list[BidReceipt]:
    """The actor's own receipts in a tender, newest first."""
    rows = BidReceipt.objects.visible_to(actor).filter(bid__tender=tender, bid__supplier_id=actor.supplier_id)
    return list(rows.select_related("bid__tender", "bid__supplier").order_by("-pk"))


def verdict(text: str) -> str:
    """What a pasted receipt is worth: "unreadable", "forged", "altered" (our envelope is not what it says) or "good"."""
    try:
        sent = json.loads(text)
        body, signature = sent["receipt"], str(sent["signature"])
        if not isinstance(body, dict) or not sealing.is_signed(body, signature):
            return "forged"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unreadable"
    envelope = BidEnvelope.objects.unscoped("the holder of a receipt asks for its own envelope").filter(
        bid__public_id=body["offer"], edition=body["edition"]
    )
    kept = envelope.first()
    whole = kept is not None and kept.sha256 == body["sha256"] == sealing.digest_of(kept.ciphertext)
    return "good" if whole else "altered"

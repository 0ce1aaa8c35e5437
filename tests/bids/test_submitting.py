"""Submitting: sealed at once, judged by the clock, receipted, replaced and withdrawn until the deadline."""

import base64
import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core import mail

from procurement.bids import receipts, selectors, services
from procurement.bids.models import Bid, BidDraft, BidEnvelope, BidLine, BidReceipt
from procurement.bids.services import TooLate
from procurement.tenders import sealing
from srm.core import clock
from srm.core.errors import InvalidInput, Missing, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.outbox.services import deliver_due
from tests.bids.conftest import at, offer, typed
from tests.tenders.conftest import draft, publish

MOMENT = dt.timedelta(milliseconds=1)


def rows(model):
    return model.objects.unscoped("test")


def counts():
    return {model.__name__: rows(model).count() for model in (Bid, BidEnvelope, BidReceipt, BidDraft, BidLine)}


def test_an_offer_is_stored_only_as_an_envelope_and_answered_with_a_receipt(firm, work, published):
    receipt = offer(firm, work, published)
    bid = rows(Bid).get()
    assert (bid.state, bid.supplier, bid.net_total, bid.currency) == ("submitted", firm.alfa, None, "")
    assert not rows(BidLine).exists()
    envelope = rows(BidEnvelope).get()
    assert b"0.052" not in bytes(envelope.ciphertext)
    assert receipt.body["sha256"] == envelope.sha256 == sealing.digest_of(envelope.ciphertext)
    assert receipt.body["received_at"] < receipt.body["deadline"]
    assert not any(word in json.dumps(receipt.body) for word in ("0.052", "0.017", "price"))


def test_the_receipt_is_checked_by_its_holder_alone_and_fits_the_copy(firm, work, published):
    receipt = offer(firm, work, published)
    copy = services.load_copy(published, actor=firm.actor("alfa_admin"))
    kept = json.loads(json.dumps(receipts.as_file(receipt, nonce=copy.nonce)))
    text = json.dumps(kept["receipt"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(kept["public_key"]))
    public.verify(base64.b64decode(kept["signature"]), b"quadrant-receipt-v1\n" + text)
    assert len(bytes.fromhex(kept["nonce"])) == 32


def test_the_mailed_receipt_carries_the_code_and_no_price(firm, work, published):
    deliver_due()
    mail.outbox.clear()
    receipt = offer(firm, work, published)
    deliver_due()
    assert {one.to[0] for one in mail.outbox} == {"sales@alfa.example", "alfa_admin@alfa.example"}
    for one in mail.outbox:
        assert sealing.code_of(receipt.body) in one.body
        assert not any(price in one.body for price in ("0.052", "0,052", "0.017", "5.2", "5,2", "6.9", "6,9"))


def test_a_new_version_replaces_the_one_before_and_each_receipt_names_its_forerunner(firm, work, published):
    first = offer(firm, work, published)
    second = offer(firm, work, published, prices=("0.050", None))
    assert (rows(Bid).count(), rows(BidEnvelope).count(), second.edition) == (1, 2, 2)
    assert first.body["previous"] == ""
    assert len(second.body["previous"]) == 64
    copy = services.load_draft(published, actor=firm.actor("alfa_admin"))
    assert [line["price"] for line in copy["lines"].values()] == ["0.050"]


def test_the_same_request_twice_has_one_effect_and_one_receipt(firm, work, published):
    deliver_due()
    mail.outbox.clear()
    first = offer(firm, work, published, key="k1")
    again = offer(firm, work, published, key="k1")
    assert again.pk == first.pk
    assert rows(BidEnvelope).count() == 1
    with at(published.deadline + MOMENT):  # a lost answer may be asked for after the deadline
        assert offer(firm, work, published, key="k1").pk == first.pk
    deliver_due()
    assert len(mail.outbox) == 2
    assert offer(firm, work, published, key="k2").edition == 2


@pytest.mark.parametrize(("early", "taken"), [(MOMENT, True), (dt.timedelta(0), False), (-MOMENT, False)])
def test_received_before_the_deadline_or_late(firm, work, published, early, taken):
    before = counts()
    with at(published.deadline - early):
        if taken:
            receipt = offer(firm, work, published)
            assert receipt.at == published.deadline - MOMENT
        else:
            with pytest.raises(TooLate) as refused:
                offer(firm, work, published)
            assert "deadline has passed" in str(refused.value)
            with pytest.raises(TooLate), work():
                services.save_draft(published, actor=firm.actor("alfa_admin"), typed=typed(published))
    if not taken:
        assert counts() == before


@pytest.mark.parametrize(("early", "taken"), [(MOMENT, True), (dt.timedelta(0), False), (-MOMENT, False)])
def test_withdrawing_ends_with_the_deadline_too(firm, work, published, early, taken):
    offer(firm, work, published)
    with at(published.deadline - early):
        if taken:
            with work():
                receipt = services.withdraw(published, actor=firm.actor("alfa_admin"))
            assert (receipt.kind, rows(Bid).get().state) == ("withdrawn", "withdrawn")
        else:
            for act in (services.withdraw, services.decline):
                with pytest.raises(TooLate), work():
                    act(published, actor=firm.actor("alfa_admin"))
            assert rows(Bid).get().state == "submitted"


def test_a_deadline_that_passes_between_the_two_looks_at_the_clock_is_late_as_well(firm, work, published, monkeypatch):
    offer(firm, work, published)
    before = counts()
    looks = iter([published.deadline - MOMENT])
    monkeypatch.setattr(clock, "db_now", lambda: next(looks, published.deadline))
    with pytest.raises(TooLate):
        offer(firm, work, published)
    looks = iter([published.deadline - MOMENT])
    with pytest.raises(TooLate), work():
        services.withdraw(published, actor=firm.actor("alfa_admin"))
    assert counts() == before


def test_a_withdrawn_offer_can_be_submitted_again(firm, work, published):
    offer(firm, work, published)
    with work():
        services.withdraw(published, actor=firm.actor("alfa_admin"))
    assert offer(firm, work, published).edition == 2
    assert rows(Bid).get().state == "submitted"
    assert [one.kind for one in receipts.receipts_of(published, firm.actor("alfa_admin"))] == [
        "submitted",
        "withdrawn",
        "submitted",
    ]


def test_the_client_cannot_say_when_it_was_received_or_whose_it_is(firm, work, published):
    sent = {
        **typed(published),
        "received_at": "2000-01-01",
        "supplier": firm.beta.public_id,
        "state": "won",
        "by_buyer": True,
    }
    with work():
        receipt = services.submit(published, actor=firm.actor("alfa_admin"), typed=sent)
    bid = rows(Bid).get()
    assert (bid.supplier, bid.state, bid.by_buyer) == (firm.alfa, "submitted", False)
    assert receipt.body["received_at"] > "2025"


def test_a_faulty_offer_leaves_nothing(firm, work, published):
    before = counts()
    with pytest.raises(InvalidInput) as refused:
        offer(firm, work, published, prices=("free", "0.017"))
    assert [name.rpartition(".")[2] for name in refused.value.errors] == ["price"]
    assert counts() == before


@pytest.mark.parametrize("persona", ["alfa_reader", "buyer", "head", "officer", "auditor", "administrator"])
def test_only_the_suppliers_own_people_with_the_right_make_offers(firm, work, published, persona):
    for act in (services.submit, services.save_draft):
        with pytest.raises(NotAllowed), work():
            act(published, actor=firm.actor(persona), typed=typed(published))
    with pytest.raises(NotAllowed), work():
        services.withdraw(published, actor=firm.actor(persona))
    assert not rows(Bid).exists()


def test_who_was_not_invited_hears_the_same_as_for_a_tender_that_is_none(firm, work):
    hidden = publish(firm, work, suppliers=[firm.beta])
    unpublished = draft(firm, work)
    for tender in (hidden, unpublished):
        with pytest.raises(Missing), work():
            services.submit(tender, actor=firm.actor("alfa_admin"), typed=typed(tender))
    assert not rows(Bid).exists()


def test_a_blocked_supplier_and_one_that_declined_are_told_why(firm, work, published):
    with work():
        services.decline(published, actor=firm.actor("beta_admin"), reason="no capacity")
    with pytest.raises(RuleBroken) as refused:
        offer(firm, work, published, "beta_admin")
    assert "declined" in str(refused.value)
    with work():
        perform(firm.alfa, "block", actor=firm.actor("head"), reason="fraud")
    with pytest.raises(RuleBroken) as refused:
        offer(firm, work, published)
    assert "blocked" in str(refused.value)


def test_declining_withdraws_what_was_sent(firm, work, published):
    offer(firm, work, published)
    with work():
        services.decline(published, actor=firm.actor("alfa_admin"), reason="machine broke")
    assert rows(Bid).get().state == "withdrawn"


def test_a_cancelled_tender_takes_nothing_and_forgets_drafts_and_key(firm, work, published):
    offer(firm, work, published)
    with work():
        perform(published, "cancel", actor=firm.actor("buyer"), reason="the need is gone")
    assert not rows(BidDraft).exists()
    with pytest.raises(RuleBroken) as refused:
        offer(firm, work, published)
    assert "cancelled" in str(refused.value)
    from procurement.tenders import services as tenders

    with pytest.raises(sealing.Unsealable):
        sealing.unwrap(tenders.key_of(published).wrapped_private)


def test_a_draft_is_kept_as_typed_and_read_by_its_own_firm_only(firm, work, published):
    alfa, beta = firm.actor("alfa_admin"), firm.actor("beta_admin")
    sent = typed(published, ("0,05x", "CANARY"))
    with work():
        services.save_draft(published, actor=alfa, typed=sent)
    assert [line["price"] for line in services.load_draft(published, actor=alfa)["lines"].values()] == [
        "0,05x",
        "CANARY",
    ]
    assert services.load_draft(published, actor=firm.actor("alfa_reader")) is not None
    for actor in (beta, firm.actor("buyer"), firm.actor("administrator")):
        assert services.load_draft(published, actor=actor) is None
    assert b"CANARY" not in bytes(rows(BidDraft).get().ciphertext)
    with work():
        services.save_draft(published, actor=beta, typed=typed(published, ("1", "2")))
    assert services.load_draft(published, actor=alfa)["lines"] != services.load_draft(published, actor=beta)["lines"]


def test_drafts_swapped_in_the_database_do_not_open(firm, work, published):
    with work():
        services.save_draft(published, actor=firm.actor("alfa_admin"), typed=typed(published))
        services.save_draft(published, actor=firm.actor("beta_admin"), typed=typed(published))
    mine, other = rows(BidDraft).order_by("pk")
    rows(BidDraft).filter(pk=mine.pk).update(ciphertext=bytes(other.ciphertext))
    with pytest.raises(sealing.Unsealable):
        services.load_draft(published, actor=firm.actor("alfa_admin"))


def test_last_prices_are_the_suppliers_own(firm, work, published):
    from tests.bids.conftest import open_up

    offer(firm, work, published, prices=("0.104", "0.02"))
    offer(firm, work, published, "beta_admin", prices=("0.2", None))
    open_up(work, published)
    second = publish(firm, work)
    found = selectors.last_prices(second, firm.alfa.pk)
    assert sorted(map(float, found.values())) == [0.02, 0.104]
    assert sorted(map(float, selectors.last_prices(second, firm.beta.pk).values())) == [0.2]

"""Offers over the API: sealed there, too; receipts as answers; nothing before the opening."""

import pytest

from procurement.bids.models import Bid, BidEnvelope
from srm.core import clock
from srm.rest.models import IdempotencyRecord
from tests.bids.conftest import at, offer
from tests.rest.helpers import api
from tests.tenders.conftest import publish


def body(tender, prices=("0.0527701", "0.017")):
    day = (clock.today()).replace(year=clock.today().year + 1).isoformat()
    return {
        "lines": [
            {"line": line.public_id, "price": price[:8], "deliver_on": day}
            for line, price in zip(tender.all_lines(), prices, strict=False)
        ],
        "note": "CANARYNOTE",
    }


def address(tender, rest=""):
    return f"/api/v1/portal/tenders/{tender.public_id}/{rest}"


def test_a_supplier_reads_what_is_asked_without_our_baseline(firm, published):
    alfa = api(firm.users.alfa_admin)
    listed = alfa.get("/api/v1/portal/tenders/").json()["results"]
    assert [one["title"] for one in listed] == ["Fasteners, 2027"]
    one = alfa.get(address(published)).json()
    assert one["own_state"] is None
    assert one["lines"][0]["what"].startswith("10443")
    assert "baseline" not in str(one)
    assert "0.061" not in str(one)


def test_an_offer_is_answered_with_a_receipt_and_a_repeat_only_with_its_id(firm, published):
    alfa = api(firm.users.alfa_admin)
    first = alfa.post(address(published, "offer/"), body(published), key="k1")
    assert first.status_code == 201, first.text
    assert first.json()["receipt"]["edition"] == 1
    again = alfa.post(address(published, "offer/"), body(published), key="k1")
    assert again.json() == {"receipt_id": first.json()["receipt_id"]}
    assert BidEnvelope.objects.unscoped("test").count() == 1
    record = IdempotencyRecord.objects.unscoped("test").get()
    assert "CANARYNOTE" not in record.body + record.digest
    assert "0.05277" not in record.body
    assert alfa.get(address(published)).json()["own_state"] == "submitted"
    assert [one["receipt_id"] for one in alfa.get(address(published, "receipts/")).json()["results"]] == [
        first.json()["receipt_id"]
    ]


def test_withdrawing_and_declining(firm, published):
    alfa = api(firm.users.alfa_admin)
    alfa.post(address(published, "offer/"), body(published))
    assert alfa.post(address(published, "withdraw/")).json()["receipt"]["kind"] == "withdrawn"
    assert alfa.post(address(published, "withdraw/")).status_code == 409
    assert alfa.post(address(published, "decline/"), {"reason": "no capacity"}).status_code == 204
    assert alfa.post(address(published, "offer/"), body(published)).status_code == 409


def test_faults_are_named_and_nothing_is_stored(firm, published):
    alfa = api(firm.users.alfa_admin)
    sent = body(published, ("free", "0.1"))
    answer = alfa.post(address(published, "offer/"), sent)
    assert answer.status_code == 422
    assert any(name.endswith(".price") for name in answer.json()["errors"])
    assert alfa.post(address(published, "offer/"), {**body(published), "received_at": "2000-01-01"}).status_code == 422
    assert alfa.post(address(published, "offer/"), {"lines": []}).status_code == 422
    assert not Bid.objects.unscoped("test").exists()


def test_late_is_a_clear_refusal_that_leaves_a_trace(firm, published):
    from srm.audit.models import SecurityEvent

    with at(published.deadline):
        answer = api(firm.users.alfa_admin).post(address(published, "offer/"), body(published))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:quadrant:problem:late")
    assert not Bid.objects.unscoped("test").exists()
    assert SecurityEvent.objects.filter(kind="offer.late").count() == 1


@pytest.mark.parametrize("persona", ["beta_admin", "buyer", "auditor"])
def test_a_foreign_tender_answers_like_one_that_is_none(firm, work, persona):
    mine = publish(firm, work, suppliers=[firm.alfa])
    caller = api(getattr(firm.users, persona))
    for rest in ("", "receipts/"):
        real, none = caller.get(address(mine, rest)), caller.get(f"/api/v1/portal/tenders/{'x' * 22}/{rest}")
        assert real.status_code == none.status_code
        assert real.status_code in (403, 404)
        assert {**real.json(), "request_id": ""} == {**none.json(), "request_id": ""}
    for rest in ("offer/", "withdraw/", "decline/"):
        assert caller.post(address(mine, rest), body(mine) if rest == "offer/" else {}).status_code in (403, 404)
    assert not Bid.objects.unscoped("test").exists()


def test_a_reader_of_the_supplier_may_not_submit(firm, published):
    reader = api(firm.users.alfa_reader)
    assert reader.get(address(published)).status_code == 200
    assert reader.post(address(published, "offer/"), body(published)).status_code == 403


def test_the_buyer_compares_after_the_opening_only(firm, work, published):
    buyer = api(firm.users.buyer)
    offer(firm, work, published)
    assert buyer.get(f"/api/v1/tenders/{published.public_id}/comparison/").status_code == 409
    assert buyer.get("/api/v1/offers/").json()["results"] == []
    from tests.bids.conftest import open_up

    open_up(work, published)
    found = buyer.get(f"/api/v1/tenders/{published.public_id}/comparison/").json()
    assert found["offers"][0]["comparable"] is True
    assert found["offers"][0]["lines"][0]["unit_price"] == "0.052"
    listed = buyer.get("/api/v1/offers/", {"tender": published.public_id}).json()["results"]
    assert [len(one["lines"]) for one in listed] == [2]
    assert api(firm.users.requester).get(f"/api/v1/tenders/{published.public_id}/comparison/").status_code == 403


def test_an_award_is_proposed_and_approved_over_the_api(firm, opened):
    buyer, head = api(firm.users.buyer), api(firm.users.head)
    choice = buyer.get(f"/api/v1/tenders/{opened.public_id}/comparison/").json()["best"]
    assert buyer.post(f"/api/v1/tenders/{opened.public_id}/award/", {"choice": {}}).status_code == 422
    made = buyer.post(f"/api/v1/tenders/{opened.public_id}/award/", {"choice": choice}, key="a")
    assert made.status_code == 201, made.text
    assert made.json()["total"] == "6.90"
    assert len(made.json()["lines"]) == 2
    award = f"/api/v1/awards/{made.json()['id']}/"
    assert buyer.post(f"{award}moves/approve/").status_code == 403
    assert head.post(f"{award}moves/approve/").json()["state"] == "final"
    assert api(firm.users.alfa_admin).get(award).status_code == 404

"""Tenders over the API."""

import datetime as dt

from srm.core import clock
from tests.rest.helpers import api


def test_a_tender_is_written_published_extended_and_cancelled(firm):
    buyer = api(firm.users.buyer)
    deadline = clock.now() + dt.timedelta(days=7)
    line = {
        "item": firm.bolt.public_id, "quantity": "600", "unit": "BX", "need_by": "2099-01-12", "place": firm.plovdiv.public_id, "lot": "Bolts",
    }  # fmt: skip
    sent = {"title": "Bolts", "deadline": deadline.isoformat(), "lines": [line], "suppliers": [firm.alfa.public_id]}
    made = buyer.post("/api/v1/tenders/", sent)
    assert made.status_code == 201, made.text
    tender = made.json()
    assert (tender["lines"][0]["quantity"], tender["lines"][0]["unit"], tender["lines"][0]["lot"]) == (
        "120000",
        "C62",
        "Bolts",
    )
    address = f"/api/v1/tenders/{tender['id']}/"
    kept = {**line, "id": tender["lines"][0]["id"], "unit": "C62", "quantity": "5"}
    changed = buyer.patch(address, {"version": tender["version"], "lines": [kept], "suppliers": [firm.beta.public_id]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["lines"][0]["quantity"] == "5"
    invited = buyer.get("/api/v1/invitations/", {"tender": tender["id"]}).json()["results"]
    assert {one["supplier"] for one in invited} == {firm.alfa.public_id, firm.beta.public_id}
    published = buyer.post(f"{address}moves/publish/")
    assert published.json()["state"] == "published"
    assert len(buyer.get(address).json()["key_fingerprint"]) == 64
    later = (deadline + dt.timedelta(days=1)).isoformat()
    assert buyer.post(f"{address}deadline/", {"deadline": deadline.isoformat()}).status_code == 422
    assert buyer.post(f"{address}deadline/", {"deadline": later}).status_code == 200
    assert buyer.get("/api/v1/lots/", {"tender": tender["id"]}).json()["results"][0]["title"] == "Bolts"
    assert buyer.post(f"{address}moves/cancel/", {"reason": "not needed"}).json()["state"] == "cancelled"


def test_what_is_not_ones_own_to_write_is_refused_by_name(firm):
    sent = {
        "title": "x",
        "state": "published",
        "opened_at": "2020-01-01T00:00:00Z",
        "number": "T-1",
        "published_at": None,
    }
    answer = api(firm.users.buyer).post("/api/v1/tenders/", sent)
    assert answer.status_code == 422
    assert {"state", "opened_at", "number", "published_at"} <= set(answer.json()["errors"])


def test_suppliers_do_not_reach_the_buyers_resources(firm, work, published):
    for user in (firm.users.alfa_admin, firm.users.alfa_reader):
        for path in ("tenders/", "lots/", "invitations/", "offers/", "awards/", f"tenders/{published.public_id}/"):
            assert api(user).get(f"/api/v1/{path}").status_code == 404, path


def test_lists_ask_few_questions(firm, work, published, django_assert_max_num_queries):
    from tests.tenders.conftest import publish

    for _number in range(5):
        publish(firm, work)
    buyer = api(firm.users.buyer)
    for path in ("tenders/", "lots/", "invitations/"):
        buyer.get(f"/api/v1/{path}")
        with django_assert_max_num_queries(25):
            assert buyer.get(f"/api/v1/{path}").status_code == 200

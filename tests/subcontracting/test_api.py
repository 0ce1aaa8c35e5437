"""The same over HTTP, for staff and for suppliers; and bodies that somebody made up."""

import pytest

from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from tests.rest.helpers import Api
from tests.subcontracting.conftest import lying, stated, sums, written

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


@pytest.fixture
def calls(firm):
    return lambda persona: Api(getattr(firm.users, persona))


def bolts_of(firm, order, **changes):
    line = order.lines.get().public_id
    return {"line": line, "item": firm.bolt.public_id, "quantity": "4", "basis": "unit"} | changes


def test_from_the_bill_to_the_return(firm, order, calls, do):
    buyer, keeper = calls("buyer"), calls("storekeeper")
    made = buyer.post(f"{V1}/orders/{order.public_id}/materials/", {"lines": [bolts_of(firm, order)]})
    assert made.status_code == 200, made.content
    (material,) = made.json()
    assert (material["needed"], material["to_send"], material["article"]) == ("40", "40", "10443")
    body = {"warehouse": firm.warehouse.public_id, "lines": [{"id": material["id"], "quantity": "40"}]}
    send = f"{V1}/orders/{order.public_id}/materials/send/"
    for _twice in range(2):  # the second is the same call again, not another lorry
        sent = keeper.post(send, body, key="lorry-7-of-today")
        assert sent.status_code == 200, sent.content
    assert sent.json()[0]["left"] == "40"
    do.receive(5)
    one = f"{V1}/materials-at-suppliers/{material['id']}"
    corrected = keeper.post(f"{one}/correct/", {"used": "22", "reason": "two broke"})
    assert corrected.status_code == 200, corrected.content
    off = keeper.post(f"{one}/write-off/", {"quantity": "1", "reason": "lost on the way"})
    assert off.status_code == 200, off.content
    body["lines"][0]["quantity"] = "3"
    back = keeper.post(f"{V1}/orders/{order.public_id}/materials/return/", body)
    assert back.status_code == 200, back.content
    row = calls("auditor").get(f"{one}/").json()
    assert [row[name] for name in ("sent", "consumed", "by_bill", "returned", "written_off", "left")] == [
        "40", "22", "20", "3", "1", "14"
    ]  # fmt: skip
    moves = calls("auditor").get(f"{V1}/material-moves/", {"material": material["id"]}).json()["results"]
    assert [move["kind"] for move in moves] == ["returned", "written_off", "corrected", "consumed", "sent"]
    listed = calls("accountant").get(f"{V1}/materials-at-suppliers/", {"lying": "true"}).json()["results"]
    assert [one["id"] for one in listed] == [material["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"lines": "x"}, {"lines": [{}]}, {"lines": [{"line": "x", "item": "y", "quantity": "1"}]},
        {"lines": [], "seen": "all"}, {"lines": [None]}, {"lines": [], "state": "closed"},
    ],
)  # fmt: skip
def test_a_bill_that_makes_no_sense_is_refused(firm, order, calls, body):
    answer = calls("buyer").post(f"{V1}/orders/{order.public_id}/materials/", body)
    assert answer.status_code in (400, 422), answer.content
    assert not SuppliedMaterial.rows.exists()


@pytest.mark.parametrize("quantity", ["-1", "0", "", None, "NaN", "1e30", "0.00001", "ten", True, [], {}])
def test_a_quantity_that_makes_no_sense_is_refused(firm, order, bill, calls, quantity):
    body = {"warehouse": firm.warehouse.public_id, "lines": [{"id": bill[0].public_id, "quantity": quantity}]}
    for name in ("send", "return"):
        answer = calls("storekeeper").post(f"{V1}/orders/{order.public_id}/materials/{name}/", body)
        assert answer.status_code in (400, 409, 422), answer.content
    assert not MaterialMove.rows.exists()


def test_who_may_not_is_refused_and_nothing_changes(firm, order, bill, calls):
    send = {"warehouse": firm.warehouse.public_id, "lines": [{"id": bill[0].public_id, "quantity": "1"}]}
    one = f"{V1}/materials-at-suppliers/{bill[0].public_id}"
    address = f"{V1}/orders/{order.public_id}/materials"
    for who in ("requester", "auditor", "accountant", "buyer", "alfa_admin", "approver"):
        assert calls(who).post(f"{address}/send/", send).status_code in (403, 404), who
        assert calls(who).post(f"{address}/return/", send).status_code in (403, 404), who
        assert calls(who).post(f"{one}/correct/", {"used": "1", "reason": "why not"}).status_code in (403, 404), who
        assert calls(who).post(f"{one}/write-off/", {"quantity": "1", "reason": "why not"}).status_code in (403, 404)
    for who in ("requester", "auditor", "storekeeper", "alfa_admin"):
        assert calls(who).post(f"{address}/", {"lines": []}).status_code in (403, 404), who
    assert calls("requester").get(f"{one}/").status_code in (403, 404)
    assert (SuppliedMaterial.rows.count(), MaterialMove.rows.count(), lying(firm, firm.bolt)) == (2, 0, 100)


def test_what_does_not_exist_and_what_is_anothers_answer_alike(firm, order, bill, calls):
    other = stated(firm, written(firm, firm.beta))[0]
    alfa = calls("alfa_admin")
    assert alfa.get(f"{V1}/portal-materials/{bill[0].public_id}/").status_code == 200
    theirs = alfa.get(f"{V1}/portal-materials/{other.public_id}/")
    nobodys = alfa.get(f"{V1}/portal-materials/{'x' * 22}/")
    words = [{name: value for name, value in one.json().items() if name != "request_id"} for one in (theirs, nobodys)]
    assert (theirs.status_code, nobodys.status_code, words[0]) == (404, 404, words[1])
    listed = alfa.get(f"{V1}/portal-materials/").json()["results"]
    assert {row["id"] for row in listed} == {one.public_id for one in bill}
    assert "supplier" not in listed[0]
    keeper = calls("storekeeper")
    gone = keeper.post(f"{V1}/orders/{'x' * 22}/materials/send/", {"warehouse": firm.warehouse.public_id, "lines": []})
    assert gone.status_code == 404
    assert keeper.post(f"{V1}/materials-at-suppliers/{'x' * 22}/correct/", {}).status_code == 404


def test_a_stale_version_is_refused(firm, order, bill, calls, do):
    do.send(bolt=10)
    seen = do.of("bolt").version
    do.receive(1)
    one = f"{V1}/materials-at-suppliers/{bill[0].public_id}"
    answer = calls("storekeeper").post(f"{one}/correct/", {"used": "5", "reason": "one broke", "version": seen})
    assert answer.status_code in (409, 412), answer.content
    assert sums(bill[0]) == (10, 4, 0, 0, 6)


def test_the_store_at_a_supplier_is_told_and_not_written(firm, order, bill, calls, do):
    do.send(bolt=10)
    listed = calls("storekeeper").get(f"{V1}/warehouses/").json()["results"]
    (held,) = [row for row in listed if row["holder"]]
    assert (held["holder"], held["is_active"]) == (firm.alfa.public_id, False)
    admin = calls("administrator")
    path = f"{V1}/warehouses/{held['id']}/"
    assert admin.patch(path, {"is_active": True, "version": held["version"]}).status_code == 409
    assert admin.patch(path, {"holder": "", "version": held["version"]}).status_code in (400, 422)

"""Suppliers over the API."""

from tests.rest.helpers import api


def test_a_supplier_is_created_read_changed_and_blocked(firm):
    buyer = api(firm.users.buyer)
    body = {
        "name": "Gamma", "country": "BG", "tax_id": "175074752", "categories": [firm.fasteners.public_id],
        "contacts": [{"name": "Petra", "email": "petra@gamma.example"}],
    }  # fmt: skip
    made = buyer.post("/api/v1/suppliers/", body, key="one")
    assert made.status_code == 201, made.text
    again = buyer.post("/api/v1/suppliers/", body, key="one")
    assert again.json()["id"] == made.json()["id"]
    supplier = made.json()
    assert supplier["state"] == "active"
    assert supplier["categories"] == [firm.fasteners.public_id]
    address = f"/api/v1/suppliers/{supplier['id']}/"
    kept = [{"id": supplier["contacts"][0]["id"], "name": "Petra N.", "email": "petra@gamma.example"}]
    changed = buyer.patch(address, {"version": supplier["version"], "contacts": kept, "phone": "1"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["contacts"][0]["name"] == "Petra N."
    assert buyer.post(f"{address}moves/block/", {"reason": "fraud"}).status_code == 403
    assert api(firm.users.head).post(f"{address}moves/block/", {"reason": "fraud"}).json()["state"] == "blocked"


def test_faults_are_named_by_field(firm):
    answer = api(firm.users.buyer).post(
        "/api/v1/suppliers/",
        {
            "name": "Gamma",
            "country": "RU",
            "tax_id": "1",
            "state": "active",
            "contacts": [{"name": "x", "email": "none"}],
        },
    )
    assert answer.status_code == 422
    assert {"state", "contacts.0.email"} <= set(answer.json()["errors"])


def test_suppliers_are_closed_to_suppliers_and_requesters(firm):
    for user, status in ((firm.users.alfa_admin, 404), (firm.users.requester, 403)):
        assert api(user).get("/api/v1/suppliers/").status_code == status

"""The main job by HTTP alone: programs of a requester, an approver, a buyer, a supplier, a store and finance."""

import base64
import csv
import datetime as dt
import hashlib
import io

import pytest

from srm.core import clock
from tests.rest.helpers import api


class Programs:
    """One API client per persona; answers are checked as they come."""

    def __init__(self, firm):
        self.clients = {name: api(user) for name, user in vars(firm.users).items()}

    def post(self, who, path, body=None, status=(200, 201), **options):
        answer = self.clients[who].post(f"/api/v1/{path}", body or {}, **options)
        assert answer.status_code in status, f"{path}: {answer.status_code} {answer.content.decode()[:1500]}"
        return answer.json()

    def get(self, who, path, status=200, **query):
        answer = self.clients[who].get(f"/api/v1/{path}", query)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.content.decode()[:1500]}"
        return answer.json()


@pytest.fixture
def http(firm):
    return Programs(firm)


def day(days):
    return (clock.today() + dt.timedelta(days=days)).isoformat()


def bought_for_stock(http, entity, place, item):
    """An order that no request stands behind, on its way."""
    beta = http.get("buyer", "suppliers/", q="Beta")["results"][0]
    order = http.post(
        "buyer", "orders/",
        {"legal_entity": entity["id"], "supplier": beta["id"], "place": place["id"],
         "lines": [{"item": item["id"], "quantity": "200", "unit": item["base_unit"], "price": "0.05", "need_by": day(9)}]},
    )  # fmt: skip
    http.post("head", f"orders/{order['id']}/moves/approve/")
    http.post("buyer", f"orders/{order['id']}/moves/send/")


def test_a_need_travels_from_request_to_ledger_by_http(firm, http):
    department = next(row for row in http.get("requester", "departments/")["results"] if row["code"] == "assembly")
    center = next(row for row in http.get("requester", "cost-centers/")["results"] if row["code"] == "CC-assembly")
    item = http.get("requester", "items/", q="10443")["results"][0]
    place = http.get("requester", "places/")["results"][0]
    body = {
        "title": "Bolts", "department": department["id"], "cost_center": center["id"], "place": place["id"],
        "lines": [{"item": item["id"], "quantity": "1200", "need_by": day(20)}],
    }  # fmt: skip
    request = http.post("requester", "requests/", body, key="need-1")
    assert http.post("requester", "requests/", body, key="need-1")["id"] == request["id"]
    http.post("requester", f"requests/{request['id']}/moves/submit/")
    http.post("requester", f"requests/{request['id']}/decide/", {"outcome": "approved"}, status=(403, 409))
    http.post("approver", f"requests/{request['id']}/decide/", {"outcome": "approved"})

    entity = http.get("buyer", "legal-entities/")["results"][0]
    bought_for_stock(http, entity, place, item)
    http.post("buyer", "demands/aggregate/", {"legal_entity": entity["id"], "stock_first": True})
    line = http.get("buyer", "demand-lines/")["results"][0]
    assert line["quantity"] == "1000"  # 200 of the 1,200 are on order for nobody yet
    deadline = clock.now() + dt.timedelta(hours=3)
    tender = http.post(
        "buyer", "tenders/from-demand/",
        {"demand_lines": [line["id"]], "title": "Bolts", "deadline": deadline.isoformat()},
    )  # fmt: skip
    suppliers = [row["id"] for row in http.get("buyer", "suppliers/")["results"]]
    http.post("buyer", f"tenders/{tender['id']}/invitations/", {"suppliers": suppliers})
    http.post("buyer", f"tenders/{tender['id']}/moves/publish/")
    asked = http.get("alfa_admin", f"portal/tenders/{tender['id']}/")
    offer = {"lines": [{"line": asked["lines"][0]["id"], "price": "0.05", "deliver_on": day(15)}]}
    receipt = http.post("alfa_admin", f"portal/tenders/{tender['id']}/offer/", offer, key="offer-1")
    assert "0.05" not in str(receipt)
    assert http.get("buyer", "offers/")["results"] == []
    http.get("beta_admin", f"portal/tenders/{tender['id'][:-1]}x/", status=404)
    http.post("buyer", f"tenders/{tender['id']}/moves/open_bids/", status=(409,))

    with clock.set_to(deadline + dt.timedelta(seconds=1)):
        http.post("beta_admin", f"portal/tenders/{tender['id']}/offer/", offer, status=(409, 422))
        http.post("buyer", f"tenders/{tender['id']}/moves/open_bids/")
        opened = http.get("buyer", "offers/")["results"][0]
        choice = {opened["lines"][0]["lot_line"]: opened["lines"][0]["id"]}
        award = http.post("buyer", f"tenders/{tender['id']}/award/", {"choice": choice})
        http.post("buyer", f"awards/{award['id']}/moves/approve/", status=(403, 409))
        http.post("head", f"awards/{award['id']}/moves/approve/")
        order = http.get("buyer", "orders/")["results"][0]
        http.post("buyer", f"orders/{order['id']}/moves/send/")
        http.get("beta_admin", f"portal-orders/{order['id']}/", status=404)
        http.post("alfa_admin", f"portal-orders/{order['id']}/moves/confirm/", {"note": "as ordered"})
        order = http.get("storekeeper", f"orders/{order['id']}/")
        store = http.get("storekeeper", "warehouses/")["results"][0]
        received = http.post(
            "storekeeper", "receipts/",
            {"order": order["id"], "warehouse": store["id"], "received_on": day(0),
             "lines": [{"order_line": order["lines"][0]["id"], "quantity": "600"}]},
        )  # fmt: skip
        http.post("storekeeper", f"receipts/{received['id']}/moves/post/")
        parts = http.get("requester", f"requests/{request['id']}/track/")
        parts = parts[0]["parts"] if isinstance(parts, list) else parts["results"][0]["parts"]
        assert {part["place"]: float(part["quantity"]) for part in parts}["received"] == 600
        export = http.post(
            "accountant", "ledger-exports/", {"legal_entity": entity["id"], "period_from": day(0), "period_to": day(0)}
        )
        http.post("accountant", f"ledger-exports/{export['id']}/moves/seal/")
        file = http.get("accountant", f"ledger-exports/{export['id']}/files/csv/")
        content = base64.b64decode(file["content"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        assert [row["net"] for row in rows] == ["30.00"]
        reading = http.post(
            "head", "matrix/assess/",
            {"subject": "category", "legal_entity": entity["id"], "period_from": day(-30), "period_to": day(0)},
        )  # fmt: skip
        assert reading["placements"][0]["spend"] == "60.00"

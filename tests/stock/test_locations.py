"""Where in a warehouse goods lie, carrying them, transfers with both sides, counter-moves."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from srm.stock import moving, placing, selectors, services
from srm.stock.models import Location, LocationLevel, Placement, StockLevel, StockMove
from srm.ui.links import url_of
from tests.races import at_once
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 5, 4)
D = Decimal
MOST_QUERIES = 25


@pytest.fixture
def places(firm, work):
    """Racks in the main store, where goods come in and where they lie, and a store in Sofia."""
    with work():
        firm.gate = placing.create_location(actor=SYSTEM, warehouse=firm.warehouse, code="GATE", role="receiving")
        firm.a1 = placing.create_location(actor=SYSTEM, warehouse=firm.warehouse, code="A-01")
        firm.a2 = placing.create_location(actor=SYSTEM, warehouse=firm.warehouse, code="A-02", parent=firm.a1)
        firm.second = services.create_warehouse(
            actor=SYSTEM, code="W2", name_en="Sofia store", place=firm.sofia, legal_entity=firm.entity
        )
        firm.floor = placing.create_location(actor=SYSTEM, warehouse=firm.second, code="FLOOR", role="default")
    return firm


def do(service, firm, quantity, **values):
    values = {"warehouse": firm.warehouse, "item": firm.bolt, "moved_on": TODAY, **values}
    with unit_of_work():
        return service(actor=SYSTEM, quantity=D(quantity), **values)


def lying(firm):
    """{code: quantity} of the bolts, and what is unplaced in the main store."""
    rows = LocationLevel.objects.unscoped("test").filter(item=firm.bolt, on_hand__gt=0).select_related("location")
    found = {row.location.code: row.on_hand for row in rows}
    level = StockLevel.objects.unscoped("test").filter(item=firm.bolt, warehouse=firm.warehouse).first()
    return found, placing.unplaced(level) if level else 0


def on_hand(firm, warehouse):
    level = StockLevel.objects.unscoped("test").get(item=firm.bolt, warehouse=warehouse)
    return level.on_hand, level.value


def test_receipts_go_to_the_gate_and_are_carried_to_their_rack(places):
    do(services.receive, places, 40, value=D(20))
    assert lying(places) == ({"GATE": 40}, 0)
    words = {"to_warehouse": places.warehouse, "location": places.gate, "to_location": places.a1}
    assert do(moving.transfer, places, 30, **words) is None
    assert lying(places) == ({"GATE": 10, "A-01": 30}, 0)
    assert StockMove.objects.unscoped("test").count() == 1, "carrying changes no level"
    with pytest.raises(RuleBroken, match="Only 10"):
        do(moving.transfer, places, 11, **words)
    with pytest.raises(RuleBroken, match="two different"):
        do(moving.transfer, places, 1, to_warehouse=places.warehouse)
    assert selectors.disagreements() == []


def test_what_nobody_placed_goes_first_then_the_gate_then_the_racks(places):
    Location.objects.update(is_active=False)
    do(services.receive, places, 10)
    Location.objects.update(is_active=True)
    do(services.receive, places, 10)
    do(services.receive, places, 10, location=places.a1)
    assert lying(places) == ({"GATE": 10, "A-01": 10}, 10)
    do(services.issue, places, 15)
    assert lying(places) == ({"A-01": 10, "GATE": 5}, 0) or lying(places) == ({"A-01": 5, "GATE": 10}, 0)
    do(services.issue, places, 5, location=places.a1)
    with pytest.raises(RuleBroken, match="lie in W1"):
        do(services.issue, places, 9, location=places.a1)
    do(services.issue, places, 10)
    assert lying(places) == ({}, 0)
    assert selectors.disagreements() == []


def test_a_transfer_writes_both_sides_with_the_value(places):
    do(services.receive, places, 40, value=D(20))
    came = do(moving.transfer, places, 10, to_warehouse=places.second, reason="Nearer to Sofia")
    assert (came.quantity, came.value, came.pair.quantity, came.pair.value) == (10, 5, -10, -5)
    assert (came.counterpart, came.pair.counterpart) == ("W1 Main store", "W2 Sofia store")
    assert (on_hand(places, places.warehouse), on_hand(places, places.second)) == ((30, 15), (10, 5))
    assert lying(places)[0] == {"GATE": 30, "FLOOR": 10}
    with pytest.raises(RuleBroken, match="Only 30"):
        do(moving.transfer, places, 31, to_warehouse=places.second)
    with pytest.raises(InvalidInput, match="another warehouse"):
        do(moving.transfer, places, 1, to_warehouse=places.second, to_location=places.a1)
    assert selectors.disagreements() == []


def test_a_counter_move_undoes_both_sides_once(places):
    do(services.receive, places, 40, value=D(20))
    came = do(moving.transfer, places, 10, to_warehouse=places.second)
    with unit_of_work():
        moving.reverse(came.pair, actor=SYSTEM, reason="Wrong lorry")
    assert on_hand(places, places.warehouse) == (40, 20)
    assert on_hand(places, places.second) == (0, 0)
    assert lying(places)[0] == {"GATE": 40}
    for move in (came, came.pair):
        with pytest.raises(RuleBroken, match="already"), unit_of_work():
            moving.reverse(move, actor=SYSTEM, reason="Again")
    counter = StockMove.objects.unscoped("test").get(reverses=came)
    with pytest.raises(RuleBroken, match="counter-move"), unit_of_work():
        moving.reverse(counter, actor=SYSTEM, reason="And back")
    assert selectors.disagreements() == []


def test_what_is_gone_or_written_by_a_document_is_not_undone(places):
    receipt = do(services.receive, places, 40, document=places.bolt)
    found = do(services.adjust, places, 5, reason="Found behind the rack", value=D(0))
    do(services.issue, places, 43)
    with pytest.raises(RuleBroken, match="Only 2"), unit_of_work():
        moving.reverse(found, actor=SYSTEM, reason="Not ours")
    with pytest.raises(RuleBroken, match="Reverse the document"), unit_of_work():
        moving.reverse(receipt, actor=SYSTEM, reason="Not ours")
    with pytest.raises(InvalidInput, match="Say why"), unit_of_work():
        moving.reverse(found, actor=SYSTEM, reason="")
    issue = StockMove.objects.unscoped("test").get(kind="issue")
    with unit_of_work():
        moving.reverse(issue, actor=SYSTEM, reason="Came back")
    assert on_hand(places, places.warehouse)[0] == 45
    assert selectors.disagreements() == []


def test_a_location_that_holds_goods_stays_open_and_in_its_tree(places, work):
    do(services.receive, places, 1, location=places.a1)
    for wrong in (
        {"is_active": False}, {"parent": places.a2}, {"parent": places.floor}, {"warehouse": places.second},
        {"role": "receiving"}, {"code": "GATE"},
    ):  # fmt: skip
        with pytest.raises(InvalidInput), work():
            placing.update_location(places.a1, actor=SYSTEM, **wrong)
    with work():
        assert placing.update_location(places.a1, actor=SYSTEM, name="Rack by the door").name == "Rack by the door"


def test_the_database_keeps_placements_as_they_were_written(places):
    from django.db import DatabaseError, transaction

    do(services.receive, places, 1)
    row = Placement.objects.unscoped("test").get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Placement.objects.unscoped("test").filter(pk=row.pk).update(quantity=2)


@pytest.mark.django_db(transaction=True)
def test_lorries_that_cross_on_the_road_do_not_lock_each_other_out(committed_firm):
    with unit_of_work():
        second = services.create_warehouse(
            actor=SYSTEM, code="W2", name_en="Second", place=committed_firm.plovdiv, legal_entity=committed_firm.entity
        )
    first, bolt = committed_firm.warehouse, committed_firm.bolt
    for store in (first, second):
        do(services.receive, committed_firm, 10, warehouse=store)

    def go(source, target):
        return moving.transfer(
            actor=SYSTEM, item=bolt, quantity=D(3), warehouse=source, to_warehouse=target, moved_on=TODAY
        )

    answers = at_once(lambda: go(first, second), lambda: go(second, first))
    assert all(isinstance(answer, StockMove) for answer in answers), answers
    assert {row.on_hand for row in StockLevel.objects.unscoped("test")} == {10}
    assert selectors.disagreements() == []


def test_pages_of_locations_and_moves(places, client_of, django_assert_max_num_queries):
    do(services.receive, places, 40, value=D(20))
    keeper = client_of("storekeeper")
    item, store, second = (thing.public_id for thing in (places.bolt, places.warehouse, places.second))
    data = {"item": item, "quantity": "5", "warehouse": store, "to_warehouse": second, "moved_on": "2026-05-06"}
    assert keeper.post("/stock/moves/transfer/", data).status_code == 302
    data = {"warehouse": store, "item": item, "direction": "less", "quantity": "2", "moved_on": "2026-05-06",
            "reason": "Rusty"}  # fmt: skip
    assert keeper.post("/stock/moves/adjust/", data).status_code == 302
    assert on_hand(places, places.warehouse)[0] == 33
    move = StockMove.objects.unscoped("test").get(kind="adjustment")
    addresses = [
        "/stock/locations/", url_of(places.gate), url_of(places.warehouse), url_of(move), "/stock/moves/transfer/",
        f"{url_of(places.bolt)}?tab=item-stock", f"{url_of(places.warehouse)}?tab=warehouse-locations",
    ]  # fmt: skip
    for address in addresses:
        keeper.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert keeper.get(address).status_code == 200, address
    assert "GATE" in keeper.get(addresses[5]).content.decode()
    assert keeper.post(f"/stock/moves/{move.public_id}/reverse/", {"reason": "Not rusty at all"}).status_code == 302
    assert on_hand(places, places.warehouse)[0] == 35
    assert client_of("buyer").post(f"/stock/moves/{move.public_id}/reverse/", {"reason": "No"}).status_code == 403
    new = {"warehouse": store, "code": "B-07", "name": "", "role": "storage", "is_active": "on"}
    assert client_of("administrator").post("/stock/locations/new/", new).status_code == 302


def test_programs_move_goods_with_the_same_rights(places):
    do(services.receive, places, 40, value=D(20))
    keeper = api(places.users.storekeeper)
    body = {"item": places.bolt.public_id, "warehouse": places.warehouse.public_id, "quantity": "4",
            "to_warehouse": places.second.public_id}  # fmt: skip
    answer = keeper.post("/api/v1/stock/transfer/", body)
    assert (answer.status_code, answer.json()["quantity"]) == (201, "4")
    inside = {**body, "to_warehouse": places.warehouse.public_id, "location": places.gate.public_id,
              "to_location": places.a1.public_id}  # fmt: skip
    assert keeper.post("/api/v1/stock/transfer/", inside).status_code == 204
    rows = keeper.get("/api/v1/stock-locations/", {"warehouse": places.warehouse.public_id}).json()["results"]
    assert {row["on_hand"] for row in rows} == {"32", "4"}
    body = {"item": places.bolt.public_id, "warehouse": places.warehouse.public_id, "quantity": "-6", "reason": "Bent"}
    made = keeper.post("/api/v1/stock/adjust/", body)
    assert (made.status_code, made.json()["quantity"]) == (201, "-6")
    undone = keeper.post(f"/api/v1/stock-moves/{made.json()['id']}/reverse/", {"reason": "They were not"})
    assert (undone.status_code, undone.json()["quantity"]) == (201, "6")
    assert api(places.users.buyer).post("/api/v1/stock/adjust/", body).status_code == 403
    body = {"warehouse": places.warehouse.public_id, "code": "C-01"}
    assert api(places.users.administrator).post("/api/v1/locations/", body).status_code == 201
    assert keeper.post("/api/v1/locations/", body).status_code == 403

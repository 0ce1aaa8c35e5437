"""Pages and API of stock, as people and programs use them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from srm.catalog import services as catalog
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.stock import services
from srm.stock.models import StockLevel, StockMove, Warehouse
from srm.ui.links import url_of
from tests.rest.helpers import api

MOST_QUERIES = 25
D = Decimal


def shown(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def stocked(firm):
    """100 bolts, of which 30 are promised, and thirty other items."""
    with unit_of_work():
        for n in range(30):
            item = catalog.create_item(
                actor=SYSTEM, category=firm.tools, base_unit=firm.unit("C62"), name_en=f"Drill {n}"
            )
            _receive(firm, item, 5 + n)
        _receive(firm, firm.bolt, 100)
        services.reserve(actor=SYSTEM, item=firm.bolt, place=firm.plovdiv, quantity=D(30))
    return firm


def _receive(firm, item, quantity):
    services.receive(
        actor=SYSTEM, warehouse=firm.warehouse, item=item, quantity=D(quantity), value=D(quantity),
        moved_on=dt.date(2026, 5, 4), document=firm.warehouse, counterpart="Alfa Metal",
    )  # fmt: skip


def level(firm):
    return StockLevel.objects.unscoped("test").get(item=firm.bolt)


@pytest.mark.parametrize(
    "path",
    ["/stock/", "/stock/?q=drill&free=on", "/stock/moves/", "/stock/moves/?kind=receipt", "/stock/warehouses/",
     "/stock/moves/issue/", "/stock/moves/count/"],
)  # fmt: skip
def test_pages_open_with_few_queries(path, stocked, client_of, django_assert_max_num_queries):
    client = client_of("storekeeper")
    client.get(path)
    with django_assert_max_num_queries(MOST_QUERIES):
        shown(client.get(path))


def test_documents_open_with_few_queries(stocked, client_of, django_assert_max_num_queries):
    client = client_of("storekeeper")
    for path in (f"{url_of(stocked.bolt)}?tab=item-stock", url_of(stocked.bolt), url_of(stocked.warehouse)):
        client.get(path)
        with django_assert_max_num_queries(MOST_QUERIES):
            shown(client.get(path))


def test_levels_say_what_is_there_promised_and_free(stocked, client_of):
    text = shown(client_of("buyer").get("/stock/", {"q": "10443"}))
    for words in ("Bolt M8x40 A2", "100", "30", "70", "W1"):
        assert words in text, words
    assert "Drill" not in text


def test_used_up_levels_are_shown_when_they_are_asked_for(stocked, client_of, work):
    with work():
        services.release(actor=SYSTEM, warehouse=stocked.warehouse, item=stocked.bolt, quantity=D(30))
        services.issue(
            actor=SYSTEM, warehouse=stocked.warehouse, item=stocked.bolt, quantity=D(100), moved_on=dt.date(2026, 5, 5)
        )
    client = client_of("buyer")
    assert "Bolt M8" not in shown(client.get("/stock/", {"q": "10443"}))
    assert "Bolt M8" in shown(client.get("/stock/", {"q": "10443", "empty": "on"}))


def test_an_empty_store_says_how_goods_come_in(firm, client_of):
    assert "Nothing is in stock yet." in shown(client_of("buyer").get("/stock/"))
    assert "Nothing has moved yet." in shown(client_of("buyer").get("/stock/moves/"))


def test_an_items_page_shows_where_it_lies_to_those_who_see_stock(stocked, client_of):
    text = shown(client_of("buyer").get(f"{url_of(stocked.bolt)}?tab=item-stock"))
    for words in ("W1 Main store", "Plovdiv plant", "70", "Alfa Metal"):
        assert words in text, words
    assert reverse("stock:stockmove-issue") not in text
    assert reverse("stock:stockmove-issue") in shown(
        client_of("storekeeper").get(f"{url_of(stocked.bolt)}?tab=item-stock")
    )
    assert "item-stock" not in shown(client_of("requester").get(url_of(stocked.bolt)))


def test_a_storekeeper_issues_in_packs(stocked, client_of):
    stocked.bolt.packs.update(factor=20)
    data = {
        "warehouse": stocked.warehouse.public_id, "item": stocked.bolt.public_id, "quantity": "2", "unit": "BX",
        "moved_on": "2026-05-06", "counterpart": "Assembly",
    }  # fmt: skip
    answer = client_of("storekeeper").post("/stock/moves/issue/", data)
    assert answer.status_code == 302, answer.content.decode()
    move = StockMove.objects.unscoped("test").get(kind="issue")
    assert (move.quantity, move.counterpart, move.created_by) == (-40, "Assembly", stocked.users.storekeeper)
    assert level(stocked).on_hand == 60


def test_more_than_is_free_is_refused_on_the_form_with_the_reason(stocked, client_of):
    data = {
        "warehouse": stocked.warehouse.public_id, "item": stocked.bolt.public_id, "quantity": "71",
        "moved_on": "2026-05-06", "counterpart": "Assembly",
    }  # fmt: skip
    answer = client_of("storekeeper").post("/stock/moves/issue/", data)
    assert answer.status_code == 409
    assert "are promised to requests" in answer.content.decode()
    assert level(stocked).on_hand == 100


def test_units_that_do_not_convert_and_days_to_come_are_marked_at_their_field(stocked, client_of):
    tomorrow = clock.today() + dt.timedelta(days=1)
    data = {
        "warehouse": stocked.warehouse.public_id, "item": stocked.bolt.public_id, "quantity": "1", "unit": "KGM",
        "moved_on": tomorrow.isoformat(), "counterpart": "Assembly",
    }  # fmt: skip
    answer = client_of("storekeeper").post("/stock/moves/issue/", data)
    assert answer.status_code == 422
    assert {"unit", "moved_on"} == set(answer.context["form"].errors)


def test_a_count_shows_the_books_and_notices_what_moved_since(stocked, client_of):
    client, path = client_of("storekeeper"), f"/stock/moves/count/?item={stocked.bolt.public_id}"
    page = client.get(path)
    assert "The books say 100" in shown(page)
    data = {
        "warehouse": stocked.warehouse.public_id, "item": stocked.bolt.public_id, "counted": "97,5",
        "moved_on": "2026-05-06", "reason": "Yearly count", "seen": "100",
    }  # fmt: skip
    assert client.post(path, {**data, "seen": "101"}).status_code == 409
    assert level(stocked).on_hand == 100
    assert client.post(path, data).status_code == 302
    assert level(stocked).on_hand == D("97.5")


def test_a_warehouse_is_made_by_the_administrator(firm, client_of):
    data = {
        "code": "W2", "name_en": "Sofia store", "place": firm.sofia.public_id, "legal_entity": firm.entity.public_id,
        "is_active": "on",
    }  # fmt: skip
    assert client_of("storekeeper").post("/stock/warehouses/new/", data).status_code == 403
    client = client_of("administrator")
    assert client.post("/stock/warehouses/new/", data).status_code == 302
    made = Warehouse.objects.get(code="W2")
    assert (
        client.post(url_of(made, "edit"), {**data, "name_bg": "Склад София", "version": made.version}).status_code
        == 302
    )
    made.refresh_from_db()
    assert made.name_bg == "Склад София"


def test_who_may_not_move_stock_sees_no_button_and_gets_no_form(stocked, client_of):
    for name in ("buyer", "auditor", "accountant"):
        client = client_of(name)
        assert "/stock/moves/issue/" not in shown(client.get("/stock/"))
        assert client.get("/stock/moves/issue/").status_code == 403
        assert client.post("/stock/moves/count/", {}).status_code == 403
    for name in ("requester", "alfa_admin"):
        for path in (
            "/stock/",
            "/stock/moves/",
            "/stock/warehouses/",
            url_of(stocked.warehouse),
            "/lookup/warehouses/",
        ):
            assert client_of(name).get(path).status_code in (403, 404), (name, path)
    assert level(stocked).on_hand == 100


# -- API ---------------------------------------------------------------------


def test_programs_read_levels_and_moves(stocked):
    reader = api(stocked.users.buyer)
    (found,) = reader.get("/api/v1/stock-levels/", {"q": "10443"}).json()["results"]
    assert (found["on_hand"], found["reserved"], found["free"], found["unit"]) == ("100", "30", "70", "C62")
    moves = reader.get("/api/v1/stock-moves/", {"item": stocked.bolt.public_id}).json()["results"]
    assert [(move["kind"], move["quantity"], move["value"]) for move in moves] == [("receipt", "100", "100")]
    assert reader.get("/api/v1/warehouses/").json()["results"][0]["code"] == "W1"
    assert api(stocked.users.requester).get("/api/v1/stock-levels/").status_code == 403
    assert api(stocked.users.alfa_admin).get("/api/v1/stock-levels/").status_code in (403, 404)


def test_a_scanner_issues_once_however_often_it_asks(stocked):
    scanner = api(stocked.users.storekeeper)
    body = {
        "warehouse": stocked.warehouse.public_id, "item": stocked.bolt.public_id, "quantity": "10",
        "counterpart": "Assembly", "moved_on": "2026-05-06",
    }  # fmt: skip
    first, again = (scanner.post("/api/v1/stock/issue/", body, key="scan-0001") for _ in range(2))
    assert first.status_code == 201, first.content
    assert first.json() == again.json()
    assert first.json()["quantity"] == "-10"
    assert level(stocked).on_hand == 90
    refused = scanner.post("/api/v1/stock/issue/", {**body, "quantity": "61"})
    assert refused.status_code == 409
    assert "promised" in refused.json()["reasons"][0]
    assert scanner.post("/api/v1/stock/issue/", {**body, "moved_on": "2999-01-01"}).status_code == 422
    assert api(stocked.users.buyer).post("/api/v1/stock/issue/", body).status_code == 403
    assert level(stocked).on_hand == 90


def test_a_scanner_counts(stocked):
    scanner = api(stocked.users.storekeeper)
    body = {
        "warehouse": stocked.warehouse.public_id,
        "item": stocked.bolt.public_id,
        "counted": "100",
        "reason": "Count",
    }
    assert scanner.post("/api/v1/stock/count/", body).status_code == 204
    answer = scanner.post("/api/v1/stock/count/", {**body, "counted": "101", "seen": "100"})
    assert (answer.status_code, answer.json()["quantity"]) == (201, "1")
    assert scanner.post("/api/v1/stock/count/", {**body, "counted": "5"}).status_code == 409
    assert scanner.post("/api/v1/stock/count/", {**body, "counted": "-5"}).status_code == 422
    assert level(stocked).on_hand == 101

"""The demand board, a demand, and the same over the API."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.orders import services as orders
from procurement.planning import services
from procurement.planning.models import Demand, DemandLine
from procurement.requests import ledger
from procurement.requests.models import RequestLine
from procurement.tenders.models import Tender
from srm.flow.perform import perform
from srm.stock.services import receive
from tests.requests.conftest import approved, in_days, line_of
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
BOARD = reverse("planning:board")


def test_the_board_groups_and_merges_what_is_ticked(firm, client_of, django_assert_max_num_queries):
    approved(firm, line_of(firm, quantity="300"), line_of(firm, firm.gloves, "5"))
    approved(firm, line_of(firm, quantity="500"))
    client = client_of("buyer")
    with django_assert_max_num_queries(25):
        page = client.get(BOARD).content.decode()
    assert "800" in page
    assert client.post(BOARD, {"window_days": "7"}).status_code == 422
    mark = RequestLine.objects.unscoped("test").filter(item=firm.bolt).order_by("public_id").first().public_id
    answer = client.post(BOARD, {"marks": mark, "window_days": "7"})
    demand = Demand.objects.unscoped("test").get()
    assert answer.url.endswith(f"{demand.public_id}/")
    assert (demand.line_count, demand.need_count) == (1, 2)
    with django_assert_max_num_queries(25):
        page = client.get(answer.url).content.decode()
    assert "Assembly" in page
    line = DemandLine.objects.unscoped("test").get()
    client.post(
        reverse("planning:demand-act", args=[demand.public_id]),
        {"action": "release", "ids": line.public_id, "reason": "wrong"},
    )
    line.refresh_from_db()
    assert line.quantity == 0


@pytest.mark.parametrize("persona", ["requester", "storekeeper", "alfa_admin"])
def test_the_board_is_for_those_who_plan(firm, client_of, persona):
    approved(firm)
    assert client_of(persona).get(BOARD).status_code in {403, 404}
    assert client_of("auditor").post(BOARD, {"all": "1", "window_days": "7"}).status_code == 403
    assert not Demand.objects.unscoped("test").exists()


def test_programs_merge_and_release(firm):
    approved(firm, line_of(firm, quantity="300"))
    body = {"legal_entity": firm.entity.public_id, "window_days": 7}
    assert api(firm.users.requester).post("/api/v1/demands/aggregate/", body).status_code == 403
    made = api(firm.users.buyer).post("/api/v1/demands/aggregate/", body, key="once")
    assert (made.status_code, made.json()["line_count"]) == (201, 1)
    (line,) = api(firm.users.buyer).get("/api/v1/demand-lines/").json()["results"]
    answer = api(firm.users.buyer).post(f"/api/v1/demand-lines/{line['id']}/release/", {"reason": "wrong window"})
    assert float(answer.json()["quantity"]) == 0


def test_the_board_groups_by_what_the_buyer_chose_and_remembers_it(firm, client_of, django_assert_max_num_queries):
    approved(firm, line_of(firm, quantity="300"), line_of(firm, firm.gloves, "5"))
    approved(firm, line_of(firm, firm.nut, "500", need_by=in_days(75)), line_of(firm, quantity="40", place=firm.sofia))
    client = client_of("buyer")
    assert len(client.get(BOARD).context["groups"]) == 4
    for keys, rows in ((["item"], 3), (["category"], 2), (["month", "category"], 3), (["buyer"], 1), (["supplier"], 1),
                       (["item", "place", "month"], 4)):  # fmt: skip
        assert client.post(BOARD, {"regroup": "1", "keys": keys}).status_code == 302
        with django_assert_max_num_queries(25):
            page = client.get(BOARD)
        assert len(page.context["groups"]) == rows, keys
        assert sum(group.needs for group in page.context["groups"]) == 4
    assert len(client_of("buyer2").get(BOARD).context["groups"]) == 4
    client.post(BOARD, {"regroup": "1", "keys": ["nonsense", "id"]})
    assert client.get(BOARD).context["keys"] == ("item", "place")


@pytest.mark.parametrize("keys", [["category"], ["month"], ["supplier", "month"], ["buyer"], ["item"], ["place"]])
def test_a_ticked_group_merges_exactly_its_needs(firm, client_of, keys):
    approved(firm, line_of(firm, quantity="300"), line_of(firm, firm.gloves, "5", need_by=in_days(75)))
    approved(firm, line_of(firm, firm.nut, "500", need_by=in_days(75)), line_of(firm, quantity="40", place=firm.sofia))
    client = client_of("buyer")
    client.post(BOARD, {"regroup": "1", "keys": keys})
    group = client.get(BOARD).context["groups"][0]
    assert client.post(BOARD, {"marks": group.mark, "window_days": "7"}).status_code == 302
    assert Demand.objects.unscoped("test").get().need_count == group.needs


def test_needs_of_different_units_are_not_added_up(firm, client_of):
    approved(firm, line_of(firm, quantity="300"), {"item": None, "description": "Sand", "quantity": "2",
                                                   "unit": firm.unit("TNE"), "need_by": in_days(20)})  # fmt: skip
    client = client_of("buyer")
    client.post(BOARD, {"regroup": "1", "keys": ["place"]})
    (group,) = client.get(BOARD).context["groups"]
    assert (group.unit, group.quantity, group.needs) == (None, 0, 2)


def test_the_last_five_prices_stand_beside_a_need(firm, work, client_of):
    for no in range(7):
        with work():
            order = orders.create_order(
                actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
                lines=[{"item": firm.bolt, "quantity": 5, "unit": firm.unit("BX"), "price": Decimal(10 + no)}],
            )  # fmt: skip
            order = perform(order, "approve", actor=firm.actor("head"))
            perform(order, "send", actor=firm.actor("buyer"))
    approved(firm, line_of(firm, quantity="300"))
    client = client_of("buyer")
    (group,) = client.get(BOARD).context["groups"]
    assert [paid.price for paid in group.prices] == [Decimal(10 + no) / 200 for no in (6, 5, 4, 3, 2)]
    assert {paid.supplier for paid in group.prices} == {"Alfa Metal"}
    client.post(BOARD, {"regroup": "1", "keys": ["supplier"]})
    (group,) = client.get(BOARD).context["groups"]
    assert group.supplier == firm.alfa


@pytest.mark.parametrize(("window", "lines"), [("week", 3), ("month", 2), ("days", 2)])
def test_windows_may_be_those_of_the_calendar(firm, work, window, lines):
    monday = next(day for no in range(40, 80) if (day := in_days(no)).weekday() == 0 and 6 < day.day < 15)
    day = dt.timedelta(days=1)
    days = [monday, monday + 6 * day, monday + 7 * day, (monday.replace(day=1) + 32 * day).replace(day=1)]
    approved(firm, *[line_of(firm, quantity="10", need_by=one) for one in days])
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity, window=window, window_days=7)
    assert demand.line_count == lines
    assert ledger.faults() == ledger.stale() == []


def test_the_last_tender_is_repeated_with_its_terms_and_suppliers(firm, work, client_of):
    from tests.tenders.conftest import publish

    publish(firm, work, incoterm="DAP", payment_days=45)
    approved(firm, line_of(firm, quantity="300"))
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    act = reverse("planning:demand-act", args=[demand.public_id])
    line = demand.lines.get()
    assert client_of("buyer").post(act, {"action": "repeat", "ids": line.public_id}).status_code == 302
    tender = Tender.objects.unscoped("test").get(state="draft")
    assert (tender.incoterm, tender.payment_days, tender.title) == ("DAP", 45, "Fasteners, 2027")
    assert {invitation.supplier for invitation in tender.invited()} == {firm.alfa, firm.beta}
    line.refresh_from_db()
    assert line.open_quantity == 0


def test_without_an_earlier_tender_there_is_nothing_to_repeat(firm, work, client_of):
    approved(firm, line_of(firm, quantity="300"))
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    act = reverse("planning:demand-act", args=[demand.public_id])
    answer = client_of("buyer").post(act, {"action": "repeat", "ids": demand.lines.get().public_id}, follow=True)
    assert "Nothing of this was tendered before" in answer.content.decode()
    assert not Tender.objects.unscoped("test").exists()


def test_needs_are_held_back_and_let_go_on_the_board_and_the_requester_reads_why(firm, client_of):
    request = approved(firm, line_of(firm, quantity="300"))
    client = client_of("buyer")
    (group,) = client.get(BOARD).context["groups"]
    assert client.post(BOARD, {"hold": "1", "marks": group.mark, "reason": ""}).status_code == 422
    assert client.post(BOARD, {"hold": "1", "marks": group.mark, "reason": "new drawing"}).status_code == 302
    assert not client.get(BOARD).context["groups"]
    assert "held back: new drawing" in client_of("requester").get(request.get_absolute_url()).content.decode()
    assert client_of("auditor").post(BOARD, {"let_plan": "1", "marks": group.mark}).status_code == 403
    assert len(client.get(f"{BOARD}?held=1").context["groups"]) == 1
    assert client.post(f"{BOARD}?held=1", {"let_plan": "1", "marks": group.mark}).status_code == 302
    assert len(client.get(BOARD).context["groups"]) == 1


def test_demand_lines_are_split_and_joined_on_the_page(firm, work, client_of):
    approved(firm, line_of(firm, quantity="300"))
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    act, client, line = reverse("planning:demand-act", args=[demand.public_id]), client_of("buyer"), demand.lines.get()
    client.post(act, {"action": "split", "ids": line.public_id, "quantity": "120"})
    lines = list(demand.lines.order_by("pk"))
    assert [one.quantity for one in lines] == [180, 120]
    client.post(act, {"action": "join", "ids": [one.public_id for one in lines]})
    assert [one.quantity for one in demand.lines.order_by("pk")] == [300, 0]
    client_of("auditor").post(act, {"action": "split", "ids": line.public_id, "quantity": "1"})
    assert [one.quantity for one in demand.lines.order_by("pk")] == [300, 0]


def test_programs_split_join_and_hold(firm, work):
    request = approved(firm, line_of(firm, quantity="300"))
    buyer, need = api(firm.users.buyer), request.lines.get().public_id
    body = {"lines": [need], "reason": "new drawing"}
    assert api(firm.users.requester).post("/api/v1/demands/hold/", body).status_code == 403
    assert buyer.post("/api/v1/demands/hold/", body).json() == {"lines": 1}
    assert buyer.post("/api/v1/demands/hold/", {"lines": [need]}).json() == {"lines": 1}
    assert buyer.post("/api/v1/demands/hold/", {"lines": ["unknown"], "reason": "why"}).status_code == 404
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    line = demand.lines.get().public_id
    part = buyer.post(f"/api/v1/demand-lines/{line}/split/", {"quantity": "120"})
    assert (part.status_code, float(part.json()["quantity"])) == (201, 120)
    joined = buyer.post("/api/v1/demand-lines/join/", {"demand_lines": [line, part.json()["id"]]})
    assert float(joined.json()["quantity"]) == 300


def test_the_worth_of_a_part_is_not_cut_to_whole_numbers(firm, work, client_of):
    stock = {"moved_on": in_days(0), "value": Decimal(1), "warehouse": firm.warehouse, "item": firm.bolt}
    with work():
        receive(actor=firm.actor("storekeeper"), quantity=Decimal(1), **stock)
    approved(firm, line_of(firm, quantity="4", estimate=Decimal("2.5")))
    with work():
        services.cover(actor=firm.actor("buyer"), legal_entity=firm.entity)
    (group,) = client_of("buyer").get(BOARD).context["groups"]
    assert (group.quantity, group.worth) == (3, Decimal("7.50"))

"""Ordering a demand at agreed prices: as the supplier sells it, for whom it is, and never twice."""

from decimal import Decimal
from unittest import mock

import pytest
from django.urls import reverse

from procurement.orders import agreed, services
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.planning.models import Demand, DemandLine
from procurement.requests import ledger
from procurement.requests.models import Allocation, RequestLine
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.races import at_once, meeting_place
from tests.requests.conftest import approved, in_days, line_of
from tests.rest.helpers import api
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db
D = Decimal


def boxes_of(firm):
    """Alfa sells bolts in boxes of 200 under an agreement: 12 euros, from ten boxes 10, at most 40 boxes at once."""
    return sell(
        firm, firm.alfa, firm.bolt, {"price": D("12"), "max_quantity": D(40)},
        {"price": D("10"), "from_quantity": D(10), "max_quantity": D(40)},
        unit=firm.unit("BX"), article="A-8x40", min_quantity=D(2),
    )  # fmt: skip


@pytest.fixture
def boxes(firm):
    return boxes_of(firm)


@pytest.fixture
def demand_of(firm, work):
    """The lines of a demand that merges these requested lines."""

    def make(*lines):
        approved(firm, *lines)
        with work():
            demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
        return list(demand.lines.order_by("pk"))

    return make


def order(firm, work, *lines, by="buyer"):
    with work():
        return agreed.order_agreed(actor=firm.actor(by), demand_lines=lines)


def test_a_need_is_ordered_as_the_supplier_sells_it(firm, work, boxes, demand_of):
    (line,) = demand_of(line_of(firm, quantity="250"), line_of(firm, quantity="50"))
    (made,) = order(firm, work, line).orders
    row = made.lines.get()
    assert (row.quantity, row.unit.code, row.price, row.base_quantity) == (2, "BX", D("12"), 400)
    assert (made.state, made.supplier, made.place, made.net_total) == ("draft", firm.alfa, firm.plovdiv, D("24.00"))
    assert "F-12" in made.note
    line.refresh_from_db()
    assert line.open_quantity == 0
    ordered = Allocation.objects.unscoped("test").filter(stage="ordered", line_id=row.pk)
    assert sorted(one.quantity for one in ordered) == [50, 250]
    assert ledger.faults() == ledger.stale() == []


def test_a_cancelled_draft_frees_the_demand(firm, work, boxes, demand_of):
    (line,) = demand_of(line_of(firm, quantity="300"))
    (made,) = order(firm, work, line).orders
    with work():
        perform(made, "cancel", actor=firm.actor("buyer"), reason="wrong supplier")
    line.refresh_from_db()
    assert line.open_quantity == 300
    assert ledger.faults() == ledger.stale() == []
    assert len(order(firm, work, line).orders) == 1


def test_what_a_closed_order_did_not_bring_is_open_in_the_demand(firm, work, boxes, demand_of):
    (line,) = demand_of(line_of(firm, quantity="400"))
    (made,) = order(firm, work, line).orders
    with work():
        made = perform(made, "approve", actor=firm.actor("head"))
        made = perform(made, "send", actor=firm.actor("buyer"))
        perform(made, "close", actor=firm.actor("buyer"), reason="they cannot deliver")
    line.refresh_from_db()
    assert line.open_quantity == 400
    assert ledger.faults() == ledger.stale() == []


def test_equal_items_of_one_place_reach_the_lower_price_together(firm, work, boxes, demand_of):
    first, second = demand_of(line_of(firm, quantity="1000"), line_of(firm, quantity="1000", need_by=in_days(80)))
    (made,) = order(firm, work, first, second).orders
    row = made.lines.get()
    assert (row.quantity, row.price) == (10, D("10"))
    assert row.need_by == min(first.need_from, second.need_from)
    with work():
        perform(made, "cancel", actor=firm.actor("buyer"), reason="wrong supplier")
    for line in (first, second):
        line.refresh_from_db()
        assert line.open_quantity == 1000


def test_what_has_no_agreed_price_is_left_with_a_reason(firm, work, boxes, demand_of):
    lines = demand_of(line_of(firm, quantity="300"), line_of(firm, firm.gloves, "5"))
    outcome = order(firm, work, *lines)
    assert len(outcome.orders) == 1
    ((left, reason),) = outcome.left
    assert left.item == firm.gloves
    assert "agreed" in reason
    with pytest.raises(RuleBroken, match="agreed"):
        order(firm, work, left)
    # Forty boxes are the most in one order.
    (large,) = demand_of(line_of(firm, quantity="9000"))
    with pytest.raises(RuleBroken, match="9,000"):
        order(firm, work, large)
    assert PurchaseOrder.objects.unscoped("test").count() == 1


def test_one_line_is_ordered_as_the_buyer_says(firm, work, boxes, demand_of):
    (line,) = demand_of(line_of(firm, quantity="300"))

    def one(quantity, article=boxes, **values):
        with work():
            return agreed.order_one(
                actor=firm.actor("buyer"), demand_line=line, article=article, quantity=quantity, **values
            )

    for wrong in ("1", "1.5", "41", "0", "many"):
        with pytest.raises(InvalidInput) as refused:
            one(wrong)
        assert list(refused.value.errors) == ["quantity"]
    gloves = sell(firm, firm.beta, firm.gloves, {"price": D("7.50")})
    with pytest.raises(InvalidInput, match="another item"):
        one("3", gloves)
    assert not PurchaseOrder.objects.unscoped("test").exists()
    made = one("10", need_by=in_days(9), cost_center=firm.cc_assembly)
    row = made.lines.get()
    assert (row.price, row.base_quantity, row.need_by) == (10, 2000, in_days(9))
    assert made.cost_center == firm.cc_assembly
    with pytest.raises(RuleBroken, match="nothing is open"):
        one("2")


def test_the_lines_keep_what_they_serve_but_their_price_may_change(firm, work, boxes, demand_of):
    (line,) = demand_of(line_of(firm, quantity="400"))
    (made,) = order(firm, work, line).orders
    row = made.lines.get()
    same = {"item": row.item, "quantity": row.quantity, "unit": row.unit, "price": D("11")}
    buyer = firm.actor("buyer")
    for wrong in ([], [same, same], [{**same, "quantity": D(3)}], [{**same, "item": firm.nut}]):
        with pytest.raises(RuleBroken, match="serve needs"), work():
            services.update_order(made, actor=buyer, version=made.version, lines=wrong)
    with work():
        changed = services.update_order(made, actor=buyer, version=made.version, lines=[same])
    assert changed.net_total == D("22.00")
    assert ledger.faults() == ledger.stale() == []


def test_only_who_writes_orders_may(firm, work, boxes, demand_of, client_of):
    (line,) = demand_of(line_of(firm, quantity="300"))
    for by in ("requester", "auditor", "storekeeper"):
        with pytest.raises(NotAllowed):
            order(firm, work, line, by=by)
    address = reverse("orders:demandline-agreed", args=[line.public_id])
    assert client_of("auditor").get(address).status_code == 403
    assert not PurchaseOrder.objects.unscoped("test").exists()


def test_the_pages_ask_first_for_one_line_and_tell_what_was_left(
    firm, boxes, demand_of, client_of, django_assert_max_num_queries
):
    lines = demand_of(line_of(firm, quantity="300"), line_of(firm, firm.gloves, "5"))
    bolts = next(line for line in lines if line.item == firm.bolt)
    client, act = client_of("buyer"), reverse("planning:demand-act", args=[lines[0].demand.public_id])
    answer = client.post(act, {"action": "agreed", "ids": bolts.public_id})
    assert answer.url == reverse("orders:demandline-agreed", args=[bolts.public_id])
    with django_assert_max_num_queries(25):
        page = client.get(answer.url)
    text = page.content.decode()
    assert "Alfa Metal" in text
    assert "needed 300" in text
    assert page.context["form"].initial["quantity"] == 2
    made = client.post(answer.url, {"article": boxes.public_id, "quantity": "2", "need_by": in_days(9).isoformat()})
    assert made.url == PurchaseOrder.objects.unscoped("test").get().get_absolute_url()
    both = client.post(act, {"action": "agreed", "ids": [line.public_id for line in lines]}, follow=True)
    assert "nothing is open any more" in both.content.decode()
    assert PurchaseOrder.objects.unscoped("test").count() == 1


def test_the_board_orders_from_agreements_first_and_leaves_the_rest(firm, boxes, client_of):
    approved(
        firm,
        line_of(firm, quantity="300"),
        line_of(firm, firm.gloves, "5"),
        line_of(firm, quantity="9000", place=firm.sofia),
    )
    client, board = client_of("buyer"), reverse("planning:board")
    answer = client.post(board, {"all": "1", "window_days": "7", "action": "agreed"}, follow=True)
    text = answer.content.decode()
    made = PurchaseOrder.objects.unscoped("test").get()
    assert answer.redirect_chain[0][0] == made.get_absolute_url()
    assert "1 draft order was written" in text
    assert "No agreed price holds for 9,000" in text
    open_now = dict(RequestLine.objects.unscoped("test").values_list("quantity", "open_quantity"))
    assert open_now == {D(300): 0, D(5): 5, D(9000): 9000}
    again = client.post(board, {"all": "1", "window_days": "7", "action": "agreed"})
    assert again.status_code in {409, 422}
    assert Demand.objects.unscoped("test").count() == 1
    assert client_of("auditor").post(board, {"all": "1", "window_days": "7", "action": "agreed"}).status_code == 403
    assert ledger.faults() == ledger.stale() == []


def test_programs_see_offers_and_order(firm, boxes, demand_of):
    (line,) = demand_of(line_of(firm, quantity="1600"))
    buyer = api(firm.users.buyer)
    (row,) = buyer.get(f"/api/v1/demands/{line.demand.public_id}/offers/").json()
    (offer,) = row["offers"]
    assert (offer["agreed"], float(offer["quantity"]), float(offer["more"]), float(offer["next_price"])) == (
        True,
        8,
        2,
        10,
    )
    assert api(firm.users.requester).get(f"/api/v1/demands/{line.demand.public_id}/offers/").status_code == 403
    body = {"demand_lines": [line.public_id], "supplier_item": boxes.public_id}
    assert buyer.post("/api/v1/orders/agreed/", body).status_code == 422
    assert api(firm.users.auditor).post("/api/v1/orders/agreed/", body).status_code == 403
    answer = buyer.post("/api/v1/orders/agreed/", {**body, "quantity": "10"})
    assert answer.status_code == 201, answer.json()
    assert answer.json()["orders"][0]["net_total"] == "100.00"
    approved(firm, line_of(firm, quantity="300"))
    first = buyer.post("/api/v1/orders/agreements-first/", {"legal_entity": firm.entity.public_id})
    assert (first.status_code, len(first.json()["orders"]), first.json()["left"]) == (201, 1, [])


# -- races --------------------------------------------------------------------


def two_buyers(firm):
    boxes_of(firm)
    approved(firm, line_of(firm, quantity="300"))
    with unit_of_work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    line = demand.lines.get()
    actors = [firm.actor("buyer"), firm.actor("buyer2")]
    return line, [lambda actor=actor: agreed.order_agreed(actor=actor, demand_lines=[line]) for actor in actors]


@pytest.mark.django_db(transaction=True)
def test_of_two_buyers_at_once_one_orders(committed_firm):
    line, tasks = two_buyers(committed_firm)
    answers = at_once(*tasks)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(one) for one in refused] == [RuleBroken], answers
    assert PurchaseOrder.objects.unscoped("test").count() == 1
    line.refresh_from_db()
    assert line.open_quantity == 0
    assert ledger.faults() == ledger.stale() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_believe_that_it_is_open(committed_firm):
    # The lock of the demand line is taken away where it is read; the ledger's own check is what is left then.
    _line, tasks = two_buyers(committed_firm)

    def unlocked(one):
        rows = DemandLine.objects.unscoped("test").select_related("demand", "item", "unit")
        return rows.get(pk=one.pk)

    written = mock.Mock(side_effect=services.create_order)
    with (
        mock.patch.object(planning, "locked_line", meeting_place(unlocked)),
        mock.patch.object(agreed.services, "create_order", written),
    ):
        at_once(*tasks)
    assert written.call_count == 2

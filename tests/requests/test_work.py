"""A statement of work: said in a request, read by approver, suppliers and on the order's letter."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from procurement.awards import services as awards
from procurement.bids import services as bids
from procurement.bids.models import BidLine
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.orders.printing import letter
from procurement.planning import services as planning
from procurement.requests import services
from procurement.requests.deciding import content_of
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.work import WORK
from procurement.tenders import services as tenders
from srm.approvals import services as approvals
from srm.catalog.models import Item
from srm.core import clock
from srm.core.errors import InvalidInput
from srm.flow.perform import perform
from suppliers.portal.pages import portal_url
from tests.requests.conftest import approved, draft, form_data, in_days, line_of, sent

CLEANING = "Clean all windows of hall 2, inside and outside."


@pytest.fixture
def cleaning(firm):
    item = Item(article="SV-1", name_en="Window cleaning", category=firm.tools, base_unit=firm.unit("C62"),
                is_service=True, state="active")  # fmt: skip
    item.refresh_search()
    item.save()
    return item


def work_line(firm, item=None, **values):
    said = {
        "work": f"  {CLEANING} ",
        "deliverables": "Signed protocol",
        "work_from": in_days(5),
        "work_to": in_days(25),
    }
    return {"item": item, "description": "" if item else "Window cleaning", "quantity": "10", "unit": firm.unit("C62"),
            "estimate": "30", **said, **values}  # fmt: skip


def test_it_is_kept_trimmed_and_the_need_ends_with_the_work(firm, cleaning):
    line = draft(firm, work_line(firm, cleaning, accepts_by=firm.users.requester2)).lines.get()
    assert (line.work, line.deliverables, line.work_from, line.work_to) == (
        CLEANING, "Signed protocol", in_days(5), in_days(25),
    )  # fmt: skip
    assert (line.need_by, line.accepts_by, line.amount) == (in_days(25), firm.users.requester2, 300)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"work": " "}, "work"), ({"work": "x" * 4001}, "work"), ({"deliverables": "x" * 4001}, "deliverables"),
     ({"work_from": in_days(9), "work_to": in_days(8)}, "work_to")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_written(firm, values, field):
    with pytest.raises(InvalidInput) as refused:
        draft(firm, line_of(firm), work_line(firm, **values))
    assert list(refused.value.errors) == [f"lines.1.{field}"]
    assert not PurchaseRequest.rows.exists()


def test_goods_carry_no_work_and_nobody_accepts_them_for_another(firm):
    with pytest.raises(InvalidInput) as refused:
        draft(firm, line_of(firm, work=CLEANING, accepts_by=firm.users.requester2))
    assert set(refused.value.errors) == {"lines.0.work", "lines.0.accepts_by"}


@pytest.mark.parametrize("who", ["auditor", "alfa_admin"])
def test_only_who_may_confirm_is_named_to_accept(firm, who):
    with pytest.raises(InvalidInput) as refused:
        draft(firm, work_line(firm, accepts_by=getattr(firm.users, who)))
    assert list(refused.value.errors) == ["lines.0.accepts_by"]


def test_who_accepts_sees_the_request_of_another_department(firm):
    plain, named = draft(firm), draft(firm, work_line(firm, accepts_by=firm.users.requester2))
    seen = PurchaseRequest.objects.visible_to(firm.actor("requester2"))
    assert list(seen) == [named]
    assert plain not in seen


def test_a_copy_moves_the_period_as_far_as_the_need(firm, work, cleaning):
    request = draft(firm, work_line(firm, cleaning))
    with clock.set_to(clock.now() + dt.timedelta(days=100)), work():
        copy = services.copy_request(request, actor=firm.actor("requester")).lines.get()
    assert (copy.work_from, copy.work_to, copy.need_by) == (in_days(105), in_days(125), in_days(125))
    assert copy.work == CLEANING


def test_only_equal_work_is_bought_together(firm, work, cleaning):
    for place in ({}, {}, {"deliverables": "Photos"}, {"work": "Clean the roof."}):
        approved(firm, work_line(firm, cleaning, **place))
    approved(firm, line_of(firm, cleaning, "7", need_by=in_days(25)))
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    assert sorted(demand.lines.values_list("quantity", "need_count")) == [(7, 1), (10, 1), (10, 1), (20, 2)]


def test_returned_work_is_changed_and_no_longer_merged_with_the_old(firm, work):
    request = sent(firm, work_line(firm))
    before = request.lines.get().text_key
    with work():
        approvals.decide(request, actor=firm.actor("approver"), outcome="returned", reason="say which hall")
    with work():
        line = request.lines.get()
        changed = work_line(firm, id=line.public_id, work="Clean hall 3.")
        services.update_request(request, actor=firm.actor("requester"), lines=[changed])
    line.refresh_from_db()
    assert line.work == "Clean hall 3."
    assert line.text_key != before
    assert line.text_key.startswith("window cleaning")


def test_what_is_approved_includes_the_work(firm, work):
    request = sent(firm, work_line(firm))
    read = content_of(request)
    RequestLine.rows.filter(request=request).update(work="Clean hall 3.")
    assert content_of(request) != read
    assert "work" not in content_of(sent(firm))


@pytest.fixture
def ordered(firm, work, cleaning):
    """Its order, through demand, tender, offer and award."""
    approved(firm, work_line(firm, cleaning))
    buyer = firm.actor("buyer")
    with work():
        demand = planning.aggregate(actor=buyer, legal_entity=firm.entity)
        tender = tenders.create_from_demand(actor=buyer, demand_lines=list(demand.lines.all()), title="Windows")
        tenders.invite(tender, actor=buyer, suppliers=[firm.alfa])
    with work():
        tender = perform(tender, "publish", actor=buyer)
    line = tender.all_lines().get()
    offered = {line.public_id: {"price": "29", "deliver_on": in_days(25).isoformat()}}
    with work():
        bids.submit(tender, actor=firm.actor("alfa_admin"), typed={"lines": offered})
    with clock.set_to(tender.deadline + dt.timedelta(minutes=1)):
        with work():
            tender = perform(tender, "open_bids", actor=buyer)
        chosen = {line.public_id: BidLine.rows.get(lot_line=line).public_id}
        with work():
            award = awards.propose(actor=buyer, tender=tender, choice=chosen, reason="the only one")
        with work():
            perform(award, "approve", actor=firm.actor("head"))
    order = PurchaseOrder.rows.get()
    with work():
        return perform(order, "send", actor=buyer), tender


def test_tender_order_and_letter_say_the_same(firm, ordered):
    order, tender = ordered
    said = [CLEANING, "Signed protocol", in_days(5), in_days(25)]
    for line in (tender.all_lines().get(), OrderLine.rows.get(order=order)):
        assert [getattr(line, name) for name in WORK] == said
    printed = letter(order)["lines"][0][1]
    assert printed.startswith("SV-1") or "Window cleaning" in printed
    assert CLEANING in printed
    assert "Signed protocol" in printed


def test_the_supplier_reads_it_in_the_portal_and_staff_on_their_pages(firm, ordered, client_of):
    order, tender = ordered
    supplier = client_of("alfa_admin")
    for address in (portal_url(order), portal_url(tender)):
        page = supplier.get(address).content.decode()
        assert CLEANING in page
        assert "Ivan Petrov" not in page
    buyer = client_of("buyer")
    for document in (order, tender):
        assert CLEANING in buyer.get(document.get_absolute_url()).content.decode()


def test_the_form_takes_it_and_gives_it_back(firm, client_of):
    client = client_of("requester")
    header = {"title": "Windows", "department": firm.assembly, "place": firm.plovdiv, "cost_center": firm.cc_assembly,
              "route": "normal"}  # fmt: skip
    line = work_line(firm, accepts_by=firm.users.requester2)
    answer = client.post("/requests/new/", form_data(header, line))
    assert answer.status_code == 302, re.findall(r"invalid-feedback[^<]*<?", answer.content.decode())
    saved = PurchaseRequest.rows.get()
    assert saved.lines.get().accepts_by == firm.users.requester2
    shown = client.get(saved.get_absolute_url()).content.decode()
    assert CLEANING in shown
    assert "Olga Smirnova" in shown
    assert CLEANING in client.get(f"{saved.get_absolute_url()}edit/").content.decode()


def test_the_api_takes_and_gives_it(firm, client_of):
    body = {
        "title": "Windows", "department": firm.assembly.public_id, "place": firm.plovdiv.public_id,
        "cost_center": firm.cc_assembly.public_id,
        "lines": [{"description": "Window cleaning", "quantity": "10", "unit": "C62", "estimate": "30", "work": CLEANING,
                   "work_to": in_days(25).isoformat(), "accepts_by": firm.users.requester2.public_id}],
    }  # fmt: skip
    client = client_of("requester")
    made = client.post("/api/v1/requests/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    line = made.json()["lines"][0]
    assert (line["work"], line["work_to"], line["need_by"]) == (CLEANING, *[in_days(25).isoformat()] * 2)
    body["lines"][0]["work_from"] = in_days(26).isoformat()
    refused = client.post("/api/v1/requests/", body, content_type="application/json")
    assert (refused.status_code, PurchaseRequest.rows.count()) == (422, 1)
    assert Decimal(line["quantity"]) == 10

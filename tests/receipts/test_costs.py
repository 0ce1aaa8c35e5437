"""Costs and savings flow back to the departments whose needs caused them; each sees its own."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from procurement.orders import costs
from srm.core import clock
from srm.flow.perform import perform
from tests.receipts.conftest import receive
from tests.requests.conftest import approved, line_of

PAGE = "/orders/costs/"
YEAR = (dt.date(2000, 1, 1), dt.date(2100, 1, 1))


@pytest.fixture
def bought(firm, work, needs, order_of):
    """200 bolts for Assembly and 100 for Service, approved at 0.061, ordered together at 0.05; 150 came."""
    approved(firm, line_of(firm, quantity="100"), by="requester2", department=firm.service, cost_center=firm.cc_service)
    order = order_of("pro_rata", quantity=300)
    receive(firm, work, order, 150)
    return order


def test_each_department_gets_its_part_to_the_cent(firm, bought):
    rows = costs.by_department(firm.actor("buyer"), *YEAR)
    assert [(row.department, row.needs, row.approved, row.ordered, row.received, row.saving) for row in rows] == [
        (firm.assembly, 3, Decimal("12.20"), Decimal("10.00"), Decimal("5.00"), Decimal("2.20")),
        (firm.service, 1, Decimal("6.10"), Decimal("5.00"), Decimal("2.50"), Decimal("1.10")),
    ]
    assert sum(row.ordered for row in rows) == bought.base_total


def test_what_a_closed_order_does_not_bring_costs_nothing(firm, work, bought):
    with work():
        perform(bought, "close", actor=firm.actor("buyer"), reason="no more of it")
    rows = costs.by_department(firm.actor("buyer"), *YEAR)
    assert [(row.ordered, row.received) for row in rows] == [(5, 5), (Decimal("2.50"), Decimal("2.50"))]


def test_an_order_counts_in_the_time_in_which_it_was_sent(firm, bought):
    today = clock.today()
    assert len(costs.by_department(firm.actor("buyer"), today, today)) == 2
    before = today - dt.timedelta(days=1)
    assert costs.by_department(firm.actor("buyer"), dt.date(2000, 1, 1), before) == []


def test_a_department_sees_its_own_costs_on_the_page_and_in_the_file(
    firm, bought, client_of, django_assert_max_num_queries
):
    client = client_of("requester2")
    with django_assert_max_num_queries(25):
        page = client.get(PAGE)
    assert [row.department for row in page.context["rows"]] == [firm.service]
    file = client.get(page.context["file_url"])
    table = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert len(table) == 2
    assert table[1][0] == "Service"
    everything = client_of("buyer").get(page.context["file_url"]).content
    table = CalamineWorkbook.from_filelike(io.BytesIO(everything)).get_sheet_by_index(0).to_python()
    ordered_for = table[0].index("Ordered for")
    assert (len(table), round(sum(row[ordered_for] for row in table[1:]), 2)) == (5, 15)
    assert client_of("alfa_admin").get(PAGE).status_code in {403, 404}


def test_a_time_that_cannot_be_is_said_at_its_field(firm, client_of):
    page = client_of("buyer").get(f"{PAGE}?since=2026-05-02&until=2026-05-01")
    assert "This is before the first day." in page.content.decode()
    assert client_of("buyer").get(f"{PAGE}?since=x&until=9999-99-99").status_code == 200


def test_programs_read_the_same(firm, bought):
    from tests.rest.helpers import api

    rows = api(firm.users.requester2).get("/api/v1/department-costs/").json()
    assert [(row["department"], row["ordered"], row["saving"]) for row in rows] == [
        (firm.service.public_id, "5.00", "1.10")
    ]

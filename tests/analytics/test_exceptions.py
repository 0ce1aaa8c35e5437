"""How often departments leave the usual way, what it comes to, and the documents behind every figure."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from html import unescape
from re import findall

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from procurement.analytics import exceptions
from procurement.analytics.exceptions import Figure
from procurement.orders.models import PurchaseOrder
from procurement.requests.models import PurchaseRequest
from srm.approvals import services as approvals
from srm.core import clock
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.people.models import LegalEntity
from tests.requests.conftest import draft, line_of, sent
from tests.requests.test_reviews import decide
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal


def ask(firm, route, amount, by="requester", **header):
    """A sent request of one line that comes to so much."""
    why = "" if route == "normal" else "There is a reason."
    return sent(firm, line_of(firm, quantity="1", estimate=D(amount)), by=by, route=route, route_reason=why, **header)


def of_service(firm):
    return {"by": "requester2", "department": firm.service, "cost_center": firm.cc_service, "place": firm.sofia}


def shop_order(firm, amount, **values):
    """An order as the shop leaves it; how it comes about is told by the shop's own tests."""
    values = {"department": firm.assembly, "state": "sent", "ordered_on": clock.today(), "source": "shop", **values}
    return PurchaseOrder.rows.create(
        legal_entity=firm.entity, supplier=firm.alfa, base_total=D(amount), net_total=D(amount), **values
    )


@pytest.fixture
def year(firm):
    """Assembly: 5 requests, 4 of them exceptional; service: one normal and one urgent. The shop ordered twice."""
    ask(firm, "normal", "100")
    ask(firm, "urgent", "40.10")
    ask(firm, "low_value", "20.20")
    late = [ask(firm, "after_fact", amount) for amount in ("10.10", "5.05")]
    decide(firm, late[0], justified=False, note="The store had one.")
    ask(firm, "normal", "70", **of_service(firm))
    ask(firm, "urgent", "30", **of_service(firm))
    shop_order(firm, "12.50")
    shop_order(firm, "3", source="once")
    shop_order(firm, "7.50")
    shop_order(firm, "999", state="draft", ordered_on=None)
    shop_order(firm, "999", source="manual")
    return late


def report(firm, since=None, until=None):
    today = clock.today()
    rows = exceptions.by_department(firm.entity, since or today.replace(month=1, day=1), until or today)
    return {row.department.code: row for row in rows}


def test_every_route_is_counted_by_department_with_what_it_comes_to(firm, year):
    rows = report(firm)
    assembly, service = rows["assembly"], rows["service"]
    assert list(rows) == ["assembly", "service"]
    assert (assembly.all, assembly.exceptional) == (Figure(5, D("175.45")), Figure(4, D("75.45")))
    assert (assembly.urgent, assembly.low_value) == (Figure(1, D("40.10")), Figure(1, D("20.20")))
    assert assembly.after_fact == Figure(2, D("15.15"))
    assert (assembly.justified, assembly.unjustified) == (Figure(), Figure(1, D("10.10")))
    assert (assembly.unreviewed, assembly.shop) == (Figure(1, D("5.05")), Figure(2, D(20)))
    assert assembly.once == Figure(1, D(3))
    assert (assembly.share, service.share, service.amount_share) == (D("0.8"), D("0.5"), D("0.3"))
    total = exceptions.total_of(rows.values())
    assert (total.all, total.urgent, total.shop) == (Figure(7, D("275.45")), Figure(2, D("70.10")), Figure(2, D(20)))


def test_drafts_and_what_was_refused_or_withdrawn_are_no_exceptions(firm):
    draft(firm, route="urgent", route_reason="Line 2 stops.")
    for outcome in ("returned", "rejected"):
        request = ask(firm, "urgent", "10")
        with unit_of_work():
            approvals.decide(request, actor=firm.actor("approver"), outcome=outcome, reason="not so")
    request = ask(firm, "after_fact", "10")
    with unit_of_work():
        perform(request, "cancel", actor=firm.actor("requester"), reason="not needed")
    assert report(firm) == {}


def test_what_was_sent_outside_the_period_or_for_another_firm_is_left_out(firm, year):
    day = clock.today() - dt.timedelta(days=400)
    PurchaseRequest.rows.filter(department=firm.service).update(sent_on=day)
    assert "service" not in report(firm)
    assert report(firm, day, day)["service"].all == Figure(2, D(100))
    other = LegalEntity.objects.create(code="Q2", name_en="Quadrant Two")
    assert exceptions.by_department(other, day, clock.today()) == []


def test_it_takes_one_statement_for_each_kind_of_figure(firm, year, django_assert_num_queries):
    with django_assert_num_queries(4):  # requests, reviews, orders, and the names of the departments
        exceptions.by_department(firm.entity, clock.today(), clock.today())


def behind(page: str) -> dict[str, str]:
    """The addresses on a page by what they say aloud."""
    return {unescape(words): unescape(url) for url, words in findall(r'<a href="([^"]+)" aria-label="([^"]+)"', page)}


def test_every_figure_opens_exactly_the_documents_behind_it(firm, year, client_of):
    client = client_of("head")
    found = behind(client.get(reverse("analytics:exceptions")).content.decode())
    names = {label for _name, label in exceptions.labels()} - {"Justified"}
    assert {words.partition(", ")[0] for words in found} == names
    for words, url in found.items():
        rows = client.get(url).content.decode().count(" data-href=")
        assert rows == int(words.rpartition(": ")[2]), (words, url)


def test_readers_whose_lists_would_show_less_get_figures_without_links(firm, year, client_of):
    found = behind(client_of("accountant").get(reverse("analytics:exceptions")).content.decode())
    assert {words.partition(", ")[0] for words in found} == {"Ordered without a buyer", "From one-time suppliers"}
    for name in ("requester", "approver", "storekeeper", "administrator"):
        for address in ("exceptions", "exceptions-file"):
            assert client_of(name).get(reverse(f"analytics:{address}")).status_code == 403
        assert api(getattr(firm.users, name)).get("/api/v1/exceptions/").status_code == 403
    assert client_of("alfa_admin").get(reverse("analytics:exceptions")).status_code == 404


def test_the_file_holds_the_figures_of_the_page(firm, year, client_of):
    answer = client_of("auditor").get(reverse("analytics:exceptions-file"))
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    heading, *rows = sheet.iter_rows(values_only=True)
    said = dict(zip(heading, rows[0], strict=True))
    assert (said["Department"], said["After the fact, number"]) == ("Assembly", 2)
    assert D(str(said["All requests, amount"])) == D("175.45")
    assert said["Exceptions, per cent of requests"] == 80


def test_the_report_over_the_api(firm, year):
    program = api(firm.users.buyer)
    body = program.get("/api/v1/exceptions/").json()
    assert (body["legal_entity"], body["currency"]) == (firm.entity.public_id, "EUR")
    first = body["departments"][0]
    assert (first["department"], first["low_value"]) == (firm.assembly.public_id, {"count": 1, "amount": "20.20"})
    today = clock.today()
    tomorrow = (today + dt.timedelta(days=1)).isoformat()
    assert program.get(f"/api/v1/exceptions/?since={tomorrow}&until={tomorrow}").json()["departments"] == []


@pytest.mark.parametrize(
    "query", ["since=soon", "until=2020-13-01", "since=2026-02-01&until=2026-01-01", "legal_entity=x"]
)
def test_a_wrong_question_is_answered_at_its_field(firm, client_of, query):
    assert api(firm.users.buyer).get(f"/api/v1/exceptions/?{query}").status_code == 400
    page = client_of("buyer").get(f"{reverse('analytics:exceptions')}?{query}")
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert client_of("buyer").get(f"{reverse('analytics:exceptions-file')}?{query}").status_code == 422

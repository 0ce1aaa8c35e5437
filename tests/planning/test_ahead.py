"""Who waits for something reads who buys it and when it is likely to be there, and how anybody knows."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.requests import ahead
from procurement.requests.ahead import Likely, Source
from procurement.requests.models import Allocation, RequestLine
from srm.core import clock
from tests.requests.conftest import approved, line_of
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db
D = Decimal


def likely(request):
    lines = list(request.lines.select_related("item").order_by("position"))
    found = ahead.likely_of(lines)
    return [found.get(line.pk) for line in lines]


def after(days):
    return clock.today() + dt.timedelta(days=days)


@pytest.fixture
def request_of_two(firm):
    """Bolts, and three boxes of gloves."""
    return approved(firm, line_of(firm), line_of(firm, firm.gloves, "3"))


def took(firm, *days):
    """Gloves that came so many days after they were asked for."""
    for number in days:
        request = approved(firm, line_of(firm, firm.gloves, "1"))
        line = request.lines.get()
        type(request).rows.filter(pk=request.pk).update(created_at=clock.now() - dt.timedelta(days=number, hours=1))
        Allocation.rows.create(
            request_line=line, stage="received", quantity=1, document_kind="x", document_id="x", line_id=1
        )


def test_nothing_is_made_up_where_nothing_is_known(request_of_two):
    assert likely(request_of_two) == [ahead.UNKNOWN, ahead.UNKNOWN]


def test_the_delivery_time_on_file_and_else_what_such_needs_took(firm, request_of_two):
    sell(firm, firm.alfa, firm.bolt, {"price": D("0.05")}, lead_days=6)
    took(firm, 10, 12)
    assert likely(request_of_two)[1] == ahead.UNKNOWN, "two of the past say nothing yet"
    took(firm, 90)
    assert likely(request_of_two) == [Likely(after(6), Source.DELIVERY), Likely(after(12), Source.PAST)]


def test_what_was_promised_goes_before_and_what_came_is_not_awaited(firm, request_of_two):
    sell(firm, firm.alfa, firm.bolt, {"price": D("0.05")}, lead_days=6)
    first, second = request_of_two.lines.order_by("position")
    RequestLine.rows.filter(pk=first.pk).update(next_on=after(3))
    RequestLine.rows.filter(pk=second.pk).update(open_quantity=0, done_quantity=3)
    assert likely(request_of_two) == [Likely(after(3), Source.PROMISED), None]


def test_on_the_page_and_over_the_api_for_who_may_see_the_request(firm, client_of, request_of_two):
    firm.fasteners.buyer = firm.users.buyer
    firm.fasteners.save(update_fields=["buyer"])
    sell(firm, firm.alfa, firm.bolt, {"price": D("0.05")}, lead_days=6)
    page = client_of("requester").get(request_of_two.get_absolute_url()).content.decode()
    assert "Who buys it, and when" in page
    part = reverse("planning:ahead", args=[request_of_two.public_id])
    assert part in page
    assert client_of("requester2").get(part).status_code == 404
    page = client_of("requester").get(part).content.decode()
    assert "Maria Koleva" in page
    assert "by the usual delivery time" in page
    address = f"/api/v1/requests/{request_of_two.public_id}/ahead/"
    rows = client_of("requester").get(address).json()
    assert [(row["position"], row["bought_by"], row["likely_on"], row["known_by"]) for row in rows] == [
        (1, "Maria Koleva", after(6).isoformat(), "delivery"), (2, "", None, "unknown")
    ]  # fmt: skip
    assert client_of("requester2").get(address).status_code == 404
    assert client_of("alfa_admin").get(address).status_code in {403, 404}

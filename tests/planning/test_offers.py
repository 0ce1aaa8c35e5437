"""What suppliers offer, beside a need: on the board, on a demand, and in merging."""

from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.planning.models import Demand
from tests.requests.conftest import approved, in_days, line_of
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db
D = Decimal
BOARD = reverse("planning:board")
LOWER = "9.10\N{NO-BREAK SPACE}EUR"


@pytest.fixture
def bolts(firm):
    """Alfa sells bolts, a hundred at least: 10 euros for one, 9.10 from 120, 9.05 from 5000."""
    return sell(
        firm, firm.alfa, firm.bolt, {"price": D("10")}, {"price": D("9.10"), "from_quantity": D(120)},
        {"price": D("9.05"), "from_quantity": D(5000)}, min_quantity=D(100),
    )  # fmt: skip


def test_smallest_order_and_next_price_stand_beside_a_need(firm, bolts, client_of, django_assert_max_num_queries):
    approved(firm, line_of(firm, quantity="80"), line_of(firm, firm.gloves, "5"))
    client = client_of("buyer")
    with django_assert_max_num_queries(25):
        page = client.get(BOARD)
    (group,) = [group for group in page.context["groups"] if group.item == firm.bolt]
    (one,) = group.offers
    assert (one.quantity, one.surplus, one.offer.more, one.offer.next_price, one.reachable) == (
        100,
        20,
        20,
        D("9.10"),
        False,
    )
    text = page.content.decode()
    assert all(words in text for words in ("Smallest order 100", "needed 80", f"more reach {LOWER}"))
    assert [group.offers for group in page.context["groups"] if group.item != firm.bolt] == [()]
    client.post(BOARD, {"all": "1", "window_days": "7"})
    demand = Demand.objects.unscoped("test").get()
    with django_assert_max_num_queries(25):
        page = client.get(demand.get_absolute_url())
    assert f"more reach {LOWER}" in page.content.decode()


def test_needs_of_another_place_that_reach_the_price_join_when_asked(firm, bolts, client_of):
    approved(firm, line_of(firm, quantity="80"), line_of(firm, quantity="30", place=firm.sofia, need_by=in_days(60)))
    approved(firm, line_of(firm, quantity="500", place=firm.sofia, need_by=in_days(80)))
    client = client_of("buyer")
    groups = client.get(BOARD).context["groups"]
    first = next(group for group in groups if group.place == firm.plovdiv)
    assert first.offers[0].reachable
    # The earliest is enough: 100 are the least that is sold, 20 more reach the price.
    client.post(BOARD, {"marks": first.mark, "window_days": "7", "reach": "on"})
    demand = Demand.objects.unscoped("test").get()
    assert sorted(line.quantity for line in demand.lines.all()) == [30, 80]


def test_nothing_joins_where_it_would_not_be_enough(firm, bolts, client_of):
    approved(firm, line_of(firm, quantity="200"), line_of(firm, quantity="30", place=firm.sofia))
    client = client_of("buyer")
    first = next(group for group in client.get(BOARD).context["groups"] if group.place == firm.plovdiv)
    client.post(BOARD, {"marks": first.mark, "window_days": "7", "reach": "on"})
    assert [line.quantity for line in Demand.objects.unscoped("test").get().lines.all()] == [200]

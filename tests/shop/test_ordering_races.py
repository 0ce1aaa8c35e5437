"""Two requests that draw the last of an agreement at the same moment: one gets it."""

from decimal import Decimal

import pytest

from procurement.orders import drawing
from procurement.orders.models import PurchaseOrder
from procurement.shop import ordering, selectors
from procurement.shop.models import Left, ShopChoice
from srm.flow.uow import unit_of_work
from suppliers.items.drawing import drawn_of
from tests.races import at_once, meeting_place
from tests.shop.test_ordering import approve, make_rule
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def two_of(firm):
    """Two approved requests for 300 of the 500 bolts that F-12 holds in all."""
    firm.fasteners.segment = "noncritical"
    firm.fasteners.save(update_fields=["segment"])
    make_rule(firm)
    bolts = sell(firm, firm.alfa, firm.bolt, {"price": D("0.05"), "total_quantity": D(500)}, lead_days=5)
    requests = [approve(firm, (bolts, 300)) for _no in range(2)]
    return bolts, [lambda request=request: ordering.order_choices(request) for request in requests]


def approved(bolts) -> tuple[int, Decimal]:
    done = PurchaseOrder.rows.exclude(state="draft").count()
    return done, drawn_of([bolts.pk])[bolts.pk, "F-12", "EUR"].quantity


def test_of_two_who_draw_the_last_of_an_agreement_one_gets_it(committed_firm, monkeypatch):
    bolts, tasks = two_of(committed_firm)
    monkeypatch.setattr(selectors, "agreed_offers", meeting_place(selectors.agreed_offers))
    answers = at_once(*tasks)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert approved(bolts) == (1, 300)
    assert sorted(ShopChoice.rows.values_list("left", flat=True)) == ["", Left.LIMIT]


def test_had_both_read_before_either_wrote_more_would_be_drawn_than_the_agreement_holds(committed_firm, monkeypatch):
    bolts, tasks = two_of(committed_firm)
    read = selectors.agreed_offers({bolts: D(300)})
    monkeypatch.setattr(selectors, "agreed_offers", lambda _wanted: read)
    monkeypatch.setattr(drawing, "refuse_beyond", lambda _order: None)
    for task in tasks:
        with unit_of_work():
            task()
    assert approved(bolts) == (2, 600)

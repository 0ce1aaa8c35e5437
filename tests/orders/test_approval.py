"""Orders under approval rules: sent as a draft, approved by the last who is asked; small ones add up."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.orders import deciding, services
from procurement.orders.models import PurchaseOrder
from srm.approvals import selectors
from srm.approvals import services as approvals
from srm.approvals.models import Accumulated, ApprovalRule, ApprovalStep
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.notify.models import Notice
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit(firm):
    """From 3,000 on the head of procurement decides on orders."""
    return ApprovalRule.objects.create(kind=deciding.KIND, who="role", role="head", min_amount=3000)


@pytest.fixture
def write(firm, work):
    def make(price, by="buyer"):
        line = {"item": firm.bolt, "quantity": "1", "unit": firm.unit("C62"), "price": Decimal(price),
                "need_by": clock.today() + dt.timedelta(days=20)}  # fmt: skip
        with work():
            return services.create_order(
                actor=firm.actor(by), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv, lines=[line]
            )

    return make


def asked(firm, work, order, by="buyer"):
    with work():
        return deciding.ask(order, actor=firm.actor(by))


def state(order):
    return PurchaseOrder.rows.get(pk=order.pk).state


def test_below_the_limit_one_click_is_enough_and_nothing_can_be_asked(firm, work, write, limit):
    order = write("2999.99")
    with pytest.raises(RuleBroken, match="No rule asks"):
        asked(firm, work, order)
    with work():
        assert perform(order, "approve", actor=firm.actor("head")).state == "approved"


def test_from_the_limit_on_only_a_complete_route_approves(firm, work, write, limit):
    order = write("3000")
    with pytest.raises(RuleBroken, match="Send it for approval"), work():
        perform(order, "approve", actor=firm.actor("head"))
    asked(firm, work, order)
    assert state(order) == "draft"
    with pytest.raises(RuleBroken, match="waits for its approval already"):
        asked(firm, work, order)
    with pytest.raises(RuleBroken, match="not been through"), work():
        perform(order, "approve", actor=firm.actor("head"))
    with pytest.raises(RuleBroken), work():
        approvals.decide(order, actor=firm.actor("buyer"), outcome="approved")
    with work():
        approvals.decide(order, actor=firm.actor("head"), outcome="approved")
    assert state(order) == "approved"
    assert PurchaseOrder.rows.get(pk=order.pk).number


def test_many_small_orders_add_up(firm, work, write, limit):
    small = write("2000")
    with work():
        perform(small, "approve", actor=firm.actor("head"))
    second = write("1500")
    with pytest.raises(RuleBroken, match="Send it for approval"), work():
        perform(second, "approve", actor=firm.actor("head"))
    asked(firm, work, second)
    assert ApprovalStep.objects.unscoped("test").get().by_sum == 3500
    with work():
        perform(PurchaseOrder.rows.get(pk=small.pk), "cancel", actor=firm.actor("head"), reason="not needed")
    assert [row.document_id for row in Accumulated.objects.all()] == [second.public_id]


def test_sent_back_it_stays_a_draft_and_its_author_is_told(firm, work, write, limit):
    order = asked(firm, work, write("5000"))
    with work():
        approvals.decide(order, actor=firm.actor("head"), outcome="returned", reason="ask for a discount")
    assert state(order) == "draft"
    told = Notice.objects.unscoped("test").get(kind="approvals.answered")
    assert (told.user, told.body) == (firm.users.buyer, "ask for a discount")
    asked(firm, work, PurchaseOrder.rows.get(pk=order.pk))


def test_an_edit_of_what_is_asked_for_asks_again_a_note_does_not(firm, work, write, limit):
    order = asked(firm, work, write("5000"))
    first = selectors.route_of(order)
    with work():
        services.update_order(order, actor=firm.actor("buyer2"), note="ring the bell")
    assert selectors.route_of(order).pk == first.pk
    with work():
        services.update_order(PurchaseOrder.rows.get(pk=order.pk), actor=firm.actor("buyer2"), payment_days=90)
    fresh = selectors.route_of(order)
    assert fresh.pk != first.pk
    assert firm.users.buyer2.person_id in fresh.barred, "who edited it never approves it"


def test_who_wrote_it_never_approves_it(firm, work, write, limit):
    firm.users.buyer.grants.create(role="head")
    order = asked(firm, work, write("5000"))
    with pytest.raises(RuleBroken, match="had a part"), work():
        approvals.decide(order, actor=firm.actor("buyer"), outcome="approved")
    assert state(order) == "draft"


def test_pages_and_programs(firm, client_of, write, limit, django_assert_max_num_queries):
    order = write("5000")
    buyer = client_of("buyer")
    with django_assert_max_num_queries(25):
        page = buyer.get(order.get_absolute_url()).content.decode()
    assert "Send for approval" in page
    assert api(firm.users.storekeeper).post(f"/api/v1/orders/{order.public_id}/ask-approval/").status_code == 403
    answer = api(firm.users.buyer).post(f"/api/v1/orders/{order.public_id}/ask-approval/")
    assert (answer.status_code, answer.json()["state"]) == (200, "draft")
    step = ApprovalStep.objects.unscoped("test").get()
    decide = client_of("head").get(f"/approvals/decisions/{step.public_id}/").content.decode()
    assert "Alfa Metal" in decide
    answer = api(firm.users.head).post(f"/api/v1/approvals/{step.public_id}/decide/", {"outcome": "approved"})
    assert answer.status_code == 200, answer.content
    assert state(order) == "approved"

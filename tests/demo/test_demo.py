"""The demo company, loaded with a short history: every state is there, the books agree, everybody gets in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kraljic.models import Assessment
from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.integrations.models import LedgerExport
from procurement.orders.models import PurchaseOrder
from procurement.receipts.models import GoodsReceipt
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.selectors import with_state
from procurement.requests.states import HeaderState
from procurement.tenders.models import Tender
from srm.approvals.models import ApprovalRoute
from srm.audit.models import AuditEvent
from srm.catalog.models import Category, Item
from srm.core import clock
from srm.home.demo import accounts
from srm.home.demo.words.people import PASSWORD
from srm.home.verify import checks
from srm.notify.models import Notice
from srm.outbox.models import OutboxEvent
from srm.people.models import User
from suppliers.registry.models import Supplier

LIFECYCLES = [
    Item, Supplier, RequestLine, Tender, Bid, Award, PurchaseOrder, GoodsReceipt, LedgerExport, Assessment,
]  # fmt: skip
LOG_INS = list(accounts.log_ins())


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", LIFECYCLES, ids=lambda model: model.__name__)
def test_every_state_of_every_lifecycle_occurs(company, model):
    assert set(
        model.rows.values_list("state", flat=True)
        if hasattr(model, "rows")
        else model.objects.values_list("state", flat=True)
    ) == set(model.State.values)


def test_requests_stand_in_every_state(company):
    found = set(with_state(PurchaseRequest.rows.all()).values_list("derived", flat=True))
    assert found == set(HeaderState.values)


def test_the_books_agree(company):
    assert {name: found for name, found in checks() if found} == {}


def test_every_quadrant_has_categories(company):
    assert set(Category.objects.exclude(segment="").values_list("segment", flat=True)) == set(Category.Segment.values)


def test_approvals_wait_for_each_kind_of_approver(company):
    waiting = ApprovalRoute.rows.filter(outcome="open")
    asked = {
        (step.who, step.user.email if step.user else step.role)
        for route in waiting
        for step in route.steps.filter(outcome="waiting")
    }
    assert {"petya.ilieva@demo.example", "georgi.dimitrov@demo.example", "head"} <= {who for _kind, who in asked}


def test_a_tender_takes_offers_and_nobody_sees_them(company):
    tender = Tender.rows.get(state="published", title__startswith="Stainless")
    assert tender.deadline > clock.now()
    assert set(Bid.rows.filter(tender=tender).values_list("state", flat=True)) == {"draft", "submitted", "withdrawn"}
    assert not tender.opened_at


def test_orders_are_late_and_in_part_here(company):
    open_orders = PurchaseOrder.rows.filter(state="confirmed")
    assert open_orders.filter(due_on__lt=clock.today()).exists()
    assert open_orders.filter(lines__received_quantity__gt=0).exists()


def test_nothing_is_dated_after_now(company):
    assert not AuditEvent.objects.filter(at__gt=clock.now()).exists()
    assert not Notice.rows.filter(created_at__gt=clock.now()).exists()


def test_no_mail_waits_to_be_sent_and_the_feed_is_numbered(company):
    assert not OutboxEvent.rows.filter(kind="mail").exists()
    assert not OutboxEvent.rows.filter(dispatched_at=None).exists()


def test_inboxes_hold_what_is_new(company):
    unread = Notice.rows.filter(read_at=None)
    assert unread.exists()
    assert unread.count() < Notice.rows.count()


@pytest.mark.parametrize(("role", "email", "language"), LOG_INS, ids=[role for role, _email, _language in LOG_INS])
def test_everybody_gets_in_with_the_printed_password(company, role, email, language):
    assert email in company
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert client.session.get("_auth_user_id") == str(User.objects.get(email=email).pk)
    page = client.get("/", follow=True)
    assert page.status_code == 200


def test_a_second_run_changes_nothing_and_prints_the_log_ins_again(company):
    before = AuditEvent.objects.count()
    for options in ({"if_empty": True}, {}):
        out = StringIO()
        call_command("demo", stdout=out, **options)
        assert accounts.table() in out.getvalue()
    assert AuditEvent.objects.count() == before


def test_the_printed_text_says_how_far_it_is_and_who_may_log_in(company):
    assert "Demo company: items 400" in company
    assert "Demo company loaded in" in company


# ------------------------------------------------------------------------------------------------ refusals


def test_production_refuses_without_force(settings):
    settings.PROFILE = "production"
    with pytest.raises(CommandError, match="production"):
        call_command("demo")


def test_an_installation_in_use_is_left_alone(firm):
    before = AuditEvent.objects.count()
    with pytest.raises(CommandError, match="data already"):
        call_command("demo")
    call_command("demo", if_empty=True)
    assert AuditEvent.objects.count() == before
    assert not PurchaseOrder.rows.exists()

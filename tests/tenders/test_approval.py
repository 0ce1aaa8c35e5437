"""Tenders under approval rules: sent as a draft, approved by the last who is asked; those of a year add up."""

from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse

from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning import services as planning
from procurement.tenders import deciding, ruling, services
from procurement.tenders.models import Invitation, Tender
from srm.approvals import selectors
from srm.approvals import services as approvals
from srm.approvals.models import Accumulated, ApprovalRule, ApprovalStep
from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.errors import NotAllowed, RuleBroken
from srm.flow.perform import available, perform
from srm.notify.models import Notice
from tests.awards.conftest import best
from tests.bids.conftest import offer, open_up
from tests.requests.conftest import approved as request_approved
from tests.requests.conftest import line_of
from tests.tenders.conftest import draft, line

pytestmark = pytest.mark.django_db
D = Decimal
MIGRATIONS = Path(apps.get_app_config("procurement").path) / "migrations"


def fresh(tender):
    return Tender.rows.get(pk=tender.pk)


def ask(firm, work, tender, by="buyer"):
    with work():
        return deciding.ask(fresh(tender), actor=firm.actor(by))


def decide(firm, work, tender, by="budget_owner", outcome="approved", reason=""):
    with work():
        return approvals.decide(fresh(tender), actor=firm.actor(by), outcome=outcome, reason=reason)


def approve(firm, work, tender):
    ask(firm, work, tender)
    return decide(firm, work, tender)


def push(firm, work, tender):
    with work():
        return perform(fresh(tender), "publish", actor=firm.actor("buyer"))


def counted():
    return {row.document_id: row.amount for row in Accumulated.objects.filter(document_kind=ruling.KIND)}


# ------------------------------------------------------------------------------------------------ without, below, above


def test_without_a_rule_a_tender_is_published_at_once_and_nobody_is_asked(firm, work, write):
    tender = write("900000")
    with pytest.raises(RuleBroken, match="No rule asks"):
        ask(firm, work, tender)
    assert push(firm, work, tender).state == "published"
    assert not ApprovalStep.objects.unscoped("test").exists()
    assert counted() == {tender.public_id: 900000}, "it counts for those that come after a rule is written"


def test_rules_for_other_kinds_of_documents_do_not_touch_tenders(firm, work, write):
    ApprovalRule.objects.create(kind="procurement.purchaseorder", who="role", role="head", min_amount=1)
    assert push(firm, work, write("5000")).state == "published"


def test_below_the_limit_it_is_published_at_once(firm, work, write, limit):
    tender = write("2999.99")
    with pytest.raises(RuleBroken, match="No rule asks"):
        ask(firm, work, tender)
    assert push(firm, work, tender).state == "published"


def test_from_the_limit_on_it_goes_from_buyer_to_budget_owner_and_back(firm, work, write, limit, client_of):
    tender = write("3000")
    with pytest.raises(RuleBroken, match="Send it for approval"):
        push(firm, work, tender)
    ask(firm, work, tender)
    assert (fresh(tender).state, bool(fresh(tender).number)) == ("draft", True)
    with pytest.raises(RuleBroken, match="waits for its approval already"):
        ask(firm, work, tender)
    with pytest.raises(RuleBroken, match="waits for Budget owner"):
        push(firm, work, tender)
    with pytest.raises(RuleBroken, match="It waits for"):
        decide(firm, work, tender, by="buyer2")
    assert Notice.objects.unscoped("test").filter(kind="approvals.waiting", user=firm.users.budget_owner).exists()
    step = ApprovalStep.objects.unscoped("test").get()
    owner = client_of("budget_owner")
    page = owner.get(f"/approvals/decisions/{step.public_id}/").content.decode()
    for words in ("3,000.00", "Alfa Metal, Beta Stahl", "Bolt M8x40"):
        assert words in page
    assert f"/tenders/{tender.public_id}/" not in page, "who may not see tenders gets no link to one"
    assert owner.get(f"/tenders/{tender.public_id}/").status_code in (403, 404)
    assert owner.post("/approvals/", {"ids": [step.public_id]}).status_code == 302
    assert fresh(tender).state == "approved"
    told = Notice.objects.unscoped("test").get(kind="tenders.approved")
    assert told.user == firm.users.buyer
    assert not Invitation.rows.filter(tender=tender).exclude(sent_at=None).exists(), "no supplier knows yet"
    assert push(firm, work, tender).state == "published"
    verbs = list(AuditEvent.objects.filter(root_id=tender.public_id).order_by("pk").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb in ("sent_for_approval", "step_approved", "approve", "publish")] == [
        "sent_for_approval", "step_approved", "approve", "publish",
    ]  # fmt: skip


def test_an_approved_tender_is_unknown_to_suppliers(firm, work, write, limit, client_of):
    tender = write("3000")
    approve(firm, work, tender)
    supplier = firm.actor("alfa_admin")
    address = reverse("portal-bids:tender-offer", args=[tender.public_id])
    assert not Tender.objects.visible_to(supplier).exists()
    assert client_of("alfa_admin").get(address).status_code == 404
    push(firm, work, tender)
    assert client_of("alfa_admin").get(address).status_code == 200


@pytest.mark.parametrize(("outcome", "word"), [("returned", "Sent back"), ("rejected", "Refused")])
def test_sent_back_or_refused_it_stays_a_draft_and_its_buyer_is_told(firm, work, write, limit, outcome, word):
    tender = write("5000")
    ask(firm, work, tender)
    decide(firm, work, tender, outcome=outcome, reason="ask a third supplier")
    assert fresh(tender).state == "draft"
    told = Notice.objects.unscoped("test").get(kind="approvals.answered")
    assert (told.user, told.body, word in told.title) == (firm.users.buyer, "ask a third supplier", True)
    assert counted() == {}
    ask(firm, work, tender)
    decide(firm, work, tender)
    assert fresh(tender).state == "approved"


def test_what_is_not_ready_to_be_published_is_not_sent(firm, work, write, limit):
    with pytest.raises(RuleBroken, match="Invite at least"):
        ask(firm, work, write("5000", suppliers=[]))
    with pytest.raises(RuleBroken, match="Set a deadline first"):
        ask(firm, work, write("5000", deadline=None))
    with pytest.raises(NotAllowed):
        ask(firm, work, write("5000"), by="evaluator")
    assert not ApprovalStep.objects.unscoped("test").exists()


# ------------------------------------------------------------------------------------------------ the sum of the year


def test_a_purchase_split_over_two_tenders_is_noticed(firm, work, write, limit, client_of):
    first = push(firm, work, write("2000", title="Bolts, first half"))
    second = write("1500")
    with pytest.raises(RuleBroken, match="Send it for approval"):
        push(firm, work, second)
    ask(firm, work, second)
    step = ApprovalStep.objects.unscoped("test").get()
    assert step.by_sum == 3500
    page = client_of("budget_owner").get(f"/approvals/decisions/{step.public_id}/").content.decode()
    assert "Bolts, first half" in page.split('id="beside"')[1]
    assert "3,500.00" in page
    assert first.state == "published"


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_what_came_to_nothing_counts_no_more(firm, work, write, limit, end):
    first = push(firm, work, write("2000"))
    moment = clock.now() if end == "cancel" else first.deadline
    with clock.set_to(moment), work():
        perform(fresh(first), end, actor=firm.actor("buyer"), **({"reason": "not needed"} if end == "cancel" else {}))
    assert counted() == {}
    assert push(firm, work, write("1500")).state == "published"


def test_another_category_or_a_rule_that_does_not_count_is_no_sum(firm, work, write, limit):
    push(firm, work, write("2000"))
    gloves = draft(firm, work, lines=[line(firm, firm.gloves, quantity="1", baseline=D(1500))])
    assert push(firm, work, gloves).state == "published"
    limit.accumulates = False
    limit.save()
    assert push(firm, work, write("1500")).state == "published"


def order_for(firm, work, price):
    values = {"item": firm.bolt, "quantity": "1", "unit": firm.unit("C62"), "price": D(price), "need_by": clock.today()}
    with work():
        order = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv, lines=[values]
        )
    with work():
        return perform(order, "approve", actor=firm.actor("head"))


def test_orders_that_came_out_of_no_tender_count_beside_tenders(firm, work, write, limit, client_of):
    order = order_for(firm, work, "2000")
    tender = write("1500")
    ask(firm, work, tender)
    step = ApprovalStep.objects.unscoped("test").get()
    page = client_of("budget_owner").get(f"/approvals/decisions/{step.public_id}/").content.decode()
    assert PurchaseOrder.rows.get(pk=order.pk).number in page.split('id="beside"')[1]
    decide(firm, work, tender, outcome="returned", reason="order it under the agreement")
    with pytest.raises(RuleBroken, match="Send it for approval"):
        push(firm, work, tender)
    with work():
        perform(PurchaseOrder.rows.get(pk=order.pk), "cancel", actor=firm.actor("head"), reason="not needed")
    assert push(firm, work, tender).state == "published"


def test_what_a_tender_led_to_is_not_counted_twice(firm, work, write, limit):
    from procurement.awards import services as awards

    tender = push(firm, work, write("2000"))
    offer(firm, work, tender, "alfa_admin", ("1900",))
    opened = open_up(work, tender)
    buyer = firm.actor("buyer")
    with work():
        award = awards.propose(actor=buyer, tender=opened, choice=best(opened, buyer))
    with work():
        perform(award, "approve", actor=firm.actor("head"))
    order = PurchaseOrder.rows.get()
    assert (order.state, Accumulated.objects.get(document_id=order.public_id).amount) == ("approved", 1900)
    assert push(firm, work, write("999.99")).state == "published", "2,000 and 999.99; the order is of the first"


def test_what_is_published_by_approval_counts_once_at_its_worth(firm, work, write, limit):
    tender = write("3000")
    approve(firm, work, tender)
    assert counted() == {tender.public_id: 3000}
    push(firm, work, tender)
    assert counted() == {tender.public_id: 3000}


def test_tenders_published_before_there_were_rules_for_them_count_after_an_upgrade(firm, work, write):
    migration = import_module(
        next(f"procurement.migrations.{one.stem}" for one in MIGRATIONS.glob("*_tender_approval.py"))
    )
    published, _draft = push(firm, work, write("2000", currency="BGN")), write("700")
    by_service = counted()
    Accumulated.objects.all().delete()
    migration.count_published(apps, None)
    assert counted() == by_service == {published.public_id: D("1022.58")}


# ------------------------------------------------------------------------------------------------ what it is worth


def test_a_low_baseline_dodges_nothing_that_was_asked_for(firm, work, limit):
    request_approved(firm, line_of(firm, quantity="100", estimate="40"))
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    with work():
        tender = services.create_from_demand(
            actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()), suppliers=[firm.alfa]
        )
    rows = [{"id": one.public_id, "baseline": D("0.01")} for one in tender.all_lines()]
    with work():
        services.update_tender(tender, actor=firm.actor("buyer"), lines=rows)
    found = ruling.ruling_of(fresh(tender))
    assert (found.worth.total, found.asks) == (4000, True)
    assert (found.needs.paths, found.needs.centers) == (("/assembly/",), {firm.cc_assembly.pk})


def test_where_rules_go_by_amounts_every_line_has_one(firm, work, limit):
    words = {"item": None, "description": "Anchors", "unit": firm.unit("C62")}
    tender = draft(firm, work, lines=[{**line(firm, quantity="1", baseline=None), **words}])
    for sentence in ("Give a baseline price for “Anchors”", "Choose the category of the tender"):
        with pytest.raises(RuleBroken, match=sentence):
            push(firm, work, tender)
    ApprovalRule.objects.all().update(is_active=False)
    assert push(firm, work, tender).state == "published"


def test_an_unknown_exchange_rate_is_said_and_nothing_is_published(firm, work, limit):
    tender = draft(firm, work, lines=[line(firm, quantity="1", baseline=D(9))], currency="JPY")
    with pytest.raises(RuleBroken, match="no exchange rate JPY to EUR"):
        push(firm, work, tender)


def test_rules_fit_by_department_cost_centre_and_segment_of_what_is_behind_it(firm, work, write):
    request_approved(firm, line_of(firm, quantity="100"))
    request_approved(
        firm, line_of(firm, quantity="1"), by="requester2", department=firm.service, place=firm.plovdiv,
        cost_center=firm.cc_service,
    )  # fmt: skip
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    with work():
        tender = services.create_from_demand(
            actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()), suppliers=[firm.alfa]
        )
    for condition, fits in (
        ({"department": firm.service}, True), ({"department": firm.finance}, False),
        ({"cost_center": firm.cc_service}, True), ({"segment": "strategic"}, False), ({"category": firm.tools}, False),
    ):  # fmt: skip
        ApprovalRule.objects.all().delete()
        ApprovalRule.objects.create(kind=ruling.KIND, who="role", role="head", **condition)
        assert ruling.ruling_of(fresh(tender)).asks is fits, condition
    firm.fasteners.segment = "strategic"
    firm.fasteners.save(update_fields=["segment"])
    ApprovalRule.objects.update(category=None, segment="strategic")
    assert ruling.ruling_of(fresh(tender)).asks


# ------------------------------------------------------------------------------------------------ who may not


def test_whoever_wrote_edited_or_invited_never_approves_nor_whoever_asked_for_it(firm, work, limit):
    request_approved(firm, line_of(firm, quantity="100", estimate="40"))
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    for name in ("buyer", "buyer2", "requester"):
        getattr(firm.users, name).grants.create(role="budget_owner")
    with work():
        tender = services.create_from_demand(actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()))
    with work():
        services.invite(fresh(tender), actor=firm.actor("buyer2"), suppliers=[firm.alfa])
    ask(firm, work, tender)
    for name in ("buyer", "buyer2", "requester"):
        with pytest.raises(RuleBroken, match="had a part"):
            decide(firm, work, tender, by=name)
    assert fresh(tender).state == "draft"
    decide(firm, work, tender)
    assert fresh(tender).state == "approved"


def test_where_nobody_may_decide_it_is_not_sent_and_nothing_changes(firm, work, write):
    ApprovalRule.objects.create(kind=ruling.KIND, who="user", user=firm.users.head)
    tender = write("100", actor="head")
    with pytest.raises(RuleBroken, match="Nobody may decide step 1"):
        ask(firm, work, tender, by="head")
    assert (fresh(tender).number, counted()) == ("", {})


def test_who_took_it_over_after_it_was_sent_does_not_approve_it(firm, work, write, limit, client_of):
    tender = write("5000")
    ask(firm, work, tender)
    firm.users.buyer2.grants.create(role="budget_owner")
    with work():
        services.update_tender(fresh(tender), actor=firm.actor("buyer"), buyer=firm.users.buyer2)
    assert selectors.route_of(tender).outcome == "open", "nobody is asked again"
    with pytest.raises(RuleBroken, match="You are its buyer"):
        decide(firm, work, tender, by="buyer2")
    page = client_of("buyer2").get(tender.get_absolute_url()).content.decode()
    assert "You are its buyer" in page
    assert fresh(tender).state == "draft"
    decide(firm, work, tender)
    assert fresh(tender).state == "approved"


def test_only_approvals_approve(firm, work, write, limit):
    tender = write("5000")
    assert "approve" not in {one.name for one in available(tender, firm.actor("head"))}
    with pytest.raises(RuleBroken, match="not been through"), work():
        perform(tender, "approve", actor=firm.actor("head"))
    with pytest.raises(NotAllowed), work():
        perform(tender, "approve", actor=firm.actor("buyer"))
    assert fresh(tender).state == "draft"

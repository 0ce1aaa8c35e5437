"""Splitting dodges no limit: what adds up over the year chooses who decides."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from procurement.requests.models import RequestLine
from srm.approvals import services
from srm.approvals.models import Accumulated, ApprovalStep
from srm.catalog.models import Category
from srm.flow.perform import perform
from srm.people.models import LegalEntity
from tests.approvals.conftest import asked
from tests.requests.conftest import line_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit(rule, no_rules):
    """From 100 on the head of procurement decides, too."""
    rule(who="head")
    return rule(order=2, who="role", role="head", min_amount=100)


def steps(request):
    rows = ApprovalStep.objects.unscoped("test").filter(route__document_id=request.public_id).order_by("order")
    return [step.role or step.user.email.split("@")[0] for step in rows]


def costing(firm, price, **values):
    """A request for one thing of `price`, sent."""
    return sent(firm, line_of(firm, firm.bolt, "1", estimate=price, **values))


def test_two_halves_of_a_purchase_are_routed_by_their_sum(firm, limit, client_of):
    first = costing(firm, "60")
    assert steps(first) == ["approver"]
    second = costing(firm, "60")
    assert steps(second) == ["approver", "head"]
    last = ApprovalStep.objects.unscoped("test").latest("pk")
    assert last.by_sum == Decimal(120)
    page = client_of("head").get(reverse("approvals:approvalstep-detail", args=[last.public_id])).content.decode()
    assert "It adds up with these" in page
    assert first.number in page.split('id="beside"')[1]


def test_another_category_firm_year_or_a_rule_that_does_not_count_is_no_sum(firm, limit):
    costing(firm, "60")
    other = LegalEntity.objects.create(code="OT", name_en="Other")
    amounts = {"parts": {firm.fasteners: Decimal(60)}, "entity": firm.entity}
    assert asked(firm, "60", **amounts) == ["approver", "role head"]
    assert asked(firm, "60", **{**amounts, "parts": {firm.tools: Decimal(60)}}) == ["approver"]
    assert asked(firm, "60", **{**amounts, "entity": other}) == ["approver"]
    with time_machine.travel(dt.datetime(dt.date.today().year + 1, 1, 2, tzinfo=dt.UTC)):
        assert asked(firm, "60", **amounts) == ["approver"]
    limit.accumulates = False
    limit.save()
    assert asked(firm, "60", **amounts) == ["approver"]


def test_a_rule_for_a_category_counts_all_below_it_another_each_by_itself(firm, rule, no_rules):
    rule(who="head")
    group = Category.objects.create(code="G", path="/G/", name_en="Group")
    Category.objects.filter(pk=firm.fasteners.pk).update(path="/G/FAST/", parent=group)
    Category.objects.filter(pk=firm.tools.pk).update(path="/G/TOOL/", parent=group)
    for category in (firm.fasteners, firm.tools):
        category.refresh_from_db()
    costing(firm, "60")
    amounts = {"parts": {firm.tools: Decimal(60)}, "entity": firm.entity, "categories": [firm.tools]}
    rule(order=2, who="role", role="head", min_amount=100)
    assert asked(firm, "60", **amounts) == ["approver"]
    rule(order=3, who="user", user=firm.users.head, min_amount=100, category=group)
    assert asked(firm, "60", **amounts) == ["approver", "head"]


@pytest.mark.parametrize("end", ["rejected", "returned", "cancelled", "withdrawn"])
def test_what_did_not_come_to_be_does_not_count(firm, limit, work, end):
    first = costing(firm, "60")
    if end in ("rejected", "returned"):
        with work():
            services.decide(first, actor=firm.actor("approver"), outcome=end, reason="not like this")
    else:
        if end == "cancelled":
            with work():
                services.decide(first, actor=firm.actor("approver"), outcome="approved")
        first.refresh_from_db()
        with work():
            perform(first, "cancel", actor=firm.actor("requester"), reason="not needed")
    assert not Accumulated.objects.exists()
    assert steps(costing(firm, "60")) == ["approver"]


def test_a_document_does_not_count_beside_itself(firm, limit, work):
    first = costing(firm, "60")
    with work():
        services.decide(first, actor=firm.actor("approver"), outcome="returned", reason="say why")
    first.refresh_from_db()
    with work():
        perform(first, "submit", actor=firm.actor("requester"))
    assert [row.amount for row in Accumulated.objects.all()] == [60]
    assert "head" not in steps(first)
    assert RequestLine.objects.unscoped("test").get(request=first).state == "submitted"

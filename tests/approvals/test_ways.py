"""A rule may be for urgent requests, for those after the fact, for small ones: others pass it by."""

import pytest

from procurement.requests import services as requests
from procurement.requests.models import PurchaseRequest
from srm.approvals import services as approvals
from srm.approvals.models import ApprovalRule, ApprovalStep, Way
from srm.flow.perform import perform
from srm.ui.links import url_of
from tests.approvals.conftest import asked
from tests.requests.conftest import line_of, sent
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def after_the_fact(rule, no_rules):
    """The head of procurement decides on what was bought already, after the department's head."""
    rule(who="head")
    return rule(order=2, who="role", role="head", way="after_fact")


def steps(request):
    rows = ApprovalStep.objects.unscoped("test").filter(route__document_id=request.public_id, route__outcome="open")
    return [step.role or step.user.email.split("@")[0] for step in rows.order_by("order")]


def test_the_ways_are_those_of_requests():
    assert [(one.value, one.label) for one in Way] == [(one.value, one.label) for one in PurchaseRequest.Route]


def test_only_documents_that_go_this_way_are_asked_about(firm, after_the_fact):
    assert asked(firm, way="after_fact") == ["approver", "role head"]
    for way in ("normal", "urgent", "low_value", ""):
        assert asked(firm, way=way) == ["approver"]


def test_a_request_is_routed_by_its_way_and_asked_anew_when_that_changes(firm, work, after_the_fact):
    normal = sent(firm, line_of(firm))
    assert steps(normal) == ["approver"]
    late = sent(firm, line_of(firm), route="after_fact", route_reason="The pump broke on Sunday.")
    assert steps(late) == ["approver", "head"]
    with work():
        approvals.decide(normal, actor=firm.actor("approver"), outcome="returned", reason="It is here already.")
    changed = {"route": "after_fact", "route_reason": "It had come already."}
    with work():
        fresh = requests.update_request(normal, actor=firm.actor("requester"), **changed)
    with work():
        perform(fresh, "submit", actor=firm.actor("requester"))
    assert steps(normal) == ["approver", "head"]


def test_rules_with_different_ways_are_no_alternatives(firm, rule, no_rules):
    rule(who="user", user=firm.users.approver, one_is_enough=True, way="urgent")
    rule(who="user", user=firm.users.budget_owner, one_is_enough=True)
    one, other = ApprovalRule.objects.order_by("pk")
    assert one.conditions != other.conditions


def test_an_administrator_sets_and_tries_it(firm, client_of, after_the_fact):
    client = client_of("administrator")
    page = client.get(url_of(after_the_fact)).content.decode()
    assert "After the fact" in page
    data = {
        "kind": "procurement.purchaserequest", "amount": "10", "department": firm.assembly.public_id, "rule_order": "1",
    }  # fmt: skip
    for way, found in (("after_fact", True), ("normal", False)):
        answer = client.post("/approvals/who/", {**data, "way": way})
        assert answer.status_code == 200
        assert any(step.role == "head" for step in answer.context["planned"]) is found
    program = api(firm.users.administrator)
    body = {"kind": data["kind"], "amount": "10", "department": firm.assembly.public_id}
    assert [
        part["role"] for part in program.post("/api/v1/who-would-approve/", {**body, "way": "after_fact"}).json()
    ] == ["", "head"]
    assert [part["role"] for part in program.post("/api/v1/who-would-approve/", body).json()] == [""]
    made = program.post("/api/v1/approval-rules/", {"kind": data["kind"], "who": "head", "way": "urgent"})
    assert made.status_code == 201, made.content
    assert ApprovalRule.objects.get(public_id=made.json()["id"]).way == "urgent"
    assert (
        program.post("/api/v1/approval-rules/", {"kind": data["kind"], "who": "head", "way": "other"}).status_code
        == 422
    )

"""The inbox, the decision page, the rules, and the same over the API."""

import pytest
from django.urls import reverse

from procurement.requests.models import RequestLine
from srm.approvals.models import ApprovalRule, ApprovalStep
from tests.requests.conftest import sent
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
INBOX = reverse("approvals:inbox")


def step() -> ApprovalStep:
    return ApprovalStep.objects.unscoped("test").latest("pk")


def decide_url() -> str:
    return reverse("approvals:approvalstep-decide", args=[step().public_id])


def states() -> list[str]:
    return list(RequestLine.objects.unscoped("test").values_list("state", flat=True))


def test_the_inbox_shows_what_waits_and_decides_in_place(firm, client_of, django_assert_max_num_queries):
    sent(firm)
    client = client_of("approver")
    with django_assert_max_num_queries(25):
        assert "Fasteners for May" in client.get(INBOX).content.decode()
    facts = client.get(reverse("approvals:approvalstep-facts", args=[step().public_id])).content.decode()
    assert "10443 Bolt" in facts
    assert client.post(decide_url(), {"outcome": "rejected"}).status_code == 422
    client.post(decide_url(), {"outcome": "approved"})
    assert states() == ["approved"]
    assert "Nothing waits for your decision" in client.get(INBOX).content.decode()


def test_several_are_approved_at_once(firm, client_of):
    ids = []
    for _n in range(3):
        sent(firm)
        ids.append(step().public_id)
    client_of("approver").post(INBOX, {"ids": ids[:2]})
    assert states() == ["approved", "approved", "submitted"]


@pytest.mark.parametrize("persona", ["requester", "requester2", "buyer", "storekeeper", "alfa_admin"])
def test_nobody_else_decides_by_the_address(firm, client_of, persona):
    sent(firm)
    assert client_of(persona).post(decide_url(), {"outcome": "approved"}).status_code in {403, 404}
    assert states() == ["submitted"]


def test_rules_are_kept_and_tried_by_those_who_may(firm, client_of):
    client = client_of("administrator")
    values = {
        "kind": "procurement.purchaserequest",
        "who": "role",
        "role": "head",
        "order": "2",
        "min_amount": "5 000",
        "is_active": "on",
    }
    assert client.post(reverse("approvals:approvalrule-create"), values).status_code == 302
    assert ApprovalRule.objects.get(order=2).min_amount == 5000
    tried = {"kind": values["kind"], "amount": "6000", "department": firm.assembly.public_id}
    page = client.post(reverse("approvals:who"), tried).content.decode()
    assert "Petya Ilieva" in page
    assert "Head of procurement" in page
    assert client_of("buyer").get(reverse("approvals:who")).status_code == 403


def test_programs_decide_by_the_same_rules(firm):
    request = sent(firm)
    address = f"/api/v1/requests/{request.public_id}/decide/"
    assert api(firm.users.requester).post(address, {"outcome": "approved"}).status_code == 403
    assert api(firm.users.approver).post(address, {"outcome": "returned"}).status_code == 422
    listed = api(firm.users.approver).get("/api/v1/approvals/").json()["results"]
    assert [row["document"] for row in listed] == [request.public_id]
    answer = api(firm.users.approver).post(address, {"outcome": "approved"}, key="once")
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")


def test_a_rule_is_tried_before_it_is_kept(firm, client_of):
    client = client_of("administrator")
    kept = ApprovalRule.objects.get()
    tried = {"kind": kept.kind, "amount": "50", "department": firm.assembly.public_id, "without": kept.public_id,
             "rule_who": "user", "rule_user": firm.users.head.public_id}  # fmt: skip
    page = client.post(reverse("approvals:who"), tried).content.decode()
    assert "by the rule that is not kept yet" in page
    assert "Elena Stoyanova" in page
    assert "Petya Ilieva" not in page.split('id="answer"')[1]
    assert ApprovalRule.objects.count() == 1
    refused = client.post(reverse("approvals:who"), {**tried, "rule_who": "role", "rule_role": ""})
    assert refused.status_code == 422
    assert "Choose a role that may decide" in refused.content.decode()


def test_programs_try_a_table_of_rules(firm):
    body = {"kind": "procurement.purchaserequest", "amount": "50", "department": firm.assembly.public_id}
    address = "/api/v1/who-would-approve/"
    answer = api(firm.users.administrator).post(address, body)
    assert (answer.status_code, [row["asked"] for row in answer.json()]) == (200, ["Petya Ilieva"])
    rules = [{"who": "role", "role": "head", "order": 3}]
    tried = api(firm.users.administrator).post(address, {**body, "rules": rules}).json()
    assert [(row["order"], row["asked"], row["rule"]) for row in tried] == [(3, "Head of procurement", None)]
    barred = {**body, "requester": firm.users.approver.public_id}
    (row,) = api(firm.users.administrator).post(address, barred).json()
    assert (row["asked"], row["notes"]) == (
        "Head of procurement", ["Petya Ilieva had a part in it and is not asked."]
    )  # fmt: skip
    assert api(firm.users.administrator).post(address, {**body, "rules": [{"who": "user"}]}).status_code == 422
    assert api(firm.users.buyer).post(address, body).status_code == 403

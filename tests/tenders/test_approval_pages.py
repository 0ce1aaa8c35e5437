"""The approval of tenders on pages and for programs."""

from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.tenders import deciding, ruling, services
from procurement.tenders.models import Tender
from srm.approvals import services as approvals
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.flow.perform import perform
from tests.rest.helpers import api
from tests.tenders.conftest import draft, line

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def limit(firm):
    return ApprovalRule.objects.create(kind=ruling.KIND, who="role", role="budget_owner", min_amount=3000)


@pytest.fixture
def first(firm, work):
    """2,000 of fasteners, published."""
    tender = draft(firm, work, lines=[line(firm, quantity="1", baseline=D(2000))])
    with work():
        return perform(tender, "publish", actor=firm.actor("buyer"))


@pytest.fixture
def second(firm, work, first):
    """1,500 more, a draft."""
    return draft(firm, work, lines=[line(firm, quantity="1", baseline=D(1500))])


def state(tender):
    return Tender.rows.get(pk=tender.pk).state


def test_the_page_shows_the_sum_of_the_year_beside_the_limit_and_who_decides(
    firm, first, second, limit, client_of, django_assert_max_num_queries
):  # fmt: skip
    buyer = client_of("buyer")
    with django_assert_max_num_queries(25):
        page = buyer.get(second.get_absolute_url()).content.decode()
    for words in ("Send for approval", "Limits of approval", "3,500.00", "2,000.00", "from 3,000.00", "reached"):
        assert words in page
    address = reverse("tenders:tender-ask", args=[second.public_id])
    assert buyer.get(address).status_code == 200
    assert buyer.post(address).status_code == 302
    with django_assert_max_num_queries(25):
        page = buyer.get(second.get_absolute_url()).content.decode()
    assert "It waits for Budget owner." in page
    assert "Send for approval" not in page
    again = buyer.post(address)
    assert (again.status_code, "waits for its approval already" in again.content.decode()) == (409, True)
    assert second.title in buyer.get("/tenders/?waits=on").content.decode()
    assert client_of("evaluator").post(address).status_code == 403
    assert client_of("buyer").post(reverse("tenders:tender-ask", args=["x" * 22])).status_code == 404


def test_without_a_rule_the_page_is_as_it_was(firm, second, client_of, django_assert_max_num_queries):
    head = client_of("head")
    head.get(second.get_absolute_url())
    with django_assert_max_num_queries(21):
        page = head.get(second.get_absolute_url()).content.decode()
    assert "Limits of approval" not in page
    assert "Send for approval" not in page
    assert page.count("Approved") == 0, "the way leads through the approval only where others are asked"


def test_whoever_decides_can_do_so_on_the_tenders_own_page(
    firm, work, second, limit, client_of, django_assert_max_num_queries
):  # fmt: skip
    ApprovalRule.objects.update(role="head")
    with work():
        deciding.ask(second, actor=firm.actor("buyer"))
    head, step = client_of("head"), ApprovalStep.objects.unscoped("test").get()
    for address in (second.get_absolute_url(), f"/approvals/decisions/{step.public_id}/"):
        head.get(address)
        with django_assert_max_num_queries(25):
            page = head.get(address).content.decode()
        assert f"/approvals/decisions/{step.public_id}/decide/" in page
    answer = head.post(f"/approvals/decisions/{step.public_id}/decide/", {"outcome": "returned", "reason": ""})
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    assert head.post(f"/approvals/decisions/{step.public_id}/decide/", {"outcome": "approved"}).status_code == 302
    assert state(second) == "approved"


def test_an_approved_tender_can_be_edited_and_says_what_that_means(firm, work, second, limit, client_of):
    with work():
        deciding.ask(second, actor=firm.actor("buyer"))
    with work():
        approvals.decide(second, actor=firm.actor("budget_owner"), outcome="approved")
    buyer = client_of("buyer")
    page = buyer.get(second.get_absolute_url()).content.decode()
    assert "It is approved as it stands." in page
    assert buyer.get(reverse("tenders:tender-edit", args=[second.public_id])).status_code == 200
    listed = buyer.get("/tenders/?state=approved").content.decode()
    assert second.title in listed
    assert second.title in buyer.get("/").content.decode(), "it waits on the buyer's start page to be published"


def test_a_baseline_that_is_taken_out_while_it_waits_is_refused_on_the_form(firm, work, second, limit):
    with work():
        deciding.ask(second, actor=firm.actor("buyer"))
    path = f"/api/v1/tenders/{second.public_id}/"
    body = {"lines": [{"description": "Anchors", "quantity": "1", "unit": "C62", "need_by": "2030-01-01",
                       "place": firm.plovdiv.public_id}]}  # fmt: skip
    body["lines"][0]["unit"] = firm.unit("C62").public_id if hasattr(firm.unit("C62"), "public_id") else "C62"
    answer = api(firm.users.buyer).patch(path, {**body, "version": Tender.rows.get(pk=second.pk).version})
    assert answer.status_code == 409, answer.content
    assert "Give a baseline price for" in answer.content.decode()
    assert Tender.rows.get(pk=second.pk).all_lines().get().item == firm.bolt


def test_programs_read_the_limits_and_send(firm, first, second, limit):
    path = f"/api/v1/tenders/{second.public_id}"
    found = api(firm.users.buyer).get(f"{path}/approval/").json()
    assert (found["asks"], found["missing"], found["amount"], found["currency"]) == (True, [], "1500.00", "EUR")
    assert found["years"] == [
        {"category": firm.fasteners.public_id, "name": "Fasteners", "own": "1500.00", "others": "2000.00",
         "total": "3500.00"}
    ]  # fmt: skip
    (one,) = found["limits"]
    assert (one["asked"], one["min_amount"], one["compared"], one["reached"]) == (
        "Budget owner", "3000.00", "3500.00", True,
    )  # fmt: skip
    assert found["waits_for"] == []
    answer = api(firm.users.buyer).post(f"{path}/ask-approval/")
    assert (answer.status_code, answer.json()["state"]) == (200, "draft")
    assert api(firm.users.buyer).get(f"{path}/approval/").json()["waits_for"] == ["Budget owner"]
    assert api(firm.users.buyer).post(f"{path}/ask-approval/").status_code == 409
    assert api(firm.users.buyer).post(f"{path}/moves/publish/").status_code == 409
    step = ApprovalStep.objects.unscoped("test").get()
    decide = f"/api/v1/approvals/{step.public_id}/decide/"
    assert api(firm.users.buyer).post(decide, {"outcome": "approved"}).status_code in (403, 404)
    assert api(firm.users.budget_owner).post(decide, {"outcome": "approved"}).status_code == 200
    assert state(second) == "approved"
    assert api(firm.users.buyer).post(f"{path}/moves/publish/").status_code == 200


@pytest.mark.parametrize(
    ("persona", "method", "status"),
    [("evaluator", "post", 403), ("budget_owner", "post", 403), ("budget_owner", "get", 403), ("alfa_admin", "get", 404),
     ("storekeeper", "get", 403), ("auditor", "get", 200), ("auditor", "post", 403)],
)  # fmt: skip
def test_programs_of_others_get_in_nowhere(firm, second, limit, persona, method, status):
    path = f"/api/v1/tenders/{second.public_id}/{'approval' if method == 'get' else 'ask-approval'}/"
    assert getattr(api(getattr(firm.users, persona)), method)(path).status_code == status
    assert not ApprovalStep.objects.unscoped("test").exists()


@pytest.mark.parametrize("wrong", ["x" * 22, "0", "%00", "..%2f", "й" * 22])
def test_a_tender_that_does_not_exist_is_not_found(firm, limit, wrong):
    assert api(firm.users.buyer).get(f"/api/v1/tenders/{wrong}/approval/").status_code == 404
    assert api(firm.users.buyer).post(f"/api/v1/tenders/{wrong}/ask-approval/").status_code == 404


def test_the_administrator_tries_who_would_approve_a_tender(firm, first, limit, client_of):
    body = {"kind": ruling.KIND, "amount": "1500", "department": firm.purchasing.public_id,
            "categories": [firm.fasteners.public_id]}  # fmt: skip
    (row,) = api(firm.users.administrator).post("/api/v1/who-would-approve/", body).json()
    assert (row["asked"], row["by_sum"]) == ("Budget owner", "3500.00")
    page = client_of("administrator").get(reverse("approvals:who")).content.decode()
    assert ruling.KIND in page
    rule = {"kind": ruling.KIND, "who": "role", "role": "buyer", "min_amount": "1"}
    assert api(firm.users.administrator).post("/api/v1/approval-rules/", rule).status_code == 422
    assert api(firm.users.administrator).post("/api/v1/approval-rules/", {**rule, "role": "tender_officer"}).status_code == 201  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [("ru", "Отправить на согласование"), ("bg", "Изпрати за одобрение")])
def test_the_page_speaks_the_readers_language(firm, second, limit, client_of, language, words):
    client = client_of("buyer")
    client.cookies["language"] = language
    page = client.get(second.get_absolute_url()).content.decode()
    assert words in page
    for english in ("Limits of approval", "Estimated value", "this year", "not reached", ">reached<"):
        assert english not in page
    assert services.default_entity(firm.actor("buyer")) == firm.entity

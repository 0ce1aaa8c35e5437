"""Sending, deciding, withdrawing: who may, what it does to the budget, and what voids an approval."""

from decimal import Decimal

import pytest

from procurement.requests import services
from procurement.requests.models import RequestLine
from procurement.requests.states import HeaderState
from srm.approvals import services as approvals
from srm.approvals.models import ApprovalStep
from srm.audit.models import AuditEvent
from srm.budget.models import BudgetLine
from srm.budget.services import create_line
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.notify.models import Notice
from srm.people.models import User
from tests.budget.conftest import set_policy
from tests.requests.conftest import approved, draft, line_of, sent

pytestmark = pytest.mark.django_db


def budget(firm, work, amount: str, policy: str = "stop") -> BudgetLine:
    set_policy(firm.cc_assembly, policy)
    with work():
        return create_line(
            actor=firm.actor("budget_owner"), cost_center=firm.cc_assembly, year=clock.today().year + 1,
            amount=Decimal(amount),
        )  # fmt: skip


def next_year(firm, **values):
    day = clock.today().replace(month=6, day=1, year=clock.today().year + 1)
    return line_of(firm, need_by=day, **values)


def decide(firm, work, request, outcome="approved", by="approver", reason=""):
    with work():
        return approvals.decide(request, actor=firm.actor(by), outcome=outcome, reason=reason)


def states(request) -> list[str]:
    return [line.state for line in RequestLine.objects.unscoped("test").filter(request=request)]


def test_an_approval_keeps_the_money_and_a_cancellation_gives_it_back(firm, work):
    line = budget(firm, work, "100")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    line.refresh_from_db()
    assert line.reserved == 50
    with work():
        perform(request, "cancel", actor=firm.actor("requester"), reason="not needed")
    line.refresh_from_db()
    assert line.reserved == 0
    assert states(request) == ["cancelled"]
    assert request.lines.get().open_quantity == 0


def test_a_used_up_budget_refuses_the_approval_and_nothing_changes(firm, work):
    line = budget(firm, work, "40")
    request = sent(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    with pytest.raises(RuleBroken, match="left"):
        decide(firm, work, request)
    line.refresh_from_db()
    assert (line.reserved, states(request)) == (0, ["submitted"])
    assert ApprovalStep.objects.unscoped("test").get().outcome == "waiting"


def test_a_budget_that_only_warns_lets_it_pass(firm, work):
    line = budget(firm, work, "40", policy="warn")
    approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    line.refresh_from_db()
    assert line.reserved == 50


def test_cutting_short_frees_the_money_of_what_is_given_up(firm, work):
    line = budget(firm, work, "100")
    request = approved(firm, next_year(firm, quantity="100", estimate=Decimal("0.5")))
    from procurement.planning.services import aggregate

    with work():
        demand = aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    need = request.lines.get()
    with work():
        services.take_back(
            actor=firm.actor("buyer"), document_kind="procurement.demand", line_id=demand.lines.get().pk, stage="planned",
            quantity=Decimal(40),
        )  # fmt: skip
    with pytest.raises(RuleBroken, match="cut short"), work():
        perform(request, "cancel", actor=firm.actor("requester"), reason="not needed")
    with work():
        services.cancel_part(request, actor=firm.actor("buyer"), lines=[need], reason="enough is planned")
    need.refresh_from_db()
    line.refresh_from_db()
    assert (need.state, need.open_quantity, need.coming_quantity, need.given_up) == ("closed", 0, 60, 40)
    assert line.reserved == 30


@pytest.mark.parametrize("move", ["approve", "send_back", "reject"])
def test_nobody_decides_past_the_approvals(firm, work, move):
    request = sent(firm)
    if move == "approve":
        with pytest.raises(RuleBroken), work():
            perform(request, move, actor=firm.actor("approver"))
        assert states(request) == ["submitted"]
    with pytest.raises((RuleBroken, NotAllowed)), work():
        perform(request, move, actor=firm.actor("requester"), reason="mine")


def test_nobody_decides_on_his_own_request_under_any_account(firm, work):
    firm.users.requester.grants.create(role="head")
    twin = User.objects.create_user(
        "twin@quadrant.example", "x", name="I. Petrov", department=firm.assembly, person=firm.users.requester.public_id
    )
    twin.grants.create(role="approver")
    firm.assembly.head = twin
    firm.assembly.save()
    request = sent(firm)
    step = ApprovalStep.objects.unscoped("test").get()
    assert (step.user, step.role) == (None, "head"), "the twin is skipped, the head of procurement is asked"
    for persona in (firm.users.requester, twin):
        from srm.people.actors import actor_for

        with pytest.raises(RuleBroken, match="part in this"), work():
            approvals.decide(request, actor=actor_for(persona), outcome="approved")
    assert states(request) == ["submitted"]


def test_who_edited_it_cannot_approve_it(firm, work):
    firm.users.buyer.grants.create(role="head")
    request = draft(firm)
    with work():
        services.update_request(request, actor=firm.actor("buyer"), title="Fasteners, May and June")
    with work():
        perform(request, "submit", actor=firm.actor("requester"))
    route = ApprovalStep.objects.unscoped("test").get().route
    assert firm.users.buyer.person_id in route.barred


def test_a_change_after_sending_voids_the_approval(firm, work):
    request = sent(firm)
    RequestLine.objects.unscoped("test").filter(request=request).update(quantity=200, base_quantity=200)
    with pytest.raises(RuleBroken, match="changed after it was sent"):
        decide(firm, work, request)
    decide(firm, work, request, "returned", reason="send it again")
    assert states(request) == ["returned"]


def test_a_returned_request_is_changed_and_sent_again_from_the_start(firm, work):
    request = sent(firm)
    number = request.number
    with pytest.raises(InvalidInput):
        decide(firm, work, request, "returned")
    request = decide(firm, work, request, "returned", reason="fewer, please")
    assert request.state == HeaderState.RETURNED
    with work():
        request = services.update_request(
            request,
            actor=firm.actor("requester"),
            lines=[{**line_of(firm, quantity="5"), "id": request.lines.get().public_id}],
        )
    with work():
        request = perform(request, "submit", actor=firm.actor("requester"))
    request = decide(firm, work, request)
    assert (request.number, states(request)) == (number, ["approved"])
    assert ApprovalStep.objects.unscoped("test").count() == 2


def test_what_is_with_the_approver_cannot_be_edited(firm, work):
    request = sent(firm)
    with pytest.raises(RuleBroken, match="approver"), work():
        services.update_request(request, actor=firm.actor("requester"), title="Something else")
    request.refresh_from_db()
    assert request.title == "Fasteners for May"


def test_cancelling_part_of_what_waits_asks_the_approver_anew(firm, work):
    request = sent(firm, line_of(firm), line_of(firm, firm.nut, "5"))
    first, second = request.lines.all()
    with work():
        services.cancel_part(request, actor=firm.actor("requester"), lines=[first], reason="found some")
    assert ApprovalStep.objects.unscoped("test").filter(outcome="waiting").count() == 1
    decide(firm, work, request)
    assert states(request) == ["cancelled", "approved"]
    with work():
        services.cancel_part(request, actor=firm.actor("requester"), lines=[second], reason="found more")
    request.refresh_from_db()
    assert request.state == HeaderState.CANCELLED


def test_withdrawing_all_ends_the_approval(firm, work):
    request = sent(firm)
    with work():
        perform(request, "cancel", actor=firm.actor("requester"), reason="not needed")
    assert ApprovalStep.objects.unscoped("test").get().outcome == "skipped"
    with pytest.raises(RuleBroken):
        decide(firm, work, request)


def test_the_approver_is_told_and_so_is_the_requester(firm, work):
    request = sent(firm)
    (notice,) = Notice.objects.unscoped("test").filter(user=firm.users.approver)
    assert "Fasteners for May" in notice.title
    assert notice.url.startswith("/approvals/decisions/")
    decide(firm, work, request, "rejected", reason="there are plenty")
    titles = [n.title for n in Notice.objects.unscoped("test").filter(user=firm.users.requester)]
    assert titles == ["Rejected: Fasteners for May"]
    assert "there are plenty" in Notice.objects.unscoped("test").get(user=firm.users.requester).body


def test_the_log_knows_who_decided_and_why(firm, work):
    request = sent(firm)
    decide(firm, work, request, "rejected", reason="there are plenty")
    event = AuditEvent.objects.get(verb="reject", root_id=request.public_id)
    assert (event.actor_user_id, event.reason) == (firm.users.approver.pk, "there are plenty")

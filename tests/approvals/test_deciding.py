"""Deciding: in turn, once, with a reason where one is owed."""

import pytest

from procurement.requests.models import RequestLine
from srm.approvals import selectors, services
from srm.approvals.models import ApprovalRoute, ApprovalStep
from srm.core.errors import InvalidInput, RuleBroken
from srm.notify.models import Notice
from tests.requests.conftest import sent

pytestmark = pytest.mark.django_db


def decide(firm, work, request, by, outcome="approved", reason=""):
    with work():
        return services.decide(request, actor=firm.actor(by), outcome=outcome, reason=reason)


def outcomes() -> list[str]:
    return list(ApprovalStep.objects.unscoped("test").values_list("outcome", flat=True))


def state(request) -> str:
    return RequestLine.objects.unscoped("test").get(request=request).state


@pytest.fixture
def two_steps(firm, rule):
    rule(order=2, who="role", role="head")
    return sent(firm)


def test_steps_are_taken_in_turn(firm, work, two_steps):
    with pytest.raises(RuleBroken, match="Petya Ilieva"):
        decide(firm, work, two_steps, "head")
    decide(firm, work, two_steps, "approver")
    assert (outcomes(), state(two_steps)) == (["approved", "waiting"], "submitted")
    assert Notice.objects.unscoped("test").filter(user=firm.users.head, kind="approvals.waiting").count() == 1
    with pytest.raises(RuleBroken, match="Head of procurement"):
        decide(firm, work, two_steps, "approver")
    decide(firm, work, two_steps, "head")
    assert (outcomes(), state(two_steps)) == (["approved", "approved"], "approved")


def test_one_no_ends_it(firm, work, two_steps):
    decide(firm, work, two_steps, "approver", "rejected", "there are plenty")
    assert (outcomes(), state(two_steps)) == (["rejected", "skipped"], "rejected")
    with pytest.raises(RuleBroken, match="rejected by Petya Ilieva"):
        decide(firm, work, two_steps, "head")


def test_steps_of_one_number_are_decided_side_by_side(firm, work, rule):
    rule(order=1, who="owner")
    request = sent(firm)
    decide(firm, work, request, "budget_owner")
    assert state(request) == "submitted"
    decide(firm, work, request, "approver")
    assert state(request) == "approved"


@pytest.mark.parametrize("outcome", ["rejected", "returned"])
def test_a_no_owes_a_reason(firm, work, outcome):
    request = sent(firm)
    for reason in ("", "  ", "no", "x" * 501):
        with pytest.raises(InvalidInput):
            decide(firm, work, request, "approver", outcome, reason)
    assert outcomes() == ["waiting"]


def test_an_unknown_outcome_is_refused(firm, work):
    request = sent(firm)
    with pytest.raises(InvalidInput):
        decide(firm, work, request, "approver", "perhaps")


@pytest.mark.parametrize(
    "persona", ["requester", "requester2", "buyer", "storekeeper", "auditor", "administrator", "budget_owner"]
)
def test_those_who_are_not_asked_cannot_decide(firm, work, persona):
    request = sent(firm)
    with pytest.raises(RuleBroken):
        decide(firm, work, request, persona)
    assert (outcomes(), state(request)) == (["waiting"], "submitted")


def test_the_inbox_shows_what_waits_for_the_reader_and_nobody_elses(firm, work, two_steps):
    def waiting(persona):
        return [step.route.title for step in selectors.waiting_for(firm.actor(persona))]

    assert waiting("approver") == ["Fasteners for May"]
    assert waiting("head") == waiting("requester") == waiting("buyer") == []
    decide(firm, work, two_steps, "approver")
    assert waiting("approver") == []
    assert waiting("head") == ["Fasteners for May"]
    ApprovalRoute.objects.unscoped("test").update(barred=[firm.users.head.person_id])
    assert waiting("head") == [], "who had a part in it is not even shown it"


def test_a_role_granted_later_decides_but_never_on_ones_own(firm, work, rule, no_rules):
    rule(who="role", role="head")
    request = sent(firm)
    firm.users.requester2.grants.create(role="head")
    firm.users.requester.grants.create(role="head")
    assert selectors.waiting_for(firm.actor("requester2")).count() == 1
    assert selectors.waiting_for(firm.actor("requester")).count() == 0
    decide(firm, work, request, "requester2")
    assert state(request) == "approved"


def test_whoever_is_asked_may_read_the_request(firm, rule, no_rules):
    from procurement.requests.models import PurchaseRequest

    rule(who="owner")
    firm.users.budget_owner.department = firm.finance
    firm.users.budget_owner.save()
    assert not PurchaseRequest.objects.visible_to(firm.actor("budget_owner")).exists()
    request = sent(firm)
    assert PurchaseRequest.objects.visible_to(firm.actor("budget_owner")).get() == request
    assert not PurchaseRequest.objects.visible_to(firm.actor("requester2")).exists()


def test_of_alternatives_one_decision_is_enough(firm, work, rule, no_rules):
    for name in ("approver", "budget_owner"):
        rule(who="user", user=getattr(firm.users, name), one_is_enough=True)
    request = sent(firm)
    assert selectors.waiting_for(firm.actor("approver")).count() == 1
    decide(firm, work, request, "budget_owner")
    assert (sorted(outcomes()), state(request)) == (["approved", "skipped"], "approved")


def test_alternatives_of_one_step_leave_the_next_step_waiting(firm, work, rule, no_rules):
    for name in ("approver", "budget_owner"):
        rule(who="user", user=getattr(firm.users, name), one_is_enough=True)
    rule(order=2, who="role", role="head")
    request = sent(firm)
    decide(firm, work, request, "approver")
    assert (outcomes(), state(request)) == (["approved", "skipped", "waiting"], "submitted")


def test_who_was_passed_over_and_why_stands_on_the_route(firm, work, rule, no_rules):
    rule(who="user", user=firm.users.approver)
    firm.users.approver.grants.all().delete()
    sent(firm)
    step = ApprovalStep.objects.unscoped("test").get()
    assert (step.role, step.notes) == ("head", ["Petya Ilieva has no right to decide on this."])


def again(firm, work, request, **changes):
    """The request after an edit that its room did, asked about again if need be."""
    from procurement.requests import deciding

    for name, value in changes.items():
        setattr(request, name, value)
    request.save()
    lines = list(RequestLine.objects.unscoped("test").filter(request=request))
    with work():
        deciding.lay_out(request, actor=firm.actor("requester"), lines=lines, only_if_changed=True)


def test_an_edit_of_what_was_approved_asks_again_and_another_does_not(firm, work):
    request = sent(firm)
    decide(firm, work, request, "approver")
    request.refresh_from_db()
    again(firm, work, request, note="leave them at the gate")
    assert ApprovalRoute.objects.unscoped("test").count() == 1
    again(firm, work, request, title="Fasteners and more")
    assert outcomes() == ["approved", "waiting"]
    assert selectors.waiting_for(firm.actor("approver")).count() == 1


def test_a_decision_about_what_is_no_longer_asked_is_refused(firm, work):
    from srm.core.errors import Stale

    request = sent(firm)
    old = ApprovalStep.objects.unscoped("test").select_related("route").get()
    again(firm, work, request, title="Fasteners and more")
    for options in ({"step": old}, {"seen": old.route.content_hash}):
        with pytest.raises(Stale, match="changed and sent anew"), work():
            services.decide(request, actor=firm.actor("approver"), outcome="approved", **options)
    assert sorted(outcomes()) == ["skipped", "waiting"]
    fresh = selectors.route_of(request)
    with work():
        services.decide(request, actor=firm.actor("approver"), outcome="approved", seen=fresh.content_hash)
    assert state(request) == "approved"

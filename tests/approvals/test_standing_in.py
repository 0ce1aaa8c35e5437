"""Standing in: in the other's name, with both names in the history, never on one's own."""

import datetime as dt

import pytest
from django.urls import reverse

from procurement.requests.models import PurchaseRequest, RequestLine
from srm.approvals import selectors, services
from srm.approvals.models import ApprovalStep
from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.notify.models import Notice
from srm.org.models import Absence
from tests.requests.conftest import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(firm):
    def write(name, stand_in, first=0, last=3):
        return Absence.rows.create(
            user=getattr(firm.users, name), stand_in=getattr(firm.users, stand_in),
            starts_on=clock.today() + dt.timedelta(days=first), ends_on=clock.today() + dt.timedelta(days=last),
        )  # fmt: skip

    return write


def decide(firm, work, request, by, outcome="approved", reason=""):
    with work():
        return services.decide(request, actor=firm.actor(by), outcome=outcome, reason=reason)


def waiting(firm, name):
    return selectors.waiting_for(firm.actor(name)).count()


def test_the_stand_in_sees_and_decides_for_the_other_and_both_stand_in_the_history(firm, work, away, client_of):
    away("approver", "budget_owner")
    request = sent(firm)
    assert (waiting(firm, "budget_owner"), waiting(firm, "approver"), waiting(firm, "head")) == (1, 1, 0)
    assert Notice.objects.unscoped("test").filter(user=firm.users.budget_owner, kind="approvals.waiting").count() == 1
    page = client_of("budget_owner").get(reverse("approvals:inbox")).content.decode()
    assert "for Petya Ilieva" in page
    decide(firm, work, request, "budget_owner")
    step = ApprovalStep.objects.unscoped("test").get()
    assert (step.decided_by, step.decided_for) == (firm.users.budget_owner, firm.users.approver)
    assert step.taken_by == "Georgi Dimitrov for Petya Ilieva"
    events = AuditEvent.objects.filter(root_id=request.public_id, actor_user_id=firm.users.budget_owner.pk)
    assert set(events.values_list("on_behalf_of", flat=True)) == {firm.users.approver.pk}
    history = client_of("requester").get(f"{request.get_absolute_url()}?tab=history").content.decode()
    assert "Georgi Dimitrov for Petya Ilieva" in history
    assert RequestLine.objects.unscoped("test").get().state == "approved"


@pytest.mark.parametrize(("first", "last"), [(-5, -1), (1, 4)])
def test_before_and_after_the_absence_the_stand_in_decides_nothing(firm, work, away, first, last):
    away("approver", "budget_owner", first, last)
    request = sent(firm)
    assert waiting(firm, "budget_owner") == 0
    with pytest.raises(RuleBroken, match="It waits for Petya Ilieva"):
        decide(firm, work, request, "budget_owner")


def test_a_stand_in_never_decides_on_what_he_had_a_part_in(firm, work, away):
    away("approver", "requester")
    firm.users.requester.grants.create(role="approver")
    request = sent(firm)
    assert waiting(firm, "requester") == 0
    with pytest.raises(RuleBroken, match="had a part"):
        decide(firm, work, request, "requester")
    told = Notice.objects.unscoped("test").filter(kind="approvals.waiting").values_list("user__email", flat=True)
    assert list(told) == ["approver@quadrant.example"]


def test_a_role_is_stood_in_for_unless_its_holder_had_a_part(firm, work, away, rule, no_rules):
    rule(who="role", role="head")
    away("head", "approver")
    request = sent(firm)
    assert waiting(firm, "approver") == 1
    assert PurchaseRequest.objects.visible_to(firm.actor("approver")).filter(pk=request.pk).exists()
    route = selectors.route_of(request)
    route.barred = [*route.barred, firm.users.head.person_id]
    route.save()
    assert waiting(firm, "approver") == 0
    with pytest.raises(RuleBroken):
        decide(firm, work, request, "approver")


def test_a_stand_ins_stand_in_has_no_say(firm, work, away):
    away("approver", "budget_owner")
    away("budget_owner", "head")
    request = sent(firm)
    with pytest.raises(RuleBroken):
        decide(firm, work, request, "head")
    assert waiting(firm, "head") == 0


def test_who_is_back_early_or_decides_from_the_beach_may(firm, work, away):
    away("approver", "budget_owner")
    request = sent(firm)
    decide(firm, work, request, "approver")
    assert ApprovalStep.objects.unscoped("test").get().decided_for is None
    with pytest.raises(RuleBroken, match="Somebody was faster"):
        decide(firm, work, request, "budget_owner")

"""Late decisions: reminded half-way, then somebody above is asked as well; never twice."""

import datetime as dt

import pytest
import time_machine

from srm.approvals import jobs, lateness, selectors, services
from srm.approvals.models import ApprovalStep
from srm.audit.models import AuditEvent
from srm.notify.models import Notice
from srm.people.models import Department
from tests.requests.conftest import sent

pytestmark = pytest.mark.django_db
TUESDAY = dt.datetime(2026, 6, 2, 7, 0, tzinfo=dt.UTC)  # 10 in Sofia


def later(hours: float) -> dt.datetime:
    return TUESDAY + dt.timedelta(hours=hours)


def steps():
    return list(ApprovalStep.objects.unscoped("test").order_by("pk"))


def told(kind):
    rows = Notice.objects.unscoped("test").filter(kind=kind).order_by("pk")
    return [row.user.email.split("@")[0] for row in rows.select_related("user")]


def tick(moment):
    with time_machine.travel(moment, tick=False):
        return jobs.run_late()


@pytest.fixture
def waiting(firm, rule, no_rules):
    """A request sent on Tuesday at ten, to be decided within four working hours."""
    rule(who="head", hours=4)
    with time_machine.travel(TUESDAY, tick=False):
        return sent(firm)


@pytest.fixture
def boss(firm):
    """The department hangs below one whose head is the budget owner."""
    plant = Department.objects.create(
        code="plant", path="/plant/", name_en="Plant", legal_entity=firm.entity, head=firm.users.budget_owner
    )
    firm.assembly.parent, firm.assembly.path = plant, "/plant/assembly/"
    firm.assembly.save()


def test_half_way_comes_a_reminder_and_at_the_end_the_head_above(firm, boss, waiting, work):
    assert steps()[0].due_at == later(4)
    assert tick(later(1)) == 0
    tick(later(2))
    assert (told("approvals.late"), len(steps())) == (["approver"], 1)
    tick(later(3))
    tick(later(4))
    first, second = steps()
    assert (second.user, second.order, second.group) == (firm.users.budget_owner, first.order, first.group)
    assert second.notes == ["Petya Ilieva did not decide in time."]
    assert told("approvals.waiting") == ["approver", "budget_owner"]
    assert AuditEvent.objects.filter(root_id=waiting.public_id, verb="escalated").count() == 1
    with work():
        services.decide(waiting, actor=firm.actor("budget_owner"), outcome="approved")
    assert [step.outcome for step in steps()] == ["skipped", "approved"]


def test_looking_again_does_nothing_again(firm, boss, waiting, work):
    for _n in range(3):
        tick(later(2))
        tick(later(4))
    assert (len(steps()), told("approvals.late")) == (2, ["approver"])
    with time_machine.travel(later(4), tick=False), work():
        lateness.look_at(steps()[0])
    assert len(steps()) == 2


def test_it_goes_up_until_the_last_resort_and_ends_there(firm, boss, waiting):
    for hours in (4, 24 + 4, 2 * 24 + 4, 3 * 24 + 4, 6 * 24 + 4, 7 * 24 + 4):
        tick(later(hours))
    assert [step.user.email.split("@")[0] if step.user else step.role for step in steps()] == [
        "approver", "budget_owner", "head",
    ]  # fmt: skip


def test_who_was_asked_first_may_still_decide_and_nothing_more_happens(firm, boss, waiting, work):
    tick(later(4))
    with time_machine.travel(later(5), tick=False), work():
        services.decide(waiting, actor=firm.actor("approver"), outcome="approved")
    assert [step.outcome for step in steps()] == ["approved", "skipped"]
    assert tick(later(24)) == 0


def test_nobody_barred_is_asked_by_the_clock(firm, boss, waiting):
    route = selectors.route_of(waiting)
    route.barred = [*route.barred, firm.users.budget_owner.person_id]
    route.save()
    tick(later(4))
    assert [step.role for step in steps()] == ["", "head"]


def test_time_stands_still_over_the_weekend_and_runs_from_each_steps_turn(firm, rule, no_rules, work):
    rule(who="head", hours=8)
    rule(order=2, who="role", role="head", hours=8)
    friday = dt.datetime(2026, 6, 5, 7, 0, tzinfo=dt.UTC)
    with time_machine.travel(friday, tick=False):
        request = sent(firm)
        first, second = steps()
        assert (first.due_at, second.due_at) == (friday + dt.timedelta(hours=8), None)
    with time_machine.travel(friday + dt.timedelta(hours=7), tick=False), work():
        services.decide(request, actor=firm.actor("approver"), outcome="approved")
    assert steps()[1].due_at == dt.datetime(2026, 6, 8, 13, 0, tzinfo=dt.UTC), "an hour on Friday, seven on Monday"


def test_without_a_limit_nothing_is_due(firm):
    sent(firm)
    assert (steps()[0].due_at, tick(later(24 * 365))) == (None, 0)

"""Two at the same moment: two who approve a tender, and two tenders that pass a limit together."""

from contextlib import ExitStack
from decimal import Decimal
from unittest import mock

import pytest
from django.db.models import QuerySet

from procurement.tenders import deciding, ruling
from procurement.tenders.models import Tender
from srm.approvals import selectors
from srm.approvals import services as approvals
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.core.errors import DomainError, RuleBroken
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.races import at_once, meeting_place, without_transaction
from tests.tenders.conftest import draft, line

pytestmark = pytest.mark.django_db(transaction=True)


def costing(firm, price):
    return draft(firm, unit_of_work, lines=[line(firm, quantity="1", baseline=Decimal(price))])


# ------------------------------------------------------------------------------------------------ two approvers


def two_owners(firm):
    """One budget owner approves, another refuses, of the one step that any of them may take."""
    ApprovalRule.objects.create(kind=ruling.KIND, who="role", role="budget_owner", min_amount=3000)
    firm.users.head.grants.create(role="budget_owner")
    tender = costing(firm, 3000)
    with unit_of_work():
        deciding.ask(tender, actor=firm.actor("buyer"))
    owner, head = firm.actor("budget_owner"), firm.actor("head")
    outcomes = [(owner, "approved", ""), (head, "rejected", "there are plenty")]
    return tender, [
        lambda who=who, outcome=outcome, reason=reason: approvals.decide(
            Tender.rows.get(pk=tender.pk), actor=who, outcome=outcome, reason=reason
        )
        for who, outcome, reason in outcomes
    ]


def test_of_two_who_decide_on_a_tender_at_once_exactly_one_wins(committed_firm):
    tender, tasks = two_owners(committed_firm)
    with mock.patch.object(selectors, "steps_now", meeting_place(selectors.steps_now)):
        answers = at_once(*tasks)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], DomainError), refused
    step = ApprovalStep.objects.unscoped("test").get()
    assert (step.outcome, Tender.rows.get(pk=tender.pk).state) in {("approved", "approved"), ("rejected", "draft")}


def test_without_the_locks_both_would_decide_on_it(committed_firm):
    _tender, tasks = two_owners(committed_firm)
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(QuerySet, "select_for_update", lambda self, **_options: self))
        stack.enter_context(
            mock.patch.object(records, "locked_row", lambda row, **_o: type(row)._base_manager.get(pk=row.pk))
        )
        stack.enter_context(mock.patch.object(approvals, "tell_answer"))
        stack.enter_context(mock.patch.object(approvals, "perform", lambda document, *_a, **_o: document))
        stack.enter_context(mock.patch.object(selectors, "steps_now", meeting_place(selectors.steps_now)))
        answers = at_once(*tasks, edge=without_transaction)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers


# ------------------------------------------------------------------------------------------------ two tenders


def two_halves(firm):
    """Each is below the limit of 3,000, both together are not."""
    ApprovalRule.objects.create(kind=ruling.KIND, who="role", role="budget_owner", min_amount=3000)
    halves = [costing(firm, 2000), costing(firm, 1500)]
    return [lambda half=half: perform(half, "publish", actor=firm.actor("buyer")) for half in halves]


def published():
    return Tender.rows.filter(state="published").count()


def test_of_two_halves_published_at_once_one_has_to_be_approved(committed_firm, monkeypatch):
    tasks = two_halves(committed_firm)
    monkeypatch.setattr(deciding, "ruled", meeting_place(deciding.ruled))
    answers = at_once(*tasks)
    (refused,) = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(refused, RuleBroken), refused
    assert "Send it for approval" in str(refused.reasons)
    assert published() == 1


@pytest.mark.postgres
def test_without_waiting_for_each_other_both_would_be_published(committed_firm, monkeypatch):
    tasks = two_halves(committed_firm)
    monkeypatch.setattr(deciding, "in_turn", lambda _entity: None)
    monkeypatch.setattr(deciding, "ruling_of", meeting_place(deciding.ruling_of))
    answers = at_once(*tasks)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert published() == 2

"""Two approvers at the same moment: one decision counts."""

from __future__ import annotations

from contextlib import ExitStack
from unittest import mock

import pytest
from django.db.models import QuerySet

from procurement.requests.models import RequestLine
from srm.approvals import selectors, services
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.core.errors import DomainError
from srm.flow import records
from tests.approvals.conftest import REQUESTS
from tests.races import at_once, meeting_place, without_transaction
from tests.requests.conftest import sent

pytestmark = pytest.mark.django_db(transaction=True)


def two_heads(firm):
    ApprovalRule.objects.all().delete()
    ApprovalRule.objects.create(kind=REQUESTS, who="role", role="head")
    firm.users.buyer2.grants.create(role="head")
    request = sent(firm)
    actors = [firm.actor("head"), firm.actor("buyer2")]
    outcomes = [("approved", ""), ("rejected", "there are plenty")]
    return request, [
        lambda actor=actor, outcome=outcome, reason=reason: services.decide(
            request, actor=actor, outcome=outcome, reason=reason
        )
        for actor, (outcome, reason) in zip(actors, outcomes, strict=True)
    ]


def test_of_two_who_decide_at_once_exactly_one_wins(committed_firm):
    request, tasks = two_heads(committed_firm)
    with mock.patch.object(selectors, "steps_now", meeting_place(selectors.steps_now)):
        answers = at_once(*tasks)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], DomainError), refused
    step = ApprovalStep.objects.unscoped("test").get()
    line = RequestLine.objects.unscoped("test").get(request=request)
    assert (step.outcome, line.state) in {("approved", "approved"), ("rejected", "rejected")}


def test_without_the_locks_both_would_decide(committed_firm):
    _request, tasks = two_heads(committed_firm)
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(QuerySet, "select_for_update", lambda self, **_options: self))
        stack.enter_context(
            mock.patch.object(records, "locked_row", lambda row, **_o: type(row)._base_manager.get(pk=row.pk))
        )
        stack.enter_context(mock.patch.object(services, "perform", lambda document, *_a, **_o: document))
        stack.enter_context(mock.patch.object(selectors, "steps_now", meeting_place(selectors.steps_now)))
        answers = at_once(*tasks, edge=without_transaction)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers

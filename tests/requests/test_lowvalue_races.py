"""Two low-value requests at the same moment: together they do not exceed the year's limit."""

from decimal import Decimal

import pytest

from procurement.requests.lowvalue import limits
from procurement.requests.models import RequestLine
from srm.approvals import services as approvals
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.races import at_once, meeting_place
from tests.requests.conftest import draft
from tests.requests.test_afterwards import fresh, lines, same, services
from tests.requests.test_lowvalue import LOW, limit, low, worth

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def two_to_send(firm):
    """Each fits into the 150 of the year, both together do not.

    They have their numbers: those of new ones come from one counter, which lets only one in at a time anyway.
    """
    requests = [low(firm, "80") for _no in range(2)]
    with unit_of_work():
        for request in requests:
            approvals.decide(request, actor=firm.actor("approver"), outcome="returned", reason="which screws?")
    limit(firm)
    fresh_ones = [fresh(request) for request in requests]
    return [lambda request=request: perform(request, "submit", actor=firm.actor("requester")) for request in fresh_ones]


def sent_in_all() -> Decimal:
    rows = RequestLine.objects.unscoped("test").filter(state="submitted")
    return sum((line.amount for line in rows), D(0))


def test_of_two_that_are_sent_at_once_only_one_fits_into_the_year(committed_firm, monkeypatch):
    tasks = two_to_send(committed_firm)
    monkeypatch.setattr(limits, "used_in_year", meeting_place(limits.used_in_year))
    answers = at_once(*tasks)
    assert [type(one) for one in answers if isinstance(one, Exception)] == [RuleBroken], answers
    assert sent_in_all() == D(80)


@pytest.mark.postgres  # SQLite lets one write at a time
def test_without_the_lock_both_are_sent_and_the_year_is_exceeded(committed_firm, monkeypatch):
    tasks = two_to_send(committed_firm)
    monkeypatch.setattr(limits, "in_turn", lambda _entity: None)
    monkeypatch.setattr(limits, "used_in_year", meeting_place(limits.used_in_year))
    answers = at_once(*tasks)
    assert not any(isinstance(one, Exception) for one in answers), answers
    assert sent_in_all() == D(160)


def test_amending_one_while_another_is_sent_does_not_exceed_the_year_either(committed_firm, monkeypatch):
    firm = committed_firm
    limit(firm)
    old = low(firm, "50")
    new = draft(firm, worth(firm, "80"), **LOW)
    wanted = [same(lines(old)[0], estimate=D(90))]
    monkeypatch.setattr(limits, "used_in_year", meeting_place(limits.used_in_year))
    answers = at_once(
        lambda: services.amend_request(old, actor=firm.actor("requester"), lines=wanted, reason="it is dearer"),
        lambda: perform(new, "submit", actor=firm.actor("requester")),
    )
    assert [type(one) for one in answers if isinstance(one, Exception)] == [RuleBroken], answers
    assert sent_in_all() in {D(90), D(130)}

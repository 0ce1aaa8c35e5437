"""A request from the first draft to the last decision."""

import pytest

from procurement.requests.states import HeaderState
from srm.approvals import services as approvals
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.requests.conftest import approved, draft, line_of, sent

pytestmark = pytest.mark.django_db


def test_a_request_is_drafted_sent_and_approved(firm):
    request = draft(firm, line_of(firm), line_of(firm, firm.nut, "40"))
    assert (request.state, request.number) == (HeaderState.DRAFT, "")
    request = sent(firm, line_of(firm), line_of(firm, firm.nut, "40"))
    assert request.state == HeaderState.SUBMITTED
    assert request.number.startswith("PR-")
    with unit_of_work():
        request = approvals.decide(request, actor=firm.actor("approver"), outcome="approved")
    request.refresh_from_db()
    assert request.state == HeaderState.APPROVED
    assert [line.open_quantity for line in request.lines.all()] == [100, 40]


def test_nobody_approves_past_the_route(firm):
    request = sent(firm)
    with pytest.raises(RuleBroken, match="approvals"), unit_of_work():
        perform(request, "approve", actor=firm.actor("approver"))
    assert request.lines.get().state == "submitted"


def test_what_was_approved_cannot_be_sent_again(firm):
    request = approved(firm)
    with pytest.raises(RuleBroken), unit_of_work():
        perform(request, "submit", actor=firm.actor("requester"))

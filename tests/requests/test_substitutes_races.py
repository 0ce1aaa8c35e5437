"""A requester accepts what is proposed while a buyer merges or withdraws: one of the two happens, never half of both."""

import pytest
from django.db.models import QuerySet

from procurement.planning.services import aggregate
from procurement.requests import correcting, ledger
from procurement.requests.models import RequestLine
from procurement.requests.substitutes import closing, services
from procurement.requests.substitutes.models import SubstituteProposal
from srm.audit.models import AuditEvent
from srm.core.errors import RuleBroken
from srm.flow.uow import unit_of_work
from tests.races import at_once, meeting_place, without_transaction
from tests.requests.conftest import approved
from tests.requests.test_afterwards import lines
from tests.requests.test_substitutes import propose

pytestmark = pytest.mark.django_db(transaction=True)


def proposed(firm):
    request = approved(firm)
    return request, propose(firm, unit_of_work, request)


def accept_and_withdraw(firm):
    _request, row = proposed(firm)
    return [
        lambda: services.accept(row, actor=firm.actor("requester")),
        lambda: services.withdraw(row, actor=firm.actor("buyer")),
    ]


def answers_logged() -> list[str]:
    verbs = ["substitute_accepted", "substitute_withdrawn"]
    return list(AuditEvent.objects.filter(verb__in=verbs).values_list("verb", flat=True))


def test_of_accepting_and_withdrawing_at_once_only_one_happens(committed_firm, monkeypatch):
    tasks = accept_and_withdraw(committed_firm)
    monkeypatch.setattr(closing, "open_for", meeting_place(closing.open_for))
    answers = at_once(*tasks)
    assert [type(one) for one in answers if isinstance(one, Exception)] == [RuleBroken], answers
    assert len(answers_logged()) == 1
    row, line = SubstituteProposal.objects.unscoped("test").get(), RequestLine.objects.unscoped("test").get()
    assert (row.outcome == "accepted") == (line.item == committed_firm.nut)


def test_without_the_locks_it_is_answered_twice(committed_firm, monkeypatch):
    tasks = accept_and_withdraw(committed_firm)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(closing, "open_for", meeting_place(closing.open_for))
    answers = at_once(*tasks, edge=without_transaction)
    assert not any(isinstance(one, Exception) for one in answers), answers


def accept_and_merge(firm):
    """Somebody lifted the hold past the rule: what is left is the look at the open quantity under the line's lock."""
    request, row = proposed(firm)
    RequestLine.objects.unscoped("test").filter(request=request).update(held_reason="")
    return request, [
        lambda: services.accept(row, actor=firm.actor("requester")),
        lambda: aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity),
    ]


def test_accepting_while_a_buyer_merges_plans_the_need_once_and_as_one_item(committed_firm, monkeypatch):
    request, tasks = accept_and_merge(committed_firm)
    monkeypatch.setattr(correcting, "locked_line", meeting_place(correcting.locked_line))
    _accepted, merged = at_once(*tasks)
    (line,) = lines(request)
    if not isinstance(merged, Exception):
        assert merged.lines.get().item == line.item
        assert line.open_quantity == 0
    assert ledger.faults() == ledger.stale() == []


def test_without_the_locks_it_is_accepted_and_the_old_item_planned(committed_firm, monkeypatch):
    request, (accept, merge) = accept_and_merge(committed_firm)
    looked = correcting.locked_line
    calls = []

    def merged_in_between(line):
        found = looked(line)
        if not calls:
            calls.append(line)
        elif len(calls) == 1:  # the second look, before the item is changed
            calls.append(line)
            (answer,) = at_once(merge, edge=without_transaction)
            calls.append(answer)
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(correcting, "locked_line", merged_in_between)
    at_once(accept, edge=without_transaction)
    # The line's check is the last line of defence: without it, the planned need would ask for another item.
    (line,) = lines(request)
    assert SubstituteProposal.objects.unscoped("test").get().outcome == "accepted"
    assert (line.item, line.open_quantity) == (committed_firm.bolt, 0)
    assert calls[2].lines.get().item == committed_firm.bolt

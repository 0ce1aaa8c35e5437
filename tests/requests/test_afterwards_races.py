"""Two buyers who split the same line at the same moment: together the lines stay what was approved."""

import pytest
from django.db.models import QuerySet

from procurement.requests import correcting, ledger, services
from procurement.requests.models import RequestLine
from srm.core.errors import InvalidInput
from tests.races import at_once, meeting_place, without_transaction
from tests.requests.conftest import approved

pytestmark = pytest.mark.django_db(transaction=True)


def two_buyers(firm):
    request = approved(firm)
    line = request.lines.get()
    actors = [firm.actor("buyer"), firm.actor("buyer2")]
    return [lambda actor=actor: services.split_line(request, actor=actor, line=line, quantity="60") for actor in actors]


def asked() -> int:
    return sum(line.base_quantity for line in RequestLine.objects.unscoped("test"))


def test_of_two_who_split_at_once_the_second_finds_too_little(committed_firm, monkeypatch):
    tasks = two_buyers(committed_firm)
    monkeypatch.setattr(correcting, "locked_line", meeting_place(correcting.locked_line))
    answers = at_once(*tasks)
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [InvalidInput], answers
    assert asked() == 100
    assert ledger.stale() == []


def test_without_the_lock_more_would_be_asked_for_than_was_approved(committed_firm, monkeypatch):
    tasks = two_buyers(committed_firm)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(correcting, "locked_line", meeting_place(correcting.locked_line))
    answers = at_once(*tasks, edge=without_transaction)
    assert asked() > 100, answers

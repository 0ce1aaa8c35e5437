"""Two who take in the same schedule at the same moment: it is asked for once."""

import pytest

from procurement.requests.models import RequestLine
from procurement.requests.schedule import reckoning, services
from tests.races import at_once, meeting_place
from tests.requests.test_schedule import row

pytestmark = pytest.mark.django_db(transaction=True)


def two_planners(firm):
    actors = [firm.actor("buyer"), firm.actor("buyer2")]
    rows = [row(firm, 1), row(firm, 2, item=firm.nut)]
    return [lambda actor=actor: services.take(rows, actor=actor, origin="May", whole=True) for actor in actors]


def asked() -> list:
    return sorted(RequestLine.objects.unscoped("test").values_list("item__article", "quantity"))


def test_of_two_the_second_finds_that_nothing_is_new(committed_firm, monkeypatch):
    tasks = two_planners(committed_firm)
    monkeypatch.setattr(services, "_judge", meeting_place(services._judge))
    answers = at_once(*tasks)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert sorted(one.outcome.value for answer in answers for one in answer.verdicts) == ["new"] * 2 + ["unchanged"] * 2
    assert len(asked()) == 2


def test_without_looking_again_under_the_lock_it_would_be_asked_for_twice(committed_firm, monkeypatch):
    tasks = two_planners(committed_firm)
    monkeypatch.setattr(services, "_judge", meeting_place(services._judge))
    monkeypatch.setattr(services, "means", lambda _row, _need: services.Outcome.NEW)
    monkeypatch.setattr(
        services.writing, "changes_for", lambda row, _lines: reckoning.Changes(beside=row.base_quantity)
    )
    answers = at_once(*tasks)
    assert len(asked()) == 4, answers

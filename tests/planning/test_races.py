"""Two buyers merge at the same moment: no need is planned twice."""

from __future__ import annotations

import threading
from unittest import mock

import pytest
from django.db import IntegrityError

from procurement.planning import aggregation, services
from procurement.planning.models import Demand, DemandLine
from procurement.requests import ledger
from procurement.requests.models import Allocation
from srm.core.errors import RuleBroken
from tests.races import PATIENCE, at_once
from tests.requests.conftest import approved, line_of

pytestmark = pytest.mark.django_db(transaction=True)


def two_buyers(firm):
    approved(firm, line_of(firm, quantity="100"), line_of(firm, firm.nut, "40"))
    actors = [firm.actor("buyer"), firm.actor("buyer2")]
    return [lambda actor=actor: services.aggregate(actor=actor, legal_entity=firm.entity) for actor in actors]


def planned() -> int:
    return sum(row.quantity for row in Allocation.objects.unscoped("test").filter(stage="planned"))


def test_of_two_who_merge_at_once_one_gets_the_needs(committed_firm):
    answers = at_once(*two_buyers(committed_firm))
    (demand,) = [answer for answer in answers if isinstance(answer, Demand)]
    (refused,) = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(refused, RuleBroken), refused
    assert planned() == 140
    assert DemandLine.objects.unscoped("test").filter(demand=demand).count() == 2
    assert Demand.objects.unscoped("test").count() == 1
    assert ledger.faults() == ledger.stale() == []


@pytest.mark.postgres
def test_without_the_locks_both_take_them_and_only_the_constraint_is_left(committed_firm):
    # Two locks stand before the harm: the number's counter and the lines'. Without them both statements begin with the
    # same view of the lines; the second one's roll-up then breaks the line's check, the last line of defence.
    meeting, picked = threading.Barrier(2), aggregation._picked

    def number(*_args, **_options):
        meeting.wait(10)
        return f"D-{threading.get_ident()}"

    def slowly(narrowed):
        return f"SELECT x.* FROM ({picked(narrowed)}) x, (SELECT pg_sleep({PATIENCE}) AS nap) y ORDER BY x.id"

    with (
        mock.patch.object(services, "next_number", number),
        mock.patch.object(aggregation, "LOCK", ""),
        mock.patch.object(aggregation, "_picked", slowly),
    ):
        answers = at_once(*two_buyers(committed_firm))
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [IntegrityError], answers

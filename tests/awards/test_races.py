"""Many proposers, one award."""

import pytest
from django.db import IntegrityError, connection, transaction

from procurement.awards import services
from procurement.awards.models import Award
from procurement.tenders.models import Tender
from srm.core.errors import DomainError
from srm.flow import records
from srm.flow.uow import unit_of_work
from tests.awards.conftest import best
from tests.bids.conftest import offer, open_up
from tests.bids.test_races import together
from tests.tenders.conftest import publish

pytestmark = pytest.mark.django_db(transaction=True)


def awards():
    return Award.objects.unscoped("test")


@pytest.fixture
def opened(committed_firm, work):
    tender = publish(committed_firm, work)
    offer(committed_firm, work, tender, "alfa_admin", ("0.052", "0.018"))
    offer(committed_firm, work, tender, "beta_admin", ("0.055", "0.017"))
    return open_up(work, tender)


def proposing(firm, tender, persona):
    actor = firm.actor(persona)
    choice = best(tender, actor)

    def act():
        with unit_of_work():
            return services.propose(actor=actor, tender=tender, choice=choice).pk

    return act


@pytest.mark.slow
@pytest.mark.parametrize("many", [2, 4, 8])
def test_of_many_proposers_one_gets_through(committed_firm, opened, many):
    names = [("buyer", "buyer2", "head")[place % 3] for place in range(many)]
    found = together(*[proposing(committed_firm, opened, name) for name in names])
    assert sum(isinstance(one, int) for one in found) == 1, found
    assert all(isinstance(one, (int, DomainError)) for one in found), found
    assert awards().count() == 1
    assert Tender.objects.unscoped("test").get().state == "awarding"


@pytest.mark.postgres
@pytest.mark.slow
def test_without_lock_and_constraint_the_double_award_happens(committed_firm, opened, monkeypatch):
    """The positive control: the test above can fail."""

    def unlocked(row, *, version=None):
        return type(row)._base_manager.get(pk=row.pk)

    real_exists = Award.objects.unscoped("test").filter
    assert real_exists
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX award_one_live_per_tender")
    try:
        monkeypatch.setattr(records, "locked_row", unlocked)
        monkeypatch.setattr(services, "perform", lambda document, *_args, **_details: document)
        monkeypatch.setattr(Award, "validate_constraints", lambda *_args, **_options: None)
        for _attempt in range(10):
            found = together(
                *[proposing(committed_firm, opened, name) for name in ("buyer", "buyer2", "head", "buyer")]
            )
            if sum(isinstance(one, int) for one in found) > 1:
                break
            awards().all().delete()
        assert awards().count() > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procurement_awardline")
            cursor.execute("DELETE FROM procurement_award")
            cursor.execute(
                "CREATE UNIQUE INDEX award_one_live_per_tender ON procurement_award (tender_id) WHERE state IN ('proposed', 'final')"
            )


def test_the_database_refuses_a_second_live_award_whatever_the_code_does(committed_firm, opened):
    proposing(committed_firm, opened, "buyer")()
    first = awards().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        awards().create(tender=opened, legal_entity=opened.legal_entity, currency="EUR")
    assert awards().get() == first

"""Moves: who may, when, and what is left behind."""

import pytest

from srm.audit import selectors as audit
from srm.audit.models import AuditEvent
from srm.audit.services import NoUnitOfWork
from srm.core.errors import NotAllowed, RuleBroken, Stale
from srm.flow import records
from srm.flow.perform import available, perform


def test_a_move_changes_state_version_and_history(firm, work):
    with work():
        moved = perform(firm.bolt, "block", actor=firm.actor("buyer"), reason="withdrawn by the maker")
    assert (moved.state, moved.version) == ("blocked", 2)
    event = audit.history(firm.bolt).first()
    assert (event.verb, event.actor_name, event.reason) == ("block", "Maria Koleva", "withdrawn by the maker")
    assert event.changes == {"state": ["active", "blocked"]}


def test_a_move_without_the_right_is_refused_and_changes_nothing(firm, work):
    with pytest.raises(NotAllowed), work():
        perform(firm.bolt, "block", actor=firm.actor("requester"))
    firm.bolt.refresh_from_db()
    assert firm.bolt.state == "active"
    assert not AuditEvent.objects.exists()


def test_a_move_from_the_wrong_state_says_what_the_state_is(firm, work):
    with pytest.raises(RuleBroken) as refused, work():
        perform(firm.bolt, "activate", actor=firm.actor("buyer"))
    assert "Active" in str(refused.value)


def test_a_move_on_an_old_version_is_stale(firm, work):
    with pytest.raises(Stale), work():
        perform(firm.bolt, "block", actor=firm.actor("buyer"), version=7)


def test_writes_outside_a_unit_of_work_are_impossible(firm):
    with pytest.raises(NoUnitOfWork):
        records.update(firm.bolt, actor=firm.actor("buyer"), name_en="Bolt")
    firm.bolt.refresh_from_db()
    assert firm.bolt.name_en == "Bolt M8x40 A2"


def test_offers_follow_the_role(firm):
    assert [offer.name for offer in available(firm.bolt, firm.actor("buyer"))] == ["block"]
    assert available(firm.bolt, firm.actor("requester")) == []


def test_the_state_cannot_be_assigned(firm):
    with pytest.raises(AttributeError):
        firm.bolt.state = "draft"


def test_the_chain_holds_and_an_edit_in_the_database_is_named(firm, work, django_db_blocker):
    from django.db import connection

    from srm.audit import append_only

    for name in ("a", "b", "c"):
        with work():
            firm.bolt = records.update(firm.bolt, actor=firm.actor("buyer"), name_en=name)
    assert audit.verify() == []
    with append_only.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE srm_auditevent SET actor_name = 'nobody' WHERE sequence = 2")
    assert audit.verify() == ["event 2 was altered"]


def test_the_database_refuses_to_change_an_event(firm, work):
    from django.db import DatabaseError, transaction

    with work():
        records.update(firm.bolt, actor=firm.actor("buyer"), name_en="a")
    for attempt in (lambda: AuditEvent.objects.update(actor_name="x"), lambda: AuditEvent.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert AuditEvent.objects.get().actor_name == "Maria Koleva"

"""What was sent or approved and is changed before it is published: it is approved again, or needs nobody any more."""

from decimal import Decimal

import pytest

from procurement.tenders import services
from procurement.tenders.models import Invitation, Tender
from srm.approvals import selectors
from srm.approvals import services as approvals
from srm.core.errors import InvalidInput, RuleBroken, Stale
from srm.flow.perform import perform
from tests.tenders.conftest import publish
from tests.tenders.test_approval import approve, ask, counted, decide, fresh, push

pytestmark = pytest.mark.django_db
D = Decimal


def change(firm, work, tender, by="buyer2", **values):
    with work():
        return services.update_tender(fresh(tender), actor=firm.actor(by), **values)


def test_a_change_of_what_was_approved_asks_again_and_title_or_deadline_does_not(firm, work, write, limit):
    tender = write("5000")
    approve(firm, work, tender)
    first = selectors.route_of(tender)
    change(firm, work, tender, title="Bolts for spring", deadline=services.usual_deadline())
    assert (fresh(tender).state, selectors.route_of(tender).pk) == ("approved", first.pk)
    changed = change(firm, work, tender, payment_days=90)
    again = selectors.route_of(tender)
    assert (changed.state, fresh(tender).state, again.outcome) == ("draft", "draft", "open")
    assert firm.users.buyer2.person_id in again.barred
    with pytest.raises(RuleBroken, match="It waits for"):
        push(firm, work, tender)
    decide(firm, work, tender)
    assert push(firm, work, tender).state == "published"


@pytest.mark.parametrize("how", ["invite", "uninvite", "lines"])
def test_other_suppliers_or_lines_are_approved_again(firm, work, write, limit, how):
    tender = write("5000", suppliers=[firm.alfa])
    approve(firm, work, tender)
    with work():
        if how == "invite":
            services.invite(fresh(tender), actor=firm.actor("buyer"), suppliers=[firm.beta])
        elif how == "uninvite":
            services.uninvite(Invitation.rows.get(tender=tender), actor=firm.actor("buyer"))
        else:
            rows = [{"id": one.public_id, "baseline": one.baseline, "quantity": D(2)} for one in tender.all_lines()]
            services.update_tender(fresh(tender), actor=firm.actor("buyer"), lines=rows)
    assert (fresh(tender).state, selectors.route_of(tender).outcome) == ("draft", "open")


def test_changed_below_the_limit_nobody_is_asked_any_more(firm, work, write, limit):
    tender = write("5000")
    ask(firm, work, tender)
    rows = [{"id": one.public_id, "baseline": D(10)} for one in tender.all_lines()]
    change(firm, work, tender, lines=rows)
    assert (selectors.route_of(tender).outcome, counted()) == ("dropped", {})
    assert push(firm, work, tender).state == "published"


def test_who_decides_on_what_was_changed_since_he_looked_is_told(firm, work, write, limit):
    tender = write("5000")
    ask(firm, work, tender)
    seen = selectors.route_of(tender).content_hash
    change(firm, work, tender, payment_days=60)
    with pytest.raises(Stale), work():
        approvals.decide(fresh(tender), actor=firm.actor("budget_owner"), outcome="approved", seen=seen)
    assert fresh(tender).state == "draft"


def test_what_changed_behind_the_services_back_is_not_published_but_sent_again(firm, work, write, limit):
    tender = write("5000")
    approve(firm, work, tender)
    Tender.rows.filter(pk=tender.pk).update(description="twice as many")
    with pytest.raises(RuleBroken, match="changed after it was approved"):
        push(firm, work, tender)
    approve(firm, work, tender)
    assert push(firm, work, tender).state == "published"


def test_a_published_tender_is_neither_edited_nor_sent(firm, work, limit):
    tender = publish(firm, work)
    with pytest.raises(InvalidInput):
        change(firm, work, tender, payment_days=60)
    with pytest.raises(RuleBroken, match="published already"):
        ask(firm, work, tender)


def test_cancelled_while_it_waits_nobody_decides(firm, work, write, limit):
    tender = write("5000")
    ask(firm, work, tender)
    with work():
        perform(fresh(tender), "cancel", actor=firm.actor("buyer"), reason="not needed")
    assert (selectors.route_of(tender).outcome, counted()) == ("dropped", {})
    assert not selectors.waiting_for(firm.actor("budget_owner")).exists()

"""Published tenders: invitations, the key, deadlines that only move away, cancelling."""

import datetime as dt
import re

import pytest
from django.core import mail

from procurement.tenders import sealing, services
from procurement.tenders.models import Tender
from srm.core import clock
from srm.core.errors import InvalidInput, Missing, NotAllowed, RuleBroken
from srm.flow.perform import available, perform
from srm.outbox.services import deliver_due
from suppliers.portal.models import MagicLink
from suppliers.registry.models import Contact
from tests.tenders.conftest import at, draft, publish


def tenders():
    return Tender.objects.unscoped("test")


def test_publishing_makes_a_key_numbers_the_tender_and_writes_to_every_contact(firm, work):
    Contact.rows.create(supplier=firm.alfa, name="Second", email="second@alfa.example", language="ru")
    Contact.rows.create(supplier=firm.alfa, name="Books", email="books@alfa.example", gets_tenders=False)
    tender = publish(firm, work)
    assert (tender.state, tender.number) == ("published", f"T-{clock.today().year}-00001")
    assert tender.next_check == tender.deadline
    key = services.key_of(tender)
    assert sealing.fingerprint_of(key.public_key) == key.fingerprint
    assert str(sealing.unwrap(key.wrapped_private).to_public()) == key.public_key
    deliver_due()
    letters = {one.to[0]: one for one in mail.outbox}
    assert set(letters) == {"sales@alfa.example", "second@alfa.example", "sales@beta.example"}
    assert all("/portal/l/" in one.body for one in letters.values())
    assert len({re.search(r"/portal/l/(\S+)/", one.body).group(1) for one in letters.values()}) == 3
    assert not any("Beta" in one.body + one.subject for address, one in letters.items() if "alfa" in address)


def test_links_are_kept_as_hashes_only(firm, work, published):
    deliver_due()
    tokens = re.findall(r"/portal/l/([\w-]+)/", "".join(one.body for one in mail.outbox))
    stored = "".join(MagicLink.objects.unscoped("test").values_list("token_hash", flat=True))
    assert tokens
    assert not any(token in stored for token in tokens)
    assert all(len(token) == 32 for token in tokens)  # 192 bits


def test_a_supplier_sees_published_tenders_it_was_invited_to_and_no_others(firm, work, tender):
    alfa, beta = firm.actor("alfa_admin"), firm.actor("beta_admin")
    only_beta = publish(firm, work, suppliers=[firm.beta])
    assert list(Tender.objects.visible_to(alfa)) == []
    assert list(Tender.objects.visible_to(beta)) == [only_beta]
    both = publish(firm, work, tender)
    assert list(Tender.objects.visible_to(alfa)) == [both]


def test_the_deadline_moves_only_away_and_everybody_is_told(firm, work, published):
    later = published.deadline + dt.timedelta(days=1)
    for wrong in (published.deadline, published.deadline - dt.timedelta(hours=1)):
        with pytest.raises(InvalidInput), work():
            services.set_deadline(published, actor=firm.actor("buyer"), deadline=wrong)
    with pytest.raises(NotAllowed), work():
        services.set_deadline(published, actor=firm.actor("officer"), deadline=later)
    deliver_due()
    mail.outbox.clear()
    with work():
        moved = services.set_deadline(published, actor=firm.actor("buyer"), deadline=later, reason="a holiday")
    assert (moved.deadline, moved.next_check, moved.version) == (later, later, published.version + 1)
    deliver_due()
    assert {one.to[0] for one in mail.outbox} == {"sales@alfa.example", "sales@beta.example"}
    ends = MagicLink.objects.unscoped("test").values_list("expires_at", flat=True)
    assert min(ends) > later


@pytest.mark.parametrize("milliseconds", [0, 1, 60_000])
def test_a_passed_deadline_cannot_be_moved_any_more(firm, work, published, milliseconds):
    with at(published.deadline + dt.timedelta(milliseconds=milliseconds)):
        with pytest.raises(RuleBroken), work():
            services.set_deadline(
                published, actor=firm.actor("buyer"), deadline=published.deadline + dt.timedelta(days=1)
            )
        with pytest.raises(RuleBroken), work():
            services.invite(published, actor=firm.actor("buyer"), suppliers=[_third(firm)])
    published.refresh_from_db()
    assert published.invited().count() == 2


def test_a_supplier_invited_late_is_written_to_at_once(firm, work, published):
    deliver_due()
    mail.outbox.clear()
    third = _third(firm)
    with work():
        services.invite(published, actor=firm.actor("buyer"), suppliers=[third])
    deliver_due()
    assert [one.to for one in mail.outbox] == [["sales@gamma.example"]]
    assert published.invited().get(supplier=third).sent_at is not None


def test_a_supplier_declines_thinks_again_and_looks_once(firm, work, published):
    alfa = firm.actor("alfa_admin")
    with work():
        services.mark_seen(published, actor=alfa)
        services.decline(published, actor=alfa, reason="no capacity")
    row = published.invited().get(supplier=firm.alfa)
    seen = row.seen_at
    assert (row.decline_reason, row.declined_at is None, seen is None) == ("no capacity", False, False)
    with work():
        services.mark_seen(published, actor=alfa)
        services.take_part(published, actor=alfa)
    row.refresh_from_db()
    assert (row.declined_at, row.decline_reason, row.seen_at) == (None, "", seen)
    with pytest.raises(NotAllowed), work():
        services.decline(published, actor=firm.actor("alfa_reader"))


def test_who_was_not_invited_cannot_answer(firm, work):
    tender = publish(firm, work, suppliers=[firm.beta])
    for act in (services.mark_seen, services.decline, services.take_part):
        with pytest.raises(Missing), work():
            act(tender, actor=firm.actor("alfa_admin"))
        if act is not services.mark_seen:
            continue
        with pytest.raises(Missing), work():
            act(tender, actor=firm.actor("buyer"))


def test_cancelling_tells_everybody_asked_with_the_reason(firm, work, published):
    deliver_due()
    mail.outbox.clear()
    with work():
        cancelled = perform(published, "cancel", actor=firm.actor("buyer"), reason="the need is gone")
    assert (cancelled.state, cancelled.next_check) == ("cancelled", None)
    deliver_due()
    assert {one.to[0] for one in mail.outbox} == {"sales@alfa.example", "sales@beta.example"}
    assert all("the need is gone" in one.body for one in mail.outbox)


def test_cancelling_a_draft_writes_to_no_supplier(firm, work, tender):
    with work():
        perform(tender, "cancel", actor=firm.actor("buyer"), reason="a mistake")
    deliver_due()
    assert mail.outbox == []


def test_nobody_opens_before_the_deadline(firm, work, published):
    for persona in ("buyer", "head", "officer"):
        offer = next(one for one in available(published, firm.actor(persona)) if one.name == "open_bids")
        assert not offer.allowed
        with pytest.raises(RuleBroken), work():
            perform(published, "open_bids", actor=firm.actor(persona))
    with at(published.deadline - dt.timedelta(milliseconds=1)):
        with pytest.raises(RuleBroken), work():
            perform(published, "open_bids", actor=firm.actor("officer"))
    assert tenders().get().opened_at is None


def _third(firm):
    from suppliers.registry.models import Supplier

    supplier = Supplier(code="S-gamma", name="Gamma", state="active")
    supplier.save()
    Contact.rows.create(supplier=supplier, name="Gamma sales", email="sales@gamma.example")
    return supplier


def test_a_draft_is_seen_by_no_supplier(firm, work):
    draft(firm, work)
    assert not Tender.objects.visible_to(firm.actor("alfa_admin")).exists()

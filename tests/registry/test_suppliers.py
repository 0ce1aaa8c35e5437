"""Suppliers: written by buyers, checked, suspended for a time, seen by those who may."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from srm.audit.selectors import history
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow.jobs import run_due
from srm.flow.perform import perform
from srm.outbox.models import OutboxEvent
from suppliers.registry import services, taxids
from suppliers.registry.models import Contact, Supplier

PERSON = {"name": "Petra Novak", "email": "petra@gamma.example", "language": "bg"}


def suppliers():
    return Supplier.objects.unscoped("test")


def create(firm, work, **values):
    with work():
        return services.create_supplier(actor=firm.actor("buyer"), **{"name": "Gamma", "contacts": [PERSON], **values})


def test_a_buyer_enters_a_supplier_with_a_contact_and_it_is_active(firm, work):
    supplier = create(firm, work, country="DE", categories=[firm.fasteners])
    assert (supplier.state, supplier.code) == ("active", "S-1001")
    assert supplier.contacts.get().language == "bg"
    assert list(supplier.categories.all()) == [firm.fasteners]
    assert create(firm, work, name="Delta").code == "S-1002"
    assert {event.verb for event in history(supplier)} >= {"created", "accept"}


def test_other_systems_learn_of_a_supplier(firm, work):
    supplier = create(firm, work)
    kinds = OutboxEvent.objects.unscoped("test").filter(key=supplier.public_id).values_list("kind", flat=True)
    assert list(kinds) == ["supplier.created", "supplier.accept"]


@pytest.mark.parametrize("persona", ["requester", "auditor", "storekeeper", "alfa_admin"])
def test_who_may_not_edit_suppliers_is_refused_and_nothing_is_written(firm, work, persona):
    with pytest.raises(NotAllowed), work():
        services.create_supplier(actor=firm.actor(persona), name="Gamma")
    assert suppliers().count() == 2


def test_a_faulty_contact_is_named_by_its_place(firm, work):
    with pytest.raises(InvalidInput) as refused:
        create(firm, work, contacts=[PERSON, {**PERSON, "name": "Second"}, {"name": "Third", "email": "no address"}])
    assert set(refused.value.errors) == {"contacts.1.email"}
    with pytest.raises(InvalidInput) as refused:
        create(firm, work, contacts=[PERSON, {"name": "Third", "email": "no address"}])
    assert set(refused.value.errors) == {"contacts.1.email"}
    assert suppliers().count() == 2


def test_contacts_are_changed_added_and_removed_in_one_go(firm, work):
    supplier = create(firm, work, contacts=[PERSON, {"name": "Old", "email": "old@gamma.example"}])
    kept = supplier.contacts.get(name="Petra Novak")
    with work():
        changed = services.update_supplier(
            supplier, actor=firm.actor("buyer"), version=supplier.version,
            contacts=[{"id": kept.public_id, "phone": "+359 2 123"}, {"id": None, "name": "New", "email": "new@gamma.example"}],
        )  # fmt: skip
    assert changed.version == supplier.version + 1
    assert sorted(changed.contacts.values_list("name", "phone")) == [("New", ""), ("Petra Novak", "+359 2 123")]


def test_a_contact_of_another_supplier_cannot_be_changed_by_naming_its_id(firm, work):
    supplier, foreign = create(firm, work), firm.beta.contacts.get()
    with pytest.raises(InvalidInput), work():
        services.update_supplier(
            supplier, actor=firm.actor("buyer"), contacts=[{"id": foreign.public_id, "email": "evil@gamma.example"}]
        )
    assert firm.beta.contacts.get().email == "sales@beta.example"
    assert supplier.contacts.count() == 1


def test_an_edit_of_an_old_version_is_stale(firm, work):
    supplier = create(firm, work)
    with work():
        services.update_supplier(supplier, actor=firm.actor("buyer2"), version=supplier.version, phone="1")
    with pytest.raises(Stale), work():
        services.update_supplier(supplier, actor=firm.actor("buyer"), version=supplier.version, phone="2")


@pytest.mark.parametrize(
    ("country", "tax_id", "vat_number", "wrong"),
    [
        ("RU", "7707083893", "", set()),
        ("RU", "7707083894", "", {"tax_id"}),
        ("RU", "77 070-83893", "", set()),
        ("BG", "175074752", "BG175074752", set()),
        ("BG", "175074753", "", {"tax_id"}),
        ("BG", "1750747521234", "", set()),
        ("DE", "whatever the office writes", "DE136695976", set()),
        ("DE", "", "DE136695977", {"vat_number"}),
        ("GR", "", "EL094259216", set()),
        ("US", "12-3456789", "none", set()),
        ("", "12", "34", set()),
    ],
)
def test_numbers_with_a_wrong_check_digit_are_refused(country, tax_id, vat_number, wrong):
    assert set(taxids.check(country, tax_id, vat_number).errors) == wrong


def test_a_vat_number_of_another_country_is_only_remarked_upon():
    found = taxids.check("BG", "", "DE136695976")
    assert found.errors == {}
    assert len(found.warnings) == 1


def test_a_wrong_number_stops_the_entry_but_an_old_one_does_not_stop_other_changes(firm, work):
    with pytest.raises(InvalidInput):
        create(firm, work, country="RU", tax_id="7707083894")
    suppliers().filter(pk=firm.alfa.pk).update(country="RU", tax_id="7707083894")
    with work():
        services.update_supplier(firm.alfa, actor=firm.actor("buyer"), phone="5")
    with pytest.raises(InvalidInput), work():
        services.update_supplier(firm.alfa, actor=firm.actor("buyer"), tax_id="7707083895")


def test_a_suspension_ends_by_itself_on_its_day(firm, work):
    with time_machine.travel("2026-03-02 10:00", tick=False):
        with work():
            perform(firm.alfa, "suspend", actor=firm.actor("head"), until=dt.date(2026, 3, 10), reason="late twice")
        run_due()
        assert suppliers().get(pk=firm.alfa.pk).state == "suspended"
    with time_machine.travel("2026-03-09 21:59:59+00:00", tick=False):
        run_due()
        assert suppliers().get(pk=firm.alfa.pk).state == "suspended"
    with time_machine.travel("2026-03-09 22:00:01+00:00", tick=False):  # the midnight of Sofia
        run_due()
        run_due()
    back = suppliers().get(pk=firm.alfa.pk)
    assert (back.state, back.suspended_until, back.next_check) == ("active", None, None)
    assert history(back).filter(verb="reinstate").count() == 1


def test_only_the_head_suspends_and_blocks(firm, work):
    for move, details in (("suspend", {"until": dt.date(2030, 1, 1)}), ("block", {"reason": "fraud"})):
        with pytest.raises(NotAllowed), work():
            perform(firm.alfa, move, actor=firm.actor("buyer"), **details)
    with work():
        blocked = perform(firm.alfa, "block", actor=firm.actor("head"), reason="fraud")
    assert blocked.state == "blocked"
    with pytest.raises(RuleBroken), work():
        perform(blocked, "suspend", actor=firm.actor("head"), until=dt.date(2030, 1, 1))
    with work():
        assert perform(blocked, "reinstate", actor=firm.actor("head"), reason="cleared").state == "active"


def test_blocking_a_suspended_supplier_ends_the_suspension(firm, work):
    with work():
        perform(firm.alfa, "suspend", actor=firm.actor("head"), until=dt.date(2030, 1, 1), reason="late")
        perform(firm.alfa, "block", actor=firm.actor("head"), reason="fraud")
    with time_machine.travel("2030-01-02 10:00"):
        run_due()
    assert suppliers().get(pk=firm.alfa.pk).state == "blocked"


def test_a_supplier_sees_itself_and_no_other(firm):
    assert list(Supplier.objects.visible_to(firm.actor("alfa_admin"))) == [firm.alfa]
    assert set(Contact.objects.visible_to(firm.actor("alfa_reader"))) == set(firm.alfa.contacts.all())


def test_the_page_of_the_form_creates_edits_and_shows_faults_on_the_line(firm, client_of):
    buyer = client_of("buyer")
    form = {
        "name": "Gamma", "currency": "EUR", "language": "en", "payment_days": "30", "country": "RU", "tax_id": "7707083893",
        "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-name": "Petra", "lines-0-email": "petra@gamma.example",
        "lines-0-language": "bg", "lines-0-gets_tenders": "on",
    }  # fmt: skip
    answer = buyer.post(reverse("registry:supplier-create"), {**form, "tax_id": "7707083894"})
    assert answer.status_code == 422
    assert "INN" in answer.text
    answer = buyer.post(reverse("registry:supplier-create"), form, follow=True)
    assert answer.status_code == 200
    supplier = suppliers().get(name="Gamma")
    assert "Petra" in answer.text
    assert (supplier.contacts.get().gets_tenders, supplier.contacts.get().gets_orders) == (True, False)
    edit = {
        **form,
        "version": supplier.version,
        "phone": "777",
        "lines-INITIAL_FORMS": "1",
        "lines-0-id": supplier.contacts.get().public_id,
    }
    answer = buyer.post(reverse("registry:supplier-edit", args=[supplier.public_id]), edit, follow=True)
    assert answer.status_code == 200
    assert suppliers().get(name="Gamma").phone == "777"
    assert supplier.contacts.count() == 1


def test_the_list_finds_by_any_word_and_category(firm, client_of, work):
    create(firm, work, name="Метиз-Сервис", categories=[firm.fasteners])
    buyer, address = client_of("buyer"), reverse("registry:supplier-list")
    assert "Метиз-Сервис" in buyer.get(address, {"q": "метиз"}).text
    assert "Alfa" not in buyer.get(address, {"q": "метиз"}).text
    assert "Метиз" in buyer.get(address, {"category": firm.fasteners.public_id}).text
    assert "Метиз" not in buyer.get(address, {"category": firm.tools.public_id}).text


@pytest.mark.parametrize("page", ["registry:supplier-list", "registry:supplier-detail", "registry:supplier-edit"])
def test_pages_ask_few_questions(firm, client_of, work, page, django_assert_max_num_queries):
    supplier = create(firm, work, categories=[firm.fasteners, firm.tools])
    for number in range(12):
        create(firm, work, name=f"S{number}", categories=[firm.tools], contacts=[])
    client, args = client_of("buyer"), [] if page.endswith("list") else [supplier.public_id]
    client.get(reverse(page, args=args))
    with django_assert_max_num_queries(25):
        assert client.get(reverse(page, args=args)).status_code == 200

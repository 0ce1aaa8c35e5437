"""The portal: what is asked of me, my firm, my people; staff never land here."""

import pytest
from django.urls import reverse

from procurement.bids import services as bids
from procurement.tenders import services as tenders
from srm.people.models import User
from suppliers.registry.models import Membership, Supplier
from tests.bids.conftest import offer, open_up
from tests.tenders.conftest import publish

STAFF = ("buyer", "head", "requester", "auditor", "administrator")


def home(client):
    return client.get(reverse("portal:home"))


@pytest.mark.parametrize("persona", STAFF)
def test_for_staff_the_portal_does_not_exist(firm, work, client_of, persona):
    tender = publish(firm, work)
    client = client_of(persona)
    for address in (
        "/portal/",
        "/portal/profile/",
        reverse("portal-bids:tender-offer", args=[tender.public_id]),
        "/portal/bids/protection/",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("persona", ["alfa_admin", "alfa_reader"])
def test_suppliers_never_land_in_staff_pages(firm, work, client_of, persona):
    tender = publish(firm, work)
    client = client_of(persona)
    for address in (
        "/tenders/",
        f"/tenders/{tender.public_id}/",
        "/registry/",
        f"/registry/{firm.alfa.public_id}/",
        "/awards/",
    ):
        assert client.get(address).status_code in (403, 404), address


def test_who_is_nobody_is_asked_to_log_in(client, db):
    assert client.get("/portal/").status_code == 302


def test_an_empty_start_page_says_what_will_come(firm, client_of):
    page = home(client_of("alfa_admin"))
    assert page.status_code == 200
    assert "Nothing is asked of you now" in page.text


def test_the_start_page_lists_what_waits_with_its_deadline_first(firm, work, client_of):
    tender = publish(firm, work, title="Bolts wanted")
    publish(firm, work, title="Not for Alfa", suppliers=[firm.beta])
    page = home(client_of("alfa_admin"))
    assert "Bolts wanted" in page.text
    assert "Not for Alfa" not in page.text
    assert "data-countdown" in page.text
    assert "Make an offer" in page.text
    with work():
        bids.save_draft(tender, actor=firm.actor("alfa_admin"), typed={"lines": {}})
    assert "Continue" in home(client_of("alfa_admin")).text
    offer(firm, work, tender)
    text = home(client_of("alfa_admin")).text
    assert "Nothing is waiting for you" in text
    assert "sent" in text
    with work():
        tenders.decline(tender, actor=firm.actor("beta_admin"))
    assert "declined" in home(client_of("beta_admin")).text


def test_the_deadline_is_told_in_the_readers_time_zone(firm, work, client_of):
    import datetime as dt

    tender = publish(firm, work, deadline=dt.datetime(2099, 7, 1, 7, 0, tzinfo=dt.UTC))
    address = reverse("portal-bids:tender-offer", args=[tender.public_id])
    assert "10:00 (Sofia)" in client_of("alfa_admin").get(address).text.replace("\xa0", " ")
    User.objects.filter(pk=firm.users.alfa_admin.pk).update(time_zone="America/New_York")
    assert "03:00 (New York)" in client_of("alfa_admin").get(address).text.replace("\xa0", " ")


def test_results_are_ones_own(firm, work, client_of):
    from procurement.awards import services as awards
    from srm.flow.perform import perform
    from tests.awards.conftest import only

    tender = publish(firm, work)
    offer(firm, work, tender, "alfa_admin", ("0.052", "0.018"))
    offer(firm, work, tender, "beta_admin", ("0.055", "0.017"))
    opened = open_up(work, tender)
    buyer = firm.actor("buyer")
    with work():
        award = awards.propose(
            actor=buyer, tender=opened, choice=only(opened, buyer, "Beta Stahl"), reason="one delivery only"
        )
    assert "being compared" in home(client_of("alfa_admin")).text
    with work():
        perform(award, "approve", actor=firm.actor("head"))
    address = reverse("portal-bids:tender-offer", args=[tender.public_id])
    won, lost = client_of("beta_admin").get(address).text, client_of("alfa_admin").get(address).text
    assert "10443 Bolt" in won
    assert "Your offer was chosen" in won
    assert "was not chosen" in lost
    for text, rival in ((won, "Alfa"), (lost, "Beta")):
        assert rival not in text
    assert "0.055" not in lost
    assert "one delivery only" not in won + lost


def test_a_supplier_keeps_its_own_profile_but_not_its_name(firm, client_of):
    client = client_of("alfa_admin")
    assert "Alfa Metal" in client.get(reverse("portal:profile")).text
    version = Supplier.objects.unscoped("test").get(pk=firm.alfa.pk).version
    contact = firm.alfa.contacts.get()
    form = {
        "version": version, "name": "Evil", "tax_id": "1", "state": "active", "email": "new@alfa.example", "phone": "123", "language": "ru",
        "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "1", "lines-0-id": contact.public_id, "lines-0-name": "New name",
        "lines-0-email": "sales@alfa.example", "lines-0-language": "ru",
    }  # fmt: skip
    page = client.post(reverse("portal:supplier-profile-edit"), form, follow=True)
    assert page.status_code == 200
    supplier = Supplier.objects.unscoped("test").get(pk=firm.alfa.pk)
    assert (supplier.name, supplier.tax_id, supplier.phone, supplier.language) == ("Alfa Metal", "", "123", "ru")
    assert supplier.contacts.get().name == "New name"


def test_a_reader_of_the_supplier_changes_nothing(firm, work, client_of):
    tender = publish(firm, work)
    client = client_of("alfa_reader")
    address = reverse("portal-bids:tender-offer", args=[tender.public_id])
    page = client.get(address)
    assert page.status_code == 200
    assert "data-offer " not in page.text
    assert client.get(reverse("portal:supplier-profile-edit")).status_code in (403, 404)
    for name in ("check", "draft", "submit", "upload", "decline", "withdraw"):
        assert client.post(reverse(f"portal-bids:tender-{name}", args=[tender.public_id])).status_code in (403, 404), (
            name
        )


def test_a_supplier_invites_and_closes_colleagues(firm, client_of):
    client = client_of("alfa_admin")
    form = {"name": "Nora", "email": "nora@alfa.example", "role": "supplier_user", "language": "bg"}
    assert client.post(reverse("portal:people-invite"), form, follow=True).status_code == 200
    nora = Membership.objects.unscoped("test").get(user__email="nora@alfa.example")
    assert nora.supplier == firm.alfa
    assert "Nora" in client.get(reverse("portal:profile")).text
    assert client.post(reverse("portal:people-close", args=[nora.pk]), follow=True).status_code == 200
    assert not User.objects.get(pk=nora.user_id).is_active


@pytest.mark.parametrize("page", ["home", "offer", "profile", "edit"])
def test_portal_pages_ask_few_questions(firm, work, client_of, page, django_assert_max_num_queries):
    for number in range(8):
        tender = publish(firm, work, title=f"Tender {number}")
        if number % 2:
            offer(firm, work, tender)
    addresses = {
        "home": "/portal/", "offer": reverse("portal-bids:tender-offer", args=[tender.public_id]), "profile": "/portal/profile/",
        "edit": "/portal/profile/edit/",
    }  # fmt: skip
    client = client_of("alfa_admin")
    client.get(addresses[page])
    with django_assert_max_num_queries(25):
        assert client.get(addresses[page]).status_code == 200

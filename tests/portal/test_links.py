"""Magic links: one document for one supplier, without an account; every dead one looks the same."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from procurement.bids.models import Bid
from srm.core import clock
from srm.flow.perform import perform
from srm.outbox.services import deliver_due
from suppliers.portal import links
from suppliers.portal.models import MagicLink
from tests.bids.conftest import typed
from tests.tenders.conftest import publish


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def link_of(address):
    """The path of the link in the newest mail to `address`."""
    deliver_due()
    letter = [one for one in mail.outbox if one.to == [address]][-1]
    return re.search(r"/portal/l/[\w-]+/", letter.body).group()


def page_of(tender):
    return reverse("portal-bids:tender-offer", args=[tender.public_id])


@pytest.fixture
def tender(firm, work):
    return publish(firm, work)


def test_a_link_opens_its_tender_without_an_account_in_the_contacts_language(firm, tender):
    browser = Client()
    answer = browser.get(link_of("sales@alfa.example"))
    assert (answer.status_code, answer.url) == (302, page_of(tender))
    page = browser.get(answer.url)
    assert page.status_code == 200
    assert page.headers["Content-Language"] == "bg"
    assert "no-store" in page.headers["Cache-Control"]
    assert "sessionid" not in browser.cookies
    assert "session" not in browser.cookies


def test_following_a_link_changes_nothing_in_the_database(firm, tender, django_assert_num_queries):
    path = link_of("sales@alfa.example")
    before = list(MagicLink.objects.unscoped("test").values())
    browser = Client()
    browser.get(path, follow=True)
    assert list(MagicLink.objects.unscoped("test").values()) == before
    assert tender.invited().get(supplier=firm.alfa).seen_at is None
    assert browser.post(reverse("portal-bids:tender-seen", args=[tender.public_id])).status_code == 204
    assert tender.invited().get(supplier=firm.alfa).seen_at is not None
    assert MagicLink.objects.unscoped("test").exclude(last_used_at=None).count() == 1


def test_its_holder_makes_an_offer_and_gets_a_receipt(firm, tender):
    browser = Client()
    browser.get(link_of("sales@alfa.example"))
    post = {f"{name}-{key}": value for key, line in typed(tender)["lines"].items() for name, value in line.items()}
    page = browser.post(reverse("portal-bids:tender-check", args=[tender.public_id]), post)
    assert page.status_code == 200
    hidden = dict(re.findall(r'name="(request_key|mark)" value="([^"]+)"', page.text))
    page = browser.post(reverse("portal-bids:tender-submit", args=[tender.public_id]), hidden, follow=True)
    assert page.status_code == 200
    bid = Bid.objects.unscoped("test").get()
    assert (bid.supplier, bid.state) == (firm.alfa, "submitted")


def test_it_reaches_this_one_document_and_nothing_else_of_the_firm(firm, work, tender):
    other = publish(firm, work, title="Another")
    browser = Client()
    browser.get(link_of("sales@alfa.example"))  # the newest: of the other
    assert browser.get(page_of(other)).status_code == 200
    assert browser.get(page_of(tender)).status_code == 404
    assert (
        browser.post(
            reverse("portal-bids:tender-draft", args=[tender.public_id]), "{}", content_type="application/json"
        ).status_code
        == 404
    )
    for name in ("portal:profile", "portal:supplier-profile-edit", "portal:people-invite"):
        assert browser.get(reverse(name)).status_code == 404
    home = browser.get(reverse("portal:home"))
    assert "Another" in home.text
    assert "Fasteners, 2027" not in home.text


def test_a_second_link_of_the_same_firm_opens_beside_the_first(firm, work, tender):
    first = link_of("sales@alfa.example")
    other = publish(firm, work, title="Another")
    browser = Client()
    browser.get(first)
    browser.get(link_of("sales@alfa.example"))
    assert browser.get(page_of(tender)).status_code == 200
    assert browser.get(page_of(other)).status_code == 200
    rival = publish(firm, work, suppliers=[firm.beta])
    browser.get(link_of("sales@beta.example"))
    assert browser.get(page_of(rival)).status_code == 200
    assert browser.get(page_of(other)).status_code == 404  # the browser acts for one firm at a time


def without_noise(page):
    text = re.sub(
        r'(name="csrf" content|csrfmiddlewaretoken" value|"X-CSRFToken":|server-time" content=)[^>]*', "", page.text
    )
    return re.sub(r'name this: \w+|name="next" value="[^"]*"', "", text)


def test_dead_links_of_every_kind_look_alike(firm, work, tender):
    withdrawn = link_of("sales@alfa.example")
    expired = link_of("sales@beta.example")
    with work():
        links.withdraw_links(tender, actor=firm.actor("buyer"), supplier=firm.alfa)
    MagicLink.objects.unscoped("test").filter(supplier=firm.beta).update(
        expires_at=clock.now() - dt.timedelta(seconds=1)
    )
    pages = [Client().get(path) for path in (withdrawn, expired, "/portal/l/never-was/", "/portal/l/%00%ff/")]
    assert {page.status_code for page in pages} == {404}
    assert len({without_noise(page) for page in pages}) == 1
    assert all(links.COOKIE not in page.cookies for page in pages)


def test_a_link_that_dies_takes_its_open_browser_with_it(firm, work, tender):
    browser = Client()
    browser.get(link_of("sales@alfa.example"))
    assert browser.get(page_of(tender)).status_code == 200
    with work():
        perform(firm.alfa, "block", actor=firm.actor("head"), reason="fraud")
    answer = browser.get(page_of(tender))
    assert answer.status_code == 302
    assert "/account/login/" in answer.url


def test_a_forged_or_old_cookie_opens_nothing(firm, tender):
    browser = Client()
    browser.get(link_of("sales@alfa.example"))
    good = browser.cookies[links.COOKIE].value
    browser.cookies[links.COOKIE] = good[:-2] + "xx"
    assert browser.get(page_of(tender)).status_code == 302
    browser.cookies[links.COOKIE] = good
    assert browser.get(page_of(tender)).status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=13)):
        assert browser.get(page_of(tender)).status_code == 302


def test_the_cookie_is_for_the_portal_and_no_script(firm, tender):
    browser = Client()
    browser.get(link_of("sales@alfa.example"))
    cookie = browser.cookies[links.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/portal/", True, "Lax")


def test_who_is_logged_in_follows_only_links_of_his_own_firm_and_staff_none(firm, tender, client_of):
    path = link_of("sales@alfa.example")
    assert client_of("alfa_admin").get(path).status_code == 302
    for persona in ("beta_admin", "buyer", "administrator"):
        browser = client_of(persona)
        assert browser.get(path).status_code == 404
        assert links.COOKIE not in browser.cookies


def test_guessing_links_is_slowed_down(firm, tender):
    browser = Client()
    codes = [browser.get(f"/portal/l/guess{number}/").status_code for number in range(links.TRIES_PER_MINUTE + 2)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert browser.get(link_of("sales@alfa.example")).status_code == 429
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61)):
        assert Client().get(link_of("sales@alfa.example")).status_code == 302


def test_a_link_gives_no_access_to_staff_pages_or_the_api(firm, tender):
    browser = Client()
    browser.get(link_of("sales@alfa.example"))
    for path in ("/tenders/", "/registry/", f"/tenders/{tender.public_id}/", "/requests/"):
        assert browser.get(path).status_code in (302, 404)
    assert browser.get("/api/v1/tenders/").status_code in (401, 403)

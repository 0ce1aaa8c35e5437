"""The page of one's tokens: made after a fresh log-in, shown once, withdrawn at once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from srm.rest.models import ApiToken
from tests.rest.helpers import account, api, token_for

pytestmark = pytest.mark.django_db
PAGES = "/rest/tokens/"
FORM = {"name": "Scanner", "days": "90", "scopes": ["catalog.view"], "networks": "127.0.0.1\n::1"}


@pytest.fixture
def browser(requester) -> Client:
    """Logged in, with the password given a moment ago."""
    client = Client()
    client.force_login(requester)
    answer = client.post("/account/reauthenticate/", {"password": "a long enough password"})
    assert answer.status_code == 302
    return client


def test_making_a_token_asks_for_the_password_again(requester):
    client = Client()
    client.force_login(requester)
    for answer in (client.get(f"{PAGES}new/"), client.post(f"{PAGES}new/", FORM)):
        assert answer.status_code == 302
        assert "reauthenticate" in answer.url
    assert not ApiToken.objects.unscoped("test").exists()


def test_the_secret_is_shown_once_and_works(browser, requester):
    assert browser.get(f"{PAGES}new/").status_code == 200
    answer = browser.post(f"{PAGES}new/", FORM)
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    secret = re.search(r"qd_[A-Za-z0-9_-]{43}", answer.content.decode())[0]
    assert api(token=secret).get("/api/v1/").status_code == 200
    token = ApiToken.objects.unscoped("test").get()
    assert (token.user, token.scopes, token.networks) == (requester, ["catalog.view"], ["127.0.0.1/32", "::1/128"])
    for page in (PAGES, f"{PAGES}{token.public_id}/"):
        shown = browser.get(page)
        assert shown.status_code == 200
        assert secret not in shown.content.decode()
        assert "Scanner" in shown.content.decode()


@pytest.mark.parametrize(
    "change", [{"scopes": ["org.manage"]}, {"days": "4000"}, {"networks": "evil"}, {"name": ""}, {"days": "x"}]
)
def test_a_form_that_cannot_be_comes_back_with_sentences(browser, change):
    answer = browser.post(f"{PAGES}new/", FORM | change)
    assert answer.status_code == 422
    assert not ApiToken.objects.unscoped("test").exists()


def test_only_who_manages_accounts_makes_tokens_for_programs(browser, admin):
    program = account("program", kind="service")
    browser.post(f"{PAGES}new/", FORM | {"account": program.public_id})
    assert not ApiToken.objects.unscoped("test").filter(user=program).exists()


def test_a_withdrawn_token_is_dead(browser, requester):
    secret = token_for(requester)
    token = ApiToken.objects.unscoped("test").get()
    assert browser.get(f"{PAGES}{token.public_id}/revoke/").status_code == 200
    assert browser.post(f"{PAGES}{token.public_id}/revoke/").status_code == 302
    assert api(token=secret).get("/api/v1/").status_code == 401


def test_tokens_of_others_do_not_exist(browser, admin):
    token_for(admin)
    token = ApiToken.objects.unscoped("test").get()
    for page in ("", "revoke/"):
        assert browser.get(f"{PAGES}{token.public_id}/{page}").status_code == 404
    assert browser.post(f"{PAGES}{token.public_id}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None

"""The way in: rights, log-in, what is missing and what is not yours."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from srm.audit.models import SecurityEvent
from srm.people.models import Department, LegalEntity
from srm.ui.pages import ListPage, Page, routes
from srm.ui.slots import provides


def test_a_page_without_a_permission_cannot_be_imported():
    with pytest.raises(ImproperlyConfigured, match="names no permission"):
        type("Careless", (Page,), {"template": "x.html"})


def test_a_page_that_inherits_a_base_without_permission_cannot_be_imported_either():
    with pytest.raises(ImproperlyConfigured):
        type("CarelessList", (ListPage,), {"model": Department})


def test_a_public_page_says_so():
    assert type("Open", (Page,), {"public": True}).public


def test_addresses_follow_the_room_and_the_model():
    page = type(
        "Things",
        (ListPage,),
        {"model": LegalEntity, "permission": "org.view", "__module__": "procurement.things.views"},
    )
    assert page.url_name() == "things:legalentity-list"
    assert routes(page, prefix="firms/")[0].pattern._route == "firms/"


def test_a_slot_that_does_not_exist_cannot_be_filled():
    with pytest.raises(ImproperlyConfigured, match="no slot"):
        provides("coffee")


def test_nobody_is_sent_to_log_in_and_back(client, db):
    answer = client.get("/org/users/?kind=staff&q=a")
    assert answer.status_code == 302
    assert answer.url == "/account/login/?next=%2Forg%2Fusers%2F%3Fkind%3Dstaff%26q%3Da"


def test_a_partial_request_without_session_makes_the_whole_window_log_in(client, db):
    answer = client.get("/org/users/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/org/roles/"})
    assert answer.headers["HX-Redirect"] == "/account/login/?next=%2Forg%2Froles%2F"


def test_who_lacks_the_right_is_refused_and_noted(client_of):
    answer = client_of("requester").get("/org/users/")
    assert answer.status_code == 403
    noted = SecurityEvent.objects.get()
    assert (noted.kind, noted.path, noted.actor_name) == ("forbidden", "/org/users/", "Ivan Petrov")


def test_a_refused_partial_request_becomes_a_message(client_of):
    answer = client_of("requester").get("/org/users/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "Your role does not include this" in answer.headers["HX-Trigger"]
    assert answer.content == b""


def test_who_may_look_may_not_change(client_of):
    auditor = client_of("auditor")
    assert auditor.get("/org/users/").status_code == 200
    assert auditor.get("/org/users/new/").status_code == 403
    assert b"Invite" not in auditor.get("/org/users/").content


def masked(answer):
    """A page without its time, its tokens, its request id and the address it was asked under."""
    text = answer.content.decode().replace(answer.headers["X-Request-ID"], "").replace(answer.wsgi_request.path, "")
    text = re.sub(r"[A-Za-z0-9]{64}", "", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.+]+", "", text)


def test_an_object_that_is_not_there_answers_like_an_address_that_never_was(client_of):
    admin = client_of("administrator")
    one, other = admin.get("/org/users/AAAAAAAAAAAAAAAAAAAAAA/"), admin.get("/nowhere/at/all/")
    assert one.status_code == other.status_code == 404
    assert masked(one) == masked(other)


def test_pages_of_logged_in_people_are_kept_out_of_caches(client_of):
    assert client_of("administrator").get("/org/users/").headers["Cache-Control"] == "private, no-store"


def test_every_page_says_which_request_it_answered_when_it_refuses(client_of):
    answer = client_of("requester").get("/org/users/")
    assert answer.headers["X-Request-ID"] in answer.content.decode()


def test_a_body_that_is_too_large_gets_its_own_page(client_of, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client_of("administrator").post("/org/departments/new/", {"code": "x" * 500})
    assert answer.status_code == 413


def test_the_page_for_faults_needs_nothing(client_of, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("database on fire")

    monkeypatch.setattr("srm.org.views.UserList.rows", broken)
    client = client_of("administrator")
    client.raise_request_exception = False
    answer = client.get("/org/users/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "database on fire" not in answer.content.decode()


def test_the_frame_shows_each_role_its_own_menu(client_of):
    administrator = client_of("administrator").get("/org/users/").content.decode()
    assert reverse("org:user-list") in administrator
    requester = client_of("requester").get(reverse("ui:shortcuts")).content.decode()
    assert reverse("org:user-list") not in requester

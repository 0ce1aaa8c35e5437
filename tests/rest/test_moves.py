"""Moves over the API go the way of the buttons: the same rights, guards, forms and sentences."""

from __future__ import annotations

import pytest

from srm.audit.models import AuditEvent
from srm.flow import registry
from tests.rest.helpers import api, token_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def moves(things, item) -> str:
    return f"{things}{item.public_id}/moves/"


def test_offers_are_those_of_the_state_and_the_role(things, moves, admin, requester):
    offers = api(admin).get(moves).json()
    assert [offer["name"] for offer in offers] == ["activate"]
    assert offers[0]["allowed"] is True
    assert offers[0]["fields"] == []
    assert api(requester).get(moves).json() == []


def test_a_move_moves_and_is_noted(things, moves, admin, item):
    answer = api(admin).post(f"{moves}activate/")
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "active"
    assert answer.headers["ETag"] == '"2"'
    event = AuditEvent.objects.get()
    assert (event.verb, event.changes) == ("activate", {"state": ["draft", "active"]})


def test_a_move_with_details_asks_for_them_by_its_form(things, moves, admin):
    caller = api(admin)
    caller.post(f"{moves}activate/")
    offer = caller.get(moves).json()[0]
    assert [field["name"] for field in offer["fields"]] == ["reason"]
    refused = caller.post(f"{moves}block/")
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["reason"]
    assert caller.post(f"{moves}block/", {"reason": "It breaks."}).json()["state"] == "blocked"
    assert AuditEvent.objects.get(verb="block").reason == "It breaks."


@pytest.mark.parametrize(
    "details",
    [{"state": "active"}, {"reason": {"a": 1}}, {"reason": [[1]]}, {"actor": "x", "document": 1}, {"reason": "ok ok", "bogus": 1},
     {"reason": "x" * 501}, {"reason": None}, {"reason": "\x00\x00\x00"}, {"self": 1}],
)  # fmt: skip
def test_details_that_the_form_does_not_know_are_refused(things, moves, admin, item, details):
    caller = api(admin)
    caller.post(f"{moves}activate/")
    answer = caller.post(f"{moves}block/", details)
    assert answer.status_code == 422
    item.refresh_from_db()
    assert item.state == "active"


def test_a_move_that_does_not_fit_the_state_says_so(things, moves, admin):
    answer = api(admin).post(f"{moves}block/", {"reason": "It breaks."})
    assert answer.status_code == 409
    assert len(answer.json()["reasons"]) == 1


def test_a_guard_refuses_with_its_sentence_and_the_offer_says_it_before(things, moves, admin, item, monkeypatch):
    from srm.catalog.models import Item

    key = registry._key(Item, "activate")
    monkeypatch.setitem(registry._guards, key, [lambda document, actor: "Give it a weight first."])
    caller = api(admin)
    offer = caller.get(moves).json()[0]
    assert (offer["allowed"], offer["reasons"]) == (False, ["Give it a weight first."])
    answer = caller.post(f"{moves}activate/")
    assert answer.status_code == 409
    assert answer.json()["reasons"] == ["Give it a weight first."]
    item.refresh_from_db()
    assert item.state == "draft"


def test_who_lacks_the_right_moves_nothing(things, moves, requester, admin, item):
    assert api(requester).post(f"{moves}activate/").status_code == 403
    narrow = token_for(admin, scopes=["catalog.edit"])
    assert api(token=narrow).post(f"{moves}activate/").status_code == 403
    assert api().post(f"{moves}activate/").status_code == 401
    item.refresh_from_db()
    assert item.state == "draft"


@pytest.mark.parametrize(
    "name", ["approve", "save", "delete", "activate%00", "ACTIVATE", "__class__", "full_clean", "moves"]
)
def test_a_move_that_is_not_declared_does_not_exist(things, moves, admin, name):
    assert api(admin).post(f"{moves}{name}/").status_code == 404


def test_a_move_of_an_old_version_is_stale(things, moves, admin, item):
    caller = api(admin)
    assert caller.post(f"{moves}activate/", {"version": 7}).status_code == 409
    assert caller.post(f"{moves}activate/", **{"If-Match": '"7"'}).status_code == 409
    assert caller.post(f"{moves}activate/", {"version": 1}).status_code == 200


def test_a_move_sent_twice_is_performed_once(things, moves, admin):
    caller = api(admin)
    first = caller.post(f"{moves}activate/", key="key-1")
    again = caller.post(f"{moves}activate/", key="key-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert AuditEvent.objects.count() == 1


def test_moves_of_an_unseen_document_answer_like_those_of_a_missing_one(things, admin, item, monkeypatch):
    monkeypatch.setattr("srm.catalog.models.CatalogQuerySet.visible_to", lambda self, actor: self.none())
    caller, same = api(admin), {"X-Request-ID": "same-request-1"}
    for call, tail in ((caller.get, "moves/"), (caller.post, "moves/activate/")):
        foreign = call(f"{things}{item.public_id}/{tail}", **same)
        missing = call(f"{things}{'A' * 22}/{tail}", **same)
        assert foreign.status_code == 404
        assert foreign.content == missing.content
        assert foreign.headers == missing.headers


def test_a_resource_without_lifecycle_has_no_moves(things, admin, category):
    assert api(admin).get(f"/api/v1/groups/{category.public_id}/moves/").status_code == 404

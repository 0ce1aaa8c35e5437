"""Reading and writing documents, by people who may and people who may not."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from srm.audit.models import AuditEvent, SecurityEvent
from srm.catalog.models import Category, Item
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
UNKNOWN_ID = "A" * 22


def test_a_document_shows_its_declared_fields_and_no_others(things, requester, item):
    shown = api(requester).get(f"{things}{item.public_id}/")
    assert shown.status_code == 200
    assert shown.headers["ETag"] == '"1"'
    assert shown.json() == {
        "id": item.public_id, "article": "B-1", "name_en": "Bolt", "category": item.category.public_id,
        "category_name": "Fasteners", "base_unit": "H87", "reference_price": "0.05", "currency": "EUR",
        "margin_dependent": None, "state": "draft", "version": 1, "created_by": None,
    }  # fmt: skip


def test_who_is_not_logged_in_is_asked_to(things, item):
    answer = api().get(f"{things}{item.public_id}/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_lacks_the_right_is_refused_and_leaves_a_trace(things, requester, body):
    answer = api(requester).post(things, body)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:quadrant:problem:forbidden"
    assert not Item.objects.exists()
    event = SecurityEvent.objects.get()
    assert event.actor_user_id == requester.pk
    assert things in f"{event.path} {event.detail}"


def test_an_unseen_document_answers_exactly_like_a_missing_one(things, nobody, admin, item, monkeypatch):
    monkeypatch.setattr("tests.rest.resources.ItemViewSet.permissions", {"view": "home.view"})
    stranger = api(admin)
    monkeypatch.setattr("srm.catalog.models.CatalogQuerySet.visible_to", lambda self, actor: self.none())
    foreign = stranger.get(f"{things}{item.public_id}/", **{"X-Request-ID": "same-request-1"})
    missing = stranger.get(f"{things}{UNKNOWN_ID}/", **{"X-Request-ID": "same-request-1"})
    garbage = stranger.get(f"{things}1%00%0a'--/", **{"X-Request-ID": "same-request-1"})
    assert foreign.status_code == 404
    assert foreign.content == missing.content == garbage.content
    assert foreign.headers == missing.headers == garbage.headers


def test_an_address_that_does_not_exist_is_a_problem_in_json_too(things):
    answer = api().get("/api/v1/nothing/here/")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_new_document_is_stored_audited_and_shown(things, admin, body, category):
    answer = api(admin).post(things, body)
    assert answer.status_code == 201, answer.content
    made = Item.objects.get()
    assert answer.headers["Location"] == f"http://testserver{things}{made.public_id}/"
    assert answer.json()["reference_price"] == "1.25"
    assert answer.json()["margin_dependent"] == "10.00"
    assert made.created_by == admin
    assert AuditEvent.objects.get().verb == "created"


def test_numbers_are_read_exactly_also_as_json_numbers(things, admin, body):
    answer = api(admin).post(
        things, raw=json.dumps(body | {"reference_price": 0}).replace('_price": 0', '_price": 0.100001').encode()
    )
    assert answer.status_code == 201, answer.content
    assert Item.objects.get().reference_price == Decimal("0.100001")


def test_a_change_names_the_version_it_saw(things, admin, item):
    address = f"{things}{item.public_id}/"
    assert api(admin).patch(address, {"name_en": "Screw"}).status_code == 428
    answer = api(admin).patch(address, {"name_en": "Screw", "version": 1})
    assert answer.status_code == 200, answer.content
    assert answer.json()["version"] == 2
    assert answer.headers["ETag"] == '"2"'


def test_a_change_of_an_old_version_is_stale(things, admin, item):
    address = f"{things}{item.public_id}/"
    api(admin).patch(address, {"name_en": "Screw", "version": 1})
    by_field = api(admin).patch(address, {"name_en": "Nail", "version": 1})
    by_header = api(admin).patch(address, {"name_en": "Nail"}, **{"If-Match": '"1"'})
    assert [by_field.status_code, by_header.status_code] == [409, 409]
    assert by_field.json()["type"] == "urn:quadrant:problem:stale"
    item.refresh_from_db()
    assert item.name_en == "Screw"


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', "1", "*"])
def test_if_match_is_read_in_every_form(things, admin, item, header):
    answer = api(admin).patch(f"{things}{item.public_id}/", {"name_en": "Screw"}, **{"If-Match": header})
    assert answer.status_code == 200


@pytest.mark.parametrize("version", ["x", "1.5", -1, 1.5, True, "9" * 40, [1], {"a": 1}])
def test_a_version_that_is_no_number_is_refused(things, admin, item, version):
    answer = api(admin).patch(f"{things}{item.public_id}/", {"name_en": "Screw", "version": version})
    assert answer.status_code == 422
    assert "version" in answer.json()["errors"]


@pytest.mark.parametrize("method", ["DELETE", "PUT"])
def test_nothing_is_deleted_or_replaced(things, admin, item, method):
    answer = api(admin).call(method, f"{things}{item.public_id}/")
    assert answer.status_code == 405
    assert "PATCH" in answer.headers["Allow"]
    assert Item.objects.count() == 1


def test_a_resource_without_services_is_read_only(things, admin, category):
    groups = "/api/v1/groups/"
    assert api(admin).get(f"{groups}{category.public_id}/").status_code == 200
    assert api(admin).post(groups, {"code": "X"}).status_code == 405
    assert api(admin).patch(f"{groups}{category.public_id}/", {"code": "X"}).status_code == 405
    assert Category.objects.get().code == "A"


def test_what_the_model_refuses_is_told_by_field(things, admin, body, item):
    answer = api(admin).post(things, body | {"article": "B-1"})
    assert answer.status_code == 422
    assert "article" in answer.json()["errors"]


def test_sentences_come_in_the_callers_language(things, nobody):
    from django.utils import translation

    answer = api(nobody).get(things, **{"Accept-Language": "ru"})
    assert answer.headers["Content-Language"] == "ru"
    with translation.override("ru"):
        from srm.core.errors import NotAllowed

        assert answer.json()["detail"] == str(NotAllowed.default)


def test_options_tells_the_methods_and_nothing_else(things, admin):
    answer = api(admin).call("OPTIONS", things)
    assert answer.status_code == 204
    assert answer.content == b""


def test_a_field_whose_path_ends_early_is_null_and_not_left_out(things, requester, item, monkeypatch):
    from rest_framework import serializers

    from tests.rest.resources import ItemSerializer, ItemViewSet

    class Shown(ItemSerializer):
        maker = serializers.CharField(source="created_by.name")
        replaced = serializers.CharField(source="replaced_by.category.name")

        class Meta(ItemSerializer.Meta):
            fields = ("article", "maker", "replaced")
            writable = ()

    monkeypatch.setattr(ItemViewSet, "serializer_class", Shown)
    shown = api(requester).get(f"{things}{item.public_id}/").json()
    assert shown == {"id": item.public_id, "article": "B-1", "maker": None, "replaced": None}

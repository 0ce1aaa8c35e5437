"""The API's description is complete and free of complaints; its viewer keeps to our content policy."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.validation import validate_schema

from srm.rest import schema
from srm.rest.schema import Generator


@pytest.fixture
def described(settings) -> dict:
    """The description of the tests' own resources."""
    from tests.rest import resources

    reset_generator_stats()
    schema.description.cache_clear()
    found = Generator(patterns=resources.urlpatterns, api_version="v1").get_schema(request=None, public=True)
    return json.loads(schema.dumps(found))


def complaints() -> list[str]:
    return [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]


def test_the_tests_own_resources_are_described_without_complaint(described):
    assert complaints() == []
    validate_schema(described)


def test_all_resources_are_described_without_complaint():
    reset_generator_stats()
    schema.description.cache_clear()
    content, _tag = schema.description()
    assert complaints() == []
    validate_schema(json.loads(content))


def test_a_resource_names_its_filters_sorts_and_writable_fields(described):
    operation = described["paths"]["/api/v1/things/"]["get"]
    parameters = {each["name"]: each["schema"] for each in operation["parameters"]}
    assert set(parameters) == {
        "cursor",
        "limit",
        "sort",
        "article",
        "state",
        "reference_price_from",
        "reference_price_to",
        "q",
    }
    assert parameters["sort"]["enum"] == ["article", "-price"]
    assert parameters["state"]["enum"] == ["draft", "active", "blocked", "merged"]
    writable = described["components"]["schemas"]["ItemRequest"]["properties"]
    assert set(writable) == {
        "article",
        "name_en",
        "category",
        "base_unit",
        "reference_price",
        "currency",
        "margin_dependent",
    }
    assert writable["category"]["pattern"] == "^[A-Za-z0-9_-]{22}$"
    assert writable["reference_price"]["format"] == "decimal"


def test_writes_name_the_key_the_version_and_every_refusal(described):
    change = described["paths"]["/api/v1/things/{id}/"]["patch"]
    assert {each["name"] for each in change["parameters"]} == {"id", "Idempotency-Key", "If-Match"}
    assert {"400", "401", "403", "404", "409", "413", "415", "422", "428", "429"} <= set(change["responses"])
    problem = change["responses"]["409"]["content"]["application/problem+json"]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}


def test_each_move_is_described_with_its_own_details(described):
    block = described["paths"]["/api/v1/things/{id}/moves/block/"]["post"]
    body = block["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["reason"]
    assert set(body["properties"]) == {"reason", "version"}
    assert block["operationId"] == "things_block"
    assert "/api/v1/things/{id}/moves/" in described["paths"]


def test_operation_ids_are_unique(described):
    ids = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_the_description_is_public_and_cached():
    client = Client()
    first = client.get("/api/v1/schema/")
    assert first.status_code == 200
    assert json.loads(first.content)["openapi"].startswith("3.")
    assert client.get("/api/v1/schema/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_the_viewer_has_no_inline_script_or_style():
    answer = Client().get("/api/v1/docs/", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|style=", page)
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"].split("style-src-attr")[0]
    sources = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', page)
    assert all(source.startswith("/") for source in sources)
    script = Client().get("/api/v1/docs/?script=")
    assert script.headers["Content-Type"] == "application/javascript"


@pytest.mark.django_db
def test_the_root_lists_what_the_caller_may_view(things, admin, nobody, monkeypatch):
    from srm.rest import router
    from tests.rest.helpers import api
    from tests.rest.resources import ItemViewSet

    monkeypatch.setattr(router, "_resources", {"things": ItemViewSet})
    assert api(admin).get("/api/v1/").json() == {"things": f"http://testserver{things}"}
    assert api(nobody).get("/api/v1/").json() == {}
    assert api().get("/api/v1/").status_code == 401


def test_bodies_say_that_nothing_else_is_taken(described):
    schemas = described["components"]["schemas"]
    assert schemas["ItemRequest"]["additionalProperties"] is False
    assert schemas["PatchedItemRequest"]["additionalProperties"] is False
    assert "version" in schemas["PatchedItemRequest"]["properties"]
    assert "version" not in schemas["ItemRequest"]["properties"]

"""The firm's structure over the API."""

from __future__ import annotations

import pytest

from srm.org import api as resources
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
KINDS = ("legal-entities", "departments", "places", "cost-centers")


@pytest.fixture
def served(settings) -> None:
    """The resources, whether or not the rooms above are complete."""
    settings.ROOT_URLCONF = "tests.rest.org_urls"


def test_the_auditor_reads_the_structure_and_references_lead_on(served, firm):
    caller = api(firm.users.auditor)
    for kind in KINDS:
        rows = caller.get(f"/api/v1/{kind}/").json()["results"]
        assert rows
        assert caller.get(f"/api/v1/{kind}/{rows[0]['id']}/").json() == rows[0]
    department = caller.get("/api/v1/departments/").json()["results"][0]
    assert caller.get(f"/api/v1/legal-entities/{department['legal_entity']}/").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_suppliers_learn_nothing_of_the_structure(served, firm, kind):
    assert api(firm.users.alfa_admin).get(f"/api/v1/{kind}/").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_staff_read_the_structure_to_fill_in_a_request_and_change_nothing(served, firm, kind):
    caller = api(firm.users.requester)
    rows = caller.get(f"/api/v1/{kind}/").json()["results"]
    assert rows
    assert caller.post(f"/api/v1/{kind}/", {"code": "mine", "name_en": "Mine"}).status_code == 403
    assert caller.patch(f"/api/v1/{kind}/{rows[0]['id']}/", {"name_en": "Mine"}).status_code == 403
    assert caller.get(f"/api/v1/{kind}/").json()["results"] == rows


def test_the_whole_list_costs_a_fixed_number_of_queries(served, firm, django_assert_max_num_queries):
    caller = api(firm.users.auditor)
    caller.get("/api/v1/departments/")
    with django_assert_max_num_queries(6):
        caller.get("/api/v1/departments/")


def test_the_administrator_builds_the_tree(served, firm):
    caller, reader = api(firm.users.administrator), api(firm.users.auditor)
    entity = caller.get("/api/v1/legal-entities/").json()["results"][0]["id"]
    names = {"name_en": "Paint shop", "legal_entity": entity}
    parent = caller.post("/api/v1/departments/", {"code": "paint", **names}).json()
    head = firm.users.approver.public_id
    child = caller.post("/api/v1/departments/", {"code": "spray", "parent": parent["id"], "head": head, **names})
    assert child.status_code == 201, child.content
    assert child.json()["path"] == f"{parent['path']}spray/"
    moved = caller.patch(f"/api/v1/departments/{child.json()['id']}/", {"parent": None, "version": 1})
    assert (moved.status_code, moved.json()["path"]) == (200, "/spray/")
    assert reader.patch(f"/api/v1/departments/{parent['id']}/", {"code": "x", "version": 1}).status_code == 403
    assert reader.post("/api/v1/departments/", {"code": "x", **names}).status_code == 403


def test_a_supplier_heads_no_department(served, firm):
    caller = api(firm.users.administrator)
    entity = caller.get("/api/v1/legal-entities/").json()["results"][0]["id"]
    body = {"code": "paint", "name_en": "Paint", "legal_entity": entity, "head": firm.users.alfa_admin.public_id}
    answer = caller.post("/api/v1/departments/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["head"])


def test_lists_filter_by_public_id(served, firm):
    caller = api(firm.users.auditor)
    entity = caller.get("/api/v1/legal-entities/").json()["results"][0]["id"]
    assert caller.get("/api/v1/departments/", {"legal_entity": entity, "is_active": "1"}).json()["results"]
    assert caller.get("/api/v1/departments/", {"legal_entity": "A" * 22}).status_code == 400


def test_all_of_them_are_registered():
    from srm.rest.router import resources as registered

    assert {registered()[kind] for kind in KINDS} == {
        resources.LegalEntityViewSet,
        resources.DepartmentViewSet,
        resources.PlaceViewSet,
        resources.CostCenterViewSet,
    }

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
@pytest.mark.parametrize("persona", ["requester", "alfa_admin"])
def test_who_has_no_business_with_the_structure_is_refused(served, firm, kind, persona):
    assert api(getattr(firm.users, persona)).get(f"/api/v1/{kind}/").status_code == 403


def test_the_whole_list_costs_a_fixed_number_of_queries(served, firm, django_assert_max_num_queries):
    caller = api(firm.users.auditor)
    caller.get("/api/v1/departments/")
    with django_assert_max_num_queries(6):
        caller.get("/api/v1/departments/")


def test_all_of_them_are_registered():
    from srm.rest.router import resources as registered

    assert {registered()[kind] for kind in KINDS} == {
        resources.LegalEntityViewSet,
        resources.DepartmentViewSet,
        resources.PlaceViewSet,
        resources.CostCenterViewSet,
    }

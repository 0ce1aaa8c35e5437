"""The demand board, a demand, and the same over the API."""

import pytest
from django.urls import reverse

from procurement.planning.models import Demand, DemandLine
from procurement.requests.models import RequestLine
from tests.requests.conftest import approved, line_of
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
BOARD = reverse("planning:board")


def test_the_board_groups_and_merges_what_is_ticked(firm, client_of, django_assert_max_num_queries):
    approved(firm, line_of(firm, quantity="300"), line_of(firm, firm.gloves, "5"))
    approved(firm, line_of(firm, quantity="500"))
    client = client_of("buyer")
    with django_assert_max_num_queries(25):
        page = client.get(BOARD).content.decode()
    assert "800" in page
    assert client.post(BOARD, {"window_days": "7"}).status_code == 422
    mark = RequestLine.objects.unscoped("test").filter(item=firm.bolt).order_by("public_id").first().public_id
    answer = client.post(BOARD, {"marks": mark, "window_days": "7"})
    demand = Demand.objects.unscoped("test").get()
    assert answer.url.endswith(f"{demand.public_id}/")
    assert (demand.line_count, demand.need_count) == (1, 2)
    with django_assert_max_num_queries(25):
        page = client.get(answer.url).content.decode()
    assert "Assembly" in page
    line = DemandLine.objects.unscoped("test").get()
    client.post(
        reverse("planning:demand-act", args=[demand.public_id]),
        {"action": "release", "ids": line.public_id, "reason": "wrong"},
    )
    line.refresh_from_db()
    assert line.quantity == 0


@pytest.mark.parametrize("persona", ["requester", "storekeeper", "alfa_admin"])
def test_the_board_is_for_those_who_plan(firm, client_of, persona):
    approved(firm)
    assert client_of(persona).get(BOARD).status_code in {403, 404}
    assert client_of("auditor").post(BOARD, {"all": "1", "window_days": "7"}).status_code == 403
    assert not Demand.objects.unscoped("test").exists()


def test_programs_merge_and_release(firm):
    approved(firm, line_of(firm, quantity="300"))
    body = {"legal_entity": firm.entity.public_id, "window_days": 7}
    assert api(firm.users.requester).post("/api/v1/demands/aggregate/", body).status_code == 403
    made = api(firm.users.buyer).post("/api/v1/demands/aggregate/", body, key="once")
    assert (made.status_code, made.json()["line_count"]) == (201, 1)
    (line,) = api(firm.users.buyer).get("/api/v1/demand-lines/").json()["results"]
    answer = api(firm.users.buyer).post(f"/api/v1/demand-lines/{line['id']}/release/", {"reason": "wrong window"})
    assert float(answer.json()["quantity"]) == 0

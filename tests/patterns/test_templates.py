"""What is asked for often: kept under a name, shared, asked for again."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.patterns import services
from procurement.patterns.models import RequestTemplate
from procurement.requests.models import PurchaseRequest
from srm.core import clock
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.uow import unit_of_work
from tests.requests.conftest import draft, form_data, line_of
from tests.untouched import send_untouched

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25
LIST = reverse("patterns:requesttemplate-list")


def template(firm, by="requester", **values):
    values = {"name": "Gloves and bolts", "department": firm.assembly, "cost_center": firm.cc_assembly, "lead_days": 10,
              "lines": [line_of(firm, firm.gloves, "5"), line_of(firm, firm.bolt, "2", unit=firm.unit("BX"))], **values}  # fmt: skip
    with unit_of_work():
        return services.create_template(actor=firm.actor(by), **values)


def url(thing, kind="detail"):
    return reverse(f"patterns:{thing._meta.model_name}-{kind}", args=[thing.public_id])


def test_a_request_by_a_template_is_an_ordinary_draft_needed_in_time(firm):
    kept = template(firm)
    with unit_of_work():
        request = services.request_by(kept, actor=firm.actor("requester"))
    assert (request.title, request.state, request.need_by) == (
        "Gloves and bolts", "draft", clock.today() + dt.timedelta(days=10),
    )  # fmt: skip
    assert [(line.item, line.quantity, line.base_quantity) for line in request.lines.all()] == [
        (firm.gloves, Decimal(5), Decimal(5)), (firm.bolt, Decimal(2), Decimal(400)),
    ]  # fmt: skip


def test_the_form_comes_filled_in_and_writes_nothing_before_it_is_saved(firm, client_of, django_assert_max_num_queries):
    kept = template(firm)
    client = client_of("requester")
    address = reverse("patterns:purchaserequest-from", args=[kept.public_id])
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(address).content.decode()
    assert "Nitrile gloves L" in page
    assert "By the template" in page
    assert not PurchaseRequest.objects.unscoped("test").exists()
    header = {"title": "For June", "department": firm.assembly, "place": firm.plovdiv, "cost_center": firm.cc_assembly,
              "route": "normal"}  # fmt: skip
    line = {"item": firm.gloves, "quantity": "7", "need_by": clock.today() + dt.timedelta(days=9)}
    assert client.post(address, form_data(header, line)).status_code == 302
    assert PurchaseRequest.objects.unscoped("test").get().lines.get().quantity == 7


def test_a_request_is_kept_as_a_template(firm, client_of):
    request = draft(firm, line_of(firm, quantity="30"))
    client = client_of("requester")
    assert "Keep as a template" in client.get(request.get_absolute_url()).content.decode()
    answer = client.post(reverse("patterns:purchaserequest-keep", args=[request.public_id]), {"name": "May"})
    kept = RequestTemplate.objects.unscoped("test").get()
    assert answer.url == url(kept)
    assert (kept.name, kept.title, kept.lead_days, kept.lines.get().quantity) == ("May", "Fasteners for May", 20, 30)


def test_who_sees_it(firm, client_of):
    own, shared = template(firm), template(firm, name="Shared one", is_shared=True)
    seen = {
        persona: {row.pk for row in RequestTemplate.objects.visible_to(firm.actor(persona))}
        for persona in ("requester", "requester2", "buyer", "alfa_admin", "approver")
    }
    assert seen == {
        "requester": {own.pk, shared.pk}, "requester2": set(), "buyer": {shared.pk}, "alfa_admin": set(), "approver": set(),
    }  # fmt: skip
    for persona in ("requester2", "alfa_admin"):
        for kind in ("detail", "edit", "remove", "repeat"):
            assert client_of(persona).get(url(shared, kind)).status_code in {403, 404}
        address = reverse("patterns:purchaserequest-from", args=[shared.public_id])
        assert client_of(persona).get(address).status_code in {403, 404}


def test_a_shared_template_is_used_by_all_and_changed_by_its_owner(firm, client_of):
    kept = template(firm, is_shared=True)
    with unit_of_work(), pytest.raises(RuleBroken, match="belongs to Ivan Petrov"):
        services.update_template(kept, actor=firm.actor("buyer"), name="Mine now")
    with unit_of_work(), pytest.raises(RuleBroken, match="belongs to Ivan Petrov"):
        services.remove_template(kept, actor=firm.actor("buyer"))
    kept.refresh_from_db()
    assert kept.name == "Gloves and bolts"
    assert client_of("buyer").get(url(kept)).status_code == 200


def test_a_request_is_made_of_a_template_as_it_stands(firm, client_of):
    kept = template(firm)
    address = reverse("patterns:purchaserequest-from", args=[kept.public_id])
    assert send_untouched(client_of("requester"), address).status_code == 302
    made = PurchaseRequest.objects.unscoped("test").get()
    wanted = [(line.item, line.quantity) for line in kept.lines.order_by("pk")]
    assert [(line.item, line.quantity) for line in made.lines.order_by("position")] == wanted


def test_a_template_is_edited_line_by_line_and_deleted(firm, client_of):
    kept = template(firm)
    client = client_of("requester")
    assert client.get(url(kept, "edit")).status_code == 200
    header = {"name": "Gloves", "title": "", "department": firm.assembly, "cost_center": firm.cc_assembly, "lead_days": "5",
              "version": "1"}  # fmt: skip
    data = form_data(header, {"item": firm.gloves, "quantity": "12"})
    assert client.post(url(kept, "edit"), data).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.title, kept.line_count, kept.lines.get().quantity) == ("Gloves", "Gloves", 1, 12)
    assert client.post(url(kept, "edit"), data).status_code == 409
    assert client.post(url(kept, "remove")).url == LIST
    assert not RequestTemplate.objects.unscoped("test").exists()


def test_an_item_out_of_use_gives_way_to_its_successor_or_says_so(firm):
    kept = template(firm, lines=[line_of(firm)])
    type(firm.bolt).objects.filter(pk=firm.bolt.pk).update(state="blocked")
    with unit_of_work(), pytest.raises(InvalidInput, match="not in use"):
        services.request_by(kept, actor=firm.actor("requester"))
    type(firm.bolt).objects.filter(pk=firm.bolt.pk).update(replaced_by=firm.nut)
    with unit_of_work():
        assert services.request_by(kept, actor=firm.actor("requester")).lines.get().item == firm.nut


@pytest.mark.parametrize(
    ("values", "field"), [({"name": " "}, "name"), ({"cost_center": None}, "cost_center"), ({"lines": []}, "lines")]
)
def test_faults_are_said_at_their_field(firm, values, field):
    with pytest.raises(InvalidInput) as fault:
        template(firm, **values)
    assert field in fault.value.errors


def test_a_name_is_used_once_and_a_foreign_department_is_refused(firm):
    template(firm)
    with pytest.raises(InvalidInput, match="already have a template"):
        template(firm)
    with pytest.raises(InvalidInput, match="belong to"):
        template(firm, name="Other", department=firm.service, cost_center=firm.cc_service)


def test_the_same_over_the_api(firm, client_of, django_assert_max_num_queries):
    client = client_of("requester")
    body = {"name": "By program", "department": firm.assembly.public_id, "cost_center": firm.cc_assembly.public_id,
            "lines": [{"item": firm.bolt.public_id, "quantity": "40"}]}  # fmt: skip
    made = client.post("/api/v1/request-templates/", json.dumps(body), "application/json").json()
    assert (made["title"], made["lines"][0]["quantity"]) == ("By program", "40")
    used = client.post(f"/api/v1/request-templates/{made['id']}/use/", json.dumps({"submit": True}), "application/json")
    assert used.status_code == 201
    assert used.json()["state"] == "submitted"
    kept = client.post(f"/api/v1/requests/{used.json()['id']}/keep/", json.dumps({"name": "Again"}), "application/json")
    assert kept.status_code == 201
    with django_assert_max_num_queries(MOST_QUERIES):
        rows = client.get("/api/v1/request-templates/").json()
    assert {row["name"] for row in rows["results"]} == {"By program", "Again"}
    foreign = client_of("requester2").post(f"/api/v1/request-templates/{made['id']}/use/", "{}", "application/json")
    assert foreign.status_code == 404


def test_lists_and_pages_ask_little(firm, client_of, django_assert_max_num_queries):
    kept = template(firm)
    client = client_of("requester")
    for address in (LIST, url(kept), url(kept, "edit"), url(kept, "repeat"), reverse("patterns:recurrence-list")):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200

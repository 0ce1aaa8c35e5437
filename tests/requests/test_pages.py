"""Requests as their users meet them: list, form, tracker, copy, cancelling part."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.planning.services import aggregate, cover
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.core import clock
from srm.stock.services import receive
from tests.requests.conftest import approved, draft, form_data, in_days, line_of, sent

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


def url(request, kind="detail", **more):
    return reverse(f"requests:purchaserequest-{kind}", kwargs={"public_id": request.public_id, **more})


NEW = reverse("requests:purchaserequest-create")
LIST = reverse("requests:purchaserequest-list")


def header(firm, **values):
    return {"title": "Fasteners for May", "department": firm.assembly, "place": firm.plovdiv, "cost_center": firm.cc_assembly,
            "route": "normal", "need_by": in_days(20), **values}  # fmt: skip


def only() -> PurchaseRequest:
    return PurchaseRequest.objects.unscoped("test").get()


def test_a_requester_asks_in_one_minute(firm, client_of):
    answer = client_of("requester").post(NEW, form_data(header(firm), {"item": firm.bolt, "quantity": "1 200,5"}))
    request = only()
    assert answer.url == url(request)
    line = request.lines.get()
    assert (line.quantity, line.unit, line.need_by, line.place) == (
        Decimal("1200.5"),
        firm.unit("C62"),
        in_days(20),
        firm.plovdiv,
    )
    assert request.state == "draft"


def test_save_and_send_asks_the_approver(firm, client_of):
    data = form_data(header(firm), {"item": firm.bolt, "quantity": "5"})
    client_of("requester").post(NEW, {**data, "send": "1"})
    assert (only().state, only().number[:3]) == ("submitted", "PR-")


def test_the_new_form_knows_where_one_belongs(firm, client_of):
    page = client_of("requester").get(NEW).content.decode()
    assert "Assembly" in page
    assert "Plovdiv plant" in page
    assert f'value="{firm.cc_assembly.public_id}" selected' in page


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"quantity": "0"}, "more than 0"), ({"quantity": "-1"}, "more than 0"), ({"quantity": "1e30"}, "too large"),
        ({"quantity": "много"}, "not a number"), ({"unit": "KGM"}, "does not convert"), ({"need_by": "2020-01-01"}, "is over"),
        ({"item": ""}, "describe what you need"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_the_field_and_what_was_typed_stays(firm, client_of, line, sentence):
    data = form_data(header(firm, note="Kept as typed"), {"item": firm.bolt, "quantity": "5", **line})
    answer = client_of("requester").post(NEW, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Kept as typed" in page
    assert not PurchaseRequest.objects.unscoped("test").exists()


def test_a_draft_is_edited_and_a_stale_form_shows_both_versions(firm, client_of):
    request = draft(firm)
    line = request.lines.get()
    client = client_of("requester")
    assert client.get(url(request, "edit")).status_code == 200
    sent_line = {"id": line.public_id, "item": firm.bolt, "quantity": "7", "unit": firm.unit("C62")}
    data = {**form_data(header(firm, title="Bolts only"), sent_line), "version": "1"}
    assert client.post(url(request, "edit"), data).status_code == 302
    line.refresh_from_db()
    assert line.quantity == 7
    late = client.post(url(request, "edit"), {**data, "title": "My own words"})
    assert late.status_code == 409
    assert "Bolts only" in late.content.decode()
    request.refresh_from_db()
    assert request.title == "Bolts only"


def test_the_list_tells_states_and_filters_by_them(firm, client_of, django_assert_max_num_queries):
    draft(firm, title="A draft")
    sent(firm, title="A sent one")
    approved(firm, title="An approved one")
    client = client_of("requester")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(LIST).content.decode()
    assert all(word in page for word in ("A draft", "Waiting for approval", "Approved"))
    for state, title in (("draft", "A draft"), ("submitted", "A sent one"), ("approved", "An approved one")):
        found = client.get(LIST, {"state": state}).content.decode()
        assert [title in found for title in ("A draft", "A sent one", "An approved one")].count(True) == 1
        assert title in found
    assert "A draft" in client.get(LIST, {"q": "DRAFT"}).content.decode()
    assert "A draft" in client.get(LIST, {"item": firm.bolt.public_id}).content.decode()
    assert "A draft" not in client.get(LIST, {"item": firm.nut.public_id}).content.decode()


def test_states_filter_as_they_are_shown(firm, work):
    from procurement.requests.selectors import in_states
    from procurement.requests.states import HeaderState

    draft(firm)
    sent(firm)
    approved(firm, line_of(firm, firm.gloves))
    approved(firm)
    with work():
        aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity, category=firm.fasteners)
    rows = PurchaseRequest.objects.unscoped("test")
    for state in HeaderState:
        assert {row.pk for row in in_states(rows, [state])} == {row.pk for row in rows if row.state == state}
    assert {row.state for row in rows} == {"draft", "submitted", "approved", "buying"}


def test_lists_of_mine_and_of_my_department(firm, client_of):
    draft(firm, title="Mine")
    draft(firm, by="buyer", requester=firm.users.requester2, department=firm.assembly, title="A colleague's")
    client = client_of("requester")
    assert "colleague" in client.get(LIST, {"my_department": "1"}).content.decode()
    assert "colleague" not in client.get(LIST, {"mine": "1"}).content.decode()


@pytest.mark.parametrize("persona", ["requester2", "storekeeper", "alfa_admin"])
def test_a_foreign_request_looks_like_none(firm, client_of, persona):
    request = draft(firm, title="Canary")
    client = client_of(persona)
    for kind in ("detail", "edit", "copy", "cancel-part"):
        answer = client.get(url(request, kind))
        assert answer.status_code in {403, 404}
        assert b"Canary" not in answer.content
    assert b"Canary" not in client.get(LIST).content


def test_the_tracker_shows_where_everything_is(firm, work, client_of, django_assert_max_num_queries):
    with work():
        receive(actor=firm.actor("storekeeper"), warehouse=firm.warehouse, item=firm.gloves, quantity=Decimal(20),
                moved_on=clock.today(), value=Decimal(40))  # fmt: skip
    request = approved(firm, line_of(firm), line_of(firm, firm.gloves, "60"))
    approved(firm, title="Another one")
    buyer = firm.actor("buyer")
    with work():
        cover(actor=buyer, legal_entity=firm.entity)
    with work():
        demand = aggregate(actor=buyer, legal_entity=firm.entity)
    client = client_of("requester")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(url(request)).content.decode()
    assert "Where my items are" in page
    assert "20 box from stock, ready".replace(" box", "\xa0box") in page
    assert demand.number in page
    assert "merged it with 1 other request" in page
    chart = json.loads(page.split('type="application/json">')[1].split("</script>")[0])
    assert chart["headings"][1:] == ["From stock", "Planned"]
    assert f"/planning/demands/{demand.public_id}/" not in page, "the requester may not open the demand"
    assert f"/planning/demands/{demand.public_id}/" in client_of("buyer").get(url(request)).content.decode()


def test_the_draft_says_who_will_decide_and_what_looks_odd(firm, client_of):
    request = draft(firm, line_of(firm, estimate=Decimal("6.10")))
    page = client_of("requester").get(url(request)).content.decode()
    assert "Petya Ilieva" in page
    assert "100 times the last price" in page


def test_a_look_at_what_is_typed_tells_money_stock_and_oddities(firm, work, client_of):
    with work():
        receive(actor=firm.actor("storekeeper"), warehouse=firm.warehouse, item=firm.bolt, quantity=Decimal(40),
                moved_on=clock.today(), value=Decimal(40))  # fmt: skip
    data = form_data(
        header(firm, need_by=in_days(1)), {"item": firm.bolt, "quantity": "100", "estimate": "6,10"}, {"quantity": "x"}
    )
    page = client_of("requester").post(reverse("requests:look"), data).content.decode()
    assert "40 pc from stock at Plovdiv plant, 60 pc to buy." in page.replace("\xa0", " ")
    assert "610.00" in page
    assert "100 times the last price" in page
    assert "Is it urgent?" in page
    assert "Petya Ilieva" in page
    assert not PurchaseRequest.objects.unscoped("test").exists()
    assert client_of("requester").post(reverse("requests:look"), {}).status_code == 200


def test_a_copy_is_a_new_draft(firm, client_of):
    request = approved(firm)
    answer = client_of("requester").post(url(request, "copy"))
    copy = PurchaseRequest.objects.unscoped("test").exclude(pk=request.pk).get()
    assert answer.url == url(copy)
    assert copy.state == "draft"


def test_part_of_a_request_is_cancelled_with_a_reason(firm, client_of):
    request = approved(firm, line_of(firm), line_of(firm, firm.nut, "5"))
    first, _second = request.lines.all()
    client = client_of("requester")
    assert client.post(url(request, "cancel-part"), {"lines": first.public_id}).status_code == 422
    client.post(url(request, "cancel-part"), {"lines": first.public_id, "reason": "found some"})
    states = RequestLine.objects.unscoped("test").filter(request=request).values_list("state", flat=True)
    assert list(states) == ["cancelled", "approved"]


def test_moves_of_the_page_go_through(firm, client_of):
    request = draft(firm)
    client = client_of("requester")
    client.post(url(request, "move", move="submit"), {"version": request.version})
    request.refresh_from_db()
    assert request.state == "submitted"
    client.post(url(request, "move", move="cancel"), {"reason": "not needed", "sure": "1"})
    assert PurchaseRequest.objects.unscoped("test").get().state == "cancelled"


def test_what_is_shown_can_be_exported_by_who_may(firm, client_of):
    approved(firm)
    answer = client_of("buyer").get(LIST, {"export": "xlsx"})
    assert answer.status_code == 200
    assert "spreadsheet" in answer["Content-Type"]
    assert client_of("requester").get(LIST, {"export": "xlsx"}).status_code == 403


def test_pages_cost_few_queries(firm, client_of, django_assert_max_num_queries):
    request = draft(firm, *[line_of(firm, quantity=str(n + 1)) for n in range(12)])
    client = client_of("requester")
    for address in (NEW, url(request, "edit")):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200

"""Asking quickly: a list pasted from Excel, favourites, on behalf of a colleague."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from procurement.requests import favourites
from procurement.requests.models import Favourite, PurchaseRequest
from procurement.requests.pasting import read_list
from srm.core.errors import InvalidInput
from srm.flow.uow import unit_of_work
from srm.notify.models import Notice
from srm.ui.links import url_of
from tests.requests.conftest import approved, draft, form_data, in_days, sent

pytestmark = pytest.mark.django_db
PASTE = reverse("requests:purchaserequest-paste")
MOST_QUERIES = 25


def rows(firm, text, by="requester"):
    return read_list(text, actor=firm.actor(by))


def test_a_list_with_headings_in_any_language_and_order(firm):
    day = in_days(20)
    text = f"Кол-во\tАртикул\tЕд.\tДата\n1 200,5\t10443\tшт\t{day:%d.%m.%Y}\n2\t30007\t\t\n"
    first, second = rows(firm, text)
    assert (first.item, first.values["quantity"], first.values["unit"], first.values["need_by"], first.faults) == (
        firm.bolt, Decimal("1200.5"), firm.unit("C62"), day, {},
    )  # fmt: skip
    assert (second.item, second.faults) == (firm.gloves, {})


def test_a_list_without_headings_follows_the_form(firm):
    (row,) = rows(firm, "Bolt M8x40 A2\t5\tbox\t2031-05-12\t0.07\tfor line 2")
    assert (row.item, row.values["unit"], str(row.values["need_by"]), row.values["estimate"], row.values["note"]) == (
        firm.bolt, firm.unit("BX"), "2031-05-12", Decimal("0.07"), "for line 2",
    )  # fmt: skip


def test_words_that_fit_several_offer_the_likeliest_items(firm):
    (row,) = rows(firm, "M8 A2\t5")
    assert row.item is None
    assert {firm.bolt, firm.nut} == set(row.offers)
    assert "several" in row.faults["item"]


def test_words_with_a_slip_offer_what_they_resemble(firm):
    (row,) = rows(firm, "Nitrille gloves\t5")
    assert row.offers[0] == firm.gloves
    (unknown,) = rows(firm, "Anti-gravity paint\t5")
    assert (unknown.offers, "not in the catalog" in unknown.faults["item"]) == ([], True)


@pytest.mark.parametrize(
    ("cells", "field", "sentence"),
    [
        ("10443\tmany", "quantity", "not a number"), ("10443\t0", "quantity", "more than 0"), ("10443\t", "quantity", "filled in"),
        ("10443\t5\tbarrels", "unit", "no unit known"), ("10443\t5\tpc\t32.13.2026", "need_by", "32.13.2026"),
        ("\t5", "item", "Which item"), ("10443\t5\tpc\t2031-01-01\t-3", "estimate", "negative"),
    ],
)  # fmt: skip
def test_every_fault_is_said_at_its_cell(firm, cells, field, sentence):
    (row,) = rows(firm, cells)
    assert sentence in row.faults[field]


@pytest.mark.parametrize("text", ["", "\n\t\n", "x\t1\n" * 302, "x" * 200_001])
def test_what_is_no_list_is_refused_as_a_whole(firm, text):
    with pytest.raises(InvalidInput) as fault:
        rows(firm, text)
    assert "pasted" in fault.value.errors


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_hostile_text_is_read_or_refused_and_nothing_else(text):
    from procurement.requests import pasting

    class Nobody:
        user_id = None

        def may(self, permission):
            return False

    try:
        found = pasting._parsed(text, Nobody())
    except InvalidInput:
        return
    assert len(found) <= pasting.MOST_ROWS


def test_the_page_shows_faults_before_anything_is_a_line(firm, client_of, django_assert_max_num_queries):
    client = client_of("requester")
    assert "Your list" in client.get(PASTE).content.decode()
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.post(PASTE, {"pasted": f"10443\t100\tpc\t{in_days(9)}\nM8 A2\tmany\t\t\n30007\t3\t\t"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "3 rows were read. 1 row needs a look." in page
    assert "data-offers" in page
    assert "not a number" in page
    assert "Bolt M8x40 A2" in page
    assert not PurchaseRequest.objects.unscoped("test").exists()


def test_the_corrected_list_becomes_a_request(firm, client_of):
    header = {"title": "From Excel", "department": firm.assembly, "place": firm.plovdiv, "cost_center": firm.cc_assembly,
              "route": "normal", "need_by": in_days(20)}  # fmt: skip
    lines = [{"item": firm.bolt, "quantity": "100"}, {"item": firm.nut, "quantity": "40"}]
    assert client_of("requester").post(PASTE, form_data(header, *lines)).status_code == 302
    assert [line.item for line in PurchaseRequest.objects.unscoped("test").get().lines.all()] == [firm.bolt, firm.nut]
    wrong = client_of("requester").post(PASTE, form_data(header, {"item": "~M8 A2", "quantity": "x"}))
    assert wrong.status_code == 422
    assert client_of("approver").get(PASTE).status_code == 403


def test_a_program_reads_a_list_too(firm, client_of):
    body = json.dumps({"text": "10443\t1,5\tbox\t2031-05-12\nM8 A2\tx"})
    good, bad = client_of("requester").post("/api/v1/requests/read-list/", body, "application/json").json()
    assert (good["item"], good["quantity"], good["unit"], good["need_by"], good["faults"]) == (
        firm.bolt.public_id, "1.5", "BX", "2031-05-12", {},
    )  # fmt: skip
    assert set(bad["faults"]) == {"item", "quantity"}
    assert {one["article"] for one in bad["offers"]} == {"10443", "10451"}


# -------------------------------------------------------------------------------------------------- favourites


def test_a_starred_item_is_offered_first_to_its_owner_alone(firm, client_of):
    client = client_of("requester")
    page = client.get(url_of(firm.nut))
    assert "Add to favourites" in page.content.decode()
    assert client.post(reverse("requests:item-star", args=[firm.gloves.public_id])).status_code == 302
    offers = client.get("/lookup/needed-items/").json()["options"]
    assert offers[0]["value"] == firm.gloves.public_id
    assert offers[0]["hint"].startswith("★")
    assert [one["value"] for one in offers].count(firm.gloves.public_id) == 1
    assert client.get("/lookup/needed-items/?q=bolt").json()["options"][0]["value"] == firm.bolt.public_id
    assert client_of("requester2").get("/lookup/needed-items/").json()["options"][0]["value"] == firm.bolt.public_id
    client.post(reverse("requests:item-star", args=[firm.gloves.public_id]))
    assert not Favourite.objects.unscoped("test").exists()


def test_favourites_over_the_api_and_a_blocked_item_is_not_offered(firm, client_of):
    client = client_of("requester")
    body = json.dumps({"item": firm.bolt.public_id})
    assert client.post("/api/v1/favourites/", body, "application/json").json()[0]["article"] == "10443"
    assert len(client.post("/api/v1/favourites/", body, "application/json").json()) == 1
    type(firm.bolt).objects.filter(pk=firm.bolt.pk).update(state="blocked")
    assert client.get("/api/v1/favourites/").json() == []
    assert client_of("alfa_admin").get("/api/v1/favourites/").status_code == 404


def test_starring_twice_is_starring_once(firm):
    with unit_of_work():
        assert favourites.star(firm.bolt, actor=firm.actor("requester"))
        assert not favourites.star(firm.bolt, actor=firm.actor("requester"))
    assert Favourite.objects.unscoped("test").count() == 1


# ------------------------------------------------------------------------------------------ on behalf of another


def test_a_buyer_asks_for_a_colleague_and_the_colleague_is_told(firm, client_of):
    header = {"title": "For Ivan", "department": firm.assembly, "place": firm.plovdiv, "cost_center": firm.cc_assembly,
              "route": "normal", "need_by": in_days(20), "requester": firm.users.requester}  # fmt: skip
    data = {**form_data(header, {"item": firm.bolt, "quantity": "5"}), "send": "1"}
    assert client_of("buyer").post(reverse("requests:purchaserequest-create"), data).status_code == 302
    request = PurchaseRequest.objects.unscoped("test").get()
    assert (request.requester, request.created_by) == (firm.users.requester, firm.users.buyer)
    page = client_of("requester").get(request.get_absolute_url()).content.decode()
    assert "Ivan Petrov, written down by Maria Koleva" in page
    assert Notice.objects.unscoped("test").filter(user=firm.users.requester, kind="requests.submitted").exists()


def test_without_the_right_nobody_asks_for_another(firm, client_of):
    client = client_of("requester")
    assert "On behalf of" not in client.get(reverse("requests:purchaserequest-create")).content.decode()
    assert "On behalf of" in client_of("buyer").get(reverse("requests:purchaserequest-create")).content.decode()
    with pytest.raises(InvalidInput, match="only ask for yourself"):
        draft(firm, requester=firm.users.requester2)
    assert not PurchaseRequest.objects.unscoped("test").exists()


def test_who_wrote_it_down_cannot_approve_it_either(firm):
    request = sent(firm, by="head", requester=firm.users.requester)
    from srm.approvals import services as approvals
    from srm.core.errors import DomainError

    with unit_of_work(), pytest.raises(DomainError):
        approvals.decide(request, actor=firm.actor("head"), outcome="approved")
    assert request.state == "submitted"
    assert approved(firm).state == "approved"

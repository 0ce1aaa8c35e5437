"""In the browser and in the portal: who states, who sends, who only looks, and for whom it does not exist."""

import io

import openpyxl
import pytest
from django.urls import reverse

from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from tests.subcontracting.conftest import lying, state_of, stated, stocked, sums, written

pytestmark = pytest.mark.django_db


def page(name, thing):
    return reverse(f"subcontracting:{name}", args=[thing.public_id])


def form(rows, known=0, **more):
    data = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": known}
    for place, row in enumerate(rows):
        data |= {f"lines-{place}-{name}": value for name, value in row.items()}
    return data | more


def test_the_buyer_states_the_keeper_sends_and_takes_back(firm, order, client_of, do):
    buyer, keeper = client_of("buyer"), client_of("storekeeper")
    assert page("purchaseorder-materials", order) in buyer.get(order.get_absolute_url()).text
    bill = page("purchaseorder-materials", order)
    assert buyer.get(bill).status_code == 200
    line = order.lines.get().public_id
    row = {"line": line, "item": firm.bolt.public_id, "quantity": "4", "basis": "unit"}
    wrong = buyer.post(bill, form([row | {"item": firm.gloves.public_id}]))
    assert wrong.status_code == 422
    assert "This is what is ordered itself." in wrong.text
    assert buyer.post(bill, form([row])).status_code == 302
    material = SuppliedMaterial.rows.get()
    again = {**row, "id": material.public_id, "quantity": "5"}
    assert buyer.post(bill, form([again], known=1, seen=material.public_id)).status_code == 302
    material.refresh_from_db()
    assert material.quantity == 5
    assert "Materials we supply" in keeper.get(order.get_absolute_url()).text
    send = page("purchaseorder-send-materials", order)
    shown = keeper.get(send)
    assert shown.context["formset"].forms[0].initial["quantity"] == 50
    what = {"warehouse": firm.warehouse.public_id, "moved_on": "2026-01-05", "note": "on a pallet"}
    lines = [{"id": material.public_id, "quantity": "101"}]
    beyond = keeper.post(send, form(lines, known=1, **what))
    assert beyond.status_code == 409
    assert "Only 100" in beyond.text
    lines[0]["quantity"] = "50"
    assert keeper.post(send, form(lines, known=1, **what)).status_code == 302
    assert lying(firm, firm.bolt) == 50
    back = page("purchaseorder-return-materials", order)
    assert keeper.get(back).context["formset"].forms[0].initial["quantity"] == 50
    lines[0]["quantity"] = "20"
    assert keeper.post(back, form(lines, known=1, **what)).status_code == 302
    assert sums(material) == (50, 0, 20, 0, 30)


def test_the_keeper_puts_right_and_writes_off(firm, order, bill, client_of, do):
    do.send(bolt=40)
    do.receive(5)
    keeper = client_of("storekeeper")
    bolts = do.of("bolt")
    own = keeper.get(page("suppliedmaterial-detail", bolts)).text
    for shown in ("Put right what was used", "Write off", "Take back", "Used by the bill"):
        assert shown in own
    correct = page("suppliedmaterial-correct", bolts)
    assert keeper.get(correct).status_code == 200
    assert keeper.post(correct, {"used": "22", "reason": "", "version": bolts.version}).status_code == 422
    assert keeper.post(correct, {"used": "-1", "reason": "broken", "version": bolts.version}).status_code == 422
    assert keeper.post(correct, {"used": "22", "reason": "two broke", "version": bolts.version - 1}).status_code == 409
    assert keeper.post(correct, {"used": "22", "reason": "two broke", "version": bolts.version}).status_code == 302
    off = page("suppliedmaterial-write-off", bolts)
    now = do.of("bolt").version
    assert keeper.post(off, {"quantity": "19", "reason": "rust", "version": now}).status_code == 409
    assert keeper.post(off, {"quantity": "18", "reason": "rust", "version": now}).status_code == 302
    assert sums(bolts) == (40, 22, 0, 18, 0)
    history = keeper.get(order.get_absolute_url() + "?tab=history").text
    assert "wrote a material off" in history
    assert "two broke" in history


def test_auditors_and_accountants_read_and_do_nothing(firm, order, bill, client_of, do):
    do.send(bolt=40)
    bolts = do.of("bolt")
    for who in ("auditor", "accountant"):
        reader = client_of(who)
        assert "Bolt M8x40" in reader.get(reverse("subcontracting:suppliedmaterial-list")).text
        text = reader.get(page("suppliedmaterial-detail", bolts)).text
        assert "Write off" not in text
        for name in ("correct", "write-off"):
            assert reader.get(page(f"suppliedmaterial-{name}", bolts)).status_code == 403
        for name in ("materials", "send-materials", "return-materials"):
            assert reader.post(page(f"purchaseorder-{name}", order), {}).status_code == 403
    assert client_of("storekeeper").get(page("purchaseorder-materials", order)).status_code == 403
    assert client_of("buyer").get(page("purchaseorder-send-materials", order)).status_code == 403
    assert client_of("requester").get(page("suppliedmaterial-detail", bolts)).status_code in (403, 404)


def test_a_draft_offers_no_bill_and_an_order_without_materials_no_sending(firm, order, client_of):
    draft = written(firm, state="draft")
    buyer, keeper = client_of("buyer"), client_of("storekeeper")
    assert page("purchaseorder-materials", draft) not in buyer.get(draft.get_absolute_url()).text
    assert buyer.get(page("purchaseorder-materials", draft)).status_code == 409
    assert keeper.get(page("purchaseorder-send-materials", order)).status_code == 409
    assert keeper.get(page("purchaseorder-return-materials", order)).status_code == 409
    assert "Materials we supply" not in keeper.get(order.get_absolute_url()).text


def test_the_button_to_close_says_why_it_is_grey(firm, order, bill, client_of, do):
    do.send(bolt=3)
    assert "Take them back or write them off first" in client_of("buyer").get(order.get_absolute_url()).text
    assert state_of(order) == "sent"


def cells(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
    return [[str(cell) for cell in row if cell is not None] for row in rows]


def test_the_list_filters_and_becomes_a_sheet(firm, order, bill, client_of, do):
    do.send(bolt=40)
    buyer = client_of("buyer")
    address = reverse("subcontracting:suppliedmaterial-list")
    text = buyer.get(address).text
    assert "Bolt M8x40" in text
    assert "Nut M8" in text
    for query in ({"lying": "on"}, {"item": firm.bolt.public_id}, {"q": "bolt"}):
        text = buyer.get(address, query).text
        assert "Bolt M8x40" in text
        assert "Nut M8" not in text
    assert "Bolt M8x40" in buyer.get(address, {"order": order.number}).text
    assert "Bolt M8x40" not in buyer.get(address, {"order": "PO-0"}).text
    assert "Bolt M8x40" not in buyer.get(address, {"supplier": firm.beta.public_id}).text
    sheet = buyer.get(address, {"export": "xlsx"})
    assert any("40.0" in row and "10443" in row for row in cells(sheet))


# -- the portal --------------------------------------------------------------


def test_a_supplier_sees_what_he_got_and_nobody_elses(firm, order, bill, client_of, do):
    other = written(firm, firm.beta)
    stated(firm, other)
    do.send(bolt=40)
    do.write_off("bolt", 1, reason="our own words")
    alfa, beta = client_of("alfa_reader"), client_of("beta_admin")
    text = alfa.get(reverse("portal-subcontracting:materials")).text
    assert order.number in text
    assert other.number not in text
    assert "Bolt M8x40" in alfa.get(reverse("portal-subcontracting:materials"), {"show": "lying"}).text
    assert "Nut M8" not in alfa.get(reverse("portal-subcontracting:materials"), {"show": "lying"}).text
    assert "portal/subcontracting" in alfa.get(reverse("portal:home")).text
    own = reverse("portal-subcontracting:purchaseorder-materials", args=[order.public_id])
    text = alfa.get(own).text
    assert "Sent" in text
    for hidden in ("our own words", "W1", "Todor"):
        assert hidden not in text
    assert beta.get(own).status_code == 404
    assert client_of("buyer").get(own).status_code == 404
    portal_order = reverse("portal-orders:purchaseorder-order", args=[order.public_id])
    assert "Materials you get from us" in alfa.get(portal_order).text
    rows = cells(alfa.get(reverse("portal-subcontracting:materials-xlsx")))
    assert not any(other.number in row for row in rows)
    assert any("40.0" in row and order.number in row for row in rows), rows


def test_what_is_not_sent_to_a_supplier_yet_does_not_exist_for_him(firm, client_of):
    stocked(firm)
    approved = written(firm, state="approved")
    stated(firm, approved)
    alfa = client_of("alfa_admin")
    assert "Bolt" not in alfa.get(reverse("portal-subcontracting:materials")).text
    assert alfa.get(
        reverse("portal-subcontracting:purchaseorder-materials", args=[approved.public_id])
    ).status_code == 404  # fmt: skip


def test_pages_ask_few_questions(firm, order, bill, client_of, do, django_assert_max_num_queries):
    do.send(bolt=40, nut=5)
    do.receive(2)
    keeper, alfa = client_of("storekeeper"), client_of("alfa_admin")
    addresses = [
        (keeper, order.get_absolute_url()), (keeper, reverse("subcontracting:suppliedmaterial-list")),
        (keeper, page("suppliedmaterial-detail", do.of("bolt"))), (keeper, page("purchaseorder-send-materials", order)),
        (keeper, page("purchaseorder-return-materials", order)),
        (client_of("buyer"), page("purchaseorder-materials", order)), (client_of("buyer"), order.get_absolute_url()),
        (alfa, reverse("portal-subcontracting:materials")),
        (alfa, reverse("portal-orders:purchaseorder-order", args=[order.public_id])),
        (alfa, reverse("portal-subcontracting:purchaseorder-materials", args=[order.public_id])),
    ]  # fmt: skip
    for reader, address in addresses:
        with django_assert_max_num_queries(25):
            assert reader.get(address).status_code == 200, address
    assert MaterialMove.rows.count() == 4

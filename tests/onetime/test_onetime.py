"""Somebody needs a thing from a shop round the corner: asked for, ordered once, received; and what is not allowed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.onetime import rules, services
from procurement.onetime.models import OnceRule
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.planning.models import Demand, DemandLine
from procurement.receipts import services as receipts
from procurement.requests.models import PurchaseRequest
from procurement.requests.selectors import where_is
from procurement.tenders import services as tenders
from srm.budget.models import BudgetLine
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.people.models import LegalEntity
from suppliers.registry import members
from suppliers.registry import services as registry
from suppliers.registry.models import Contact, Supplier
from tests import allocations
from tests.requests.conftest import approved, draft, line_of
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal
SHOP = {"name": "Железария Иванов", "country": "BG", "email": "shop@ivanov.example"}


def make_rule(firm, **values):
    values = {"legal_entity": firm.entity, "most_amount": D(500), **values}
    with unit_of_work():
        return rules.create_rule(actor=firm.actor("head"), **values)


@pytest.fixture
def rule(firm):
    return make_rule(firm)


def order_once(firm, request, price="0.90", by="buyer", **values):
    values = values if "supplier" in values else {"seller": SHOP, **values}
    lines = [{"line": line.public_id, "price": D(price)} for line in request.lines.all()]
    with unit_of_work():
        return services.order_once(
            actor=firm.actor(by), request=PurchaseRequest.rows.get(pk=request.pk), lines=lines, **values
        )


def test_from_the_request_to_the_store(firm, rule, client_of):
    budget = BudgetLine.rows.create(cost_center=firm.cc_assembly, year=clock.today().year, amount=D(1000))
    needed = approved(
        firm, line_of(firm, quantity="40", estimate=D("1.00")), line_of(firm, firm.nut, "10"),
        seller="Железария Иванов, 02 555 123",
    )  # fmt: skip
    client, address = client_of("buyer"), reverse("onetime:purchaserequest-order", args=[needed.public_id])
    assert address in client.get(needed.get_absolute_url()).content.decode()
    assert "Железария Иванов" in client_of("requester").get(needed.get_absolute_url()).content.decode()
    page = client.get(address).content.decode()
    assert 'value="Железария Иванов, 02 555 123"' in page
    bolts, nuts = needed.lines.order_by("position")
    typed = {
        **SHOP,
        "currency": "EUR",
        "freight": "5",
        f"price-{bolts.public_id}": "0,90",
        f"price-{nuts.public_id}": "",
    }
    sent = client.post(address, typed)
    order = PurchaseOrder.rows.get()
    assert (sent.status_code, sent.url) == (302, order.get_absolute_url()), sent.content.decode()
    assert (order.state, order.net_total, order.freight, order.supplier.once) == ("draft", D("36.00"), D(5), True)
    assert (order.source, order.department) == ("once", firm.assembly)
    assert Contact.rows.get(supplier=order.supplier).email == SHOP["email"]
    bolts.refresh_from_db()
    assert {part.place: part.quantity for part in where_is(bolts)} == {"ordered": 40}
    nuts.refresh_from_db()
    assert nuts.open_quantity == 10, "what had no price stays open"
    with unit_of_work():
        order = perform(order, "approve", actor=firm.actor("head"))
        order = perform(order, "send", actor=firm.actor("buyer"))
    budget.refresh_from_db()
    assert budget.committed == D("36.00")
    keeper = firm.actor("storekeeper")
    with unit_of_work():
        receipt = receipts.create_receipt(
            actor=keeper, order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": "40", "rejected": 0}],
        )  # fmt: skip
        perform(receipt, "post", actor=keeper)
    bolts.refresh_from_db()
    assert {part.place: part.quantity for part in where_is(bolts)} == {"received": 40}
    allocations.check()


def test_two_equal_needs_keep_their_own_price(firm, rule):
    needed = approved(firm, line_of(firm, quantity="10"), line_of(firm, quantity="20"))
    first, second = needed.lines.order_by("position")
    with unit_of_work():
        order = services.order_once(
            actor=firm.actor("buyer"), request=needed, seller=SHOP,
            lines=[{"line": second.public_id, "price": D(2)}, {"line": first.public_id, "price": D(1)}],
        )  # fmt: skip
    assert [(row.quantity, row.price) for row in order.lines.order_by("position")] == [(20, 2), (10, 1)]
    assert DemandLine.rows.get().open_quantity == 0
    with unit_of_work():
        orders_line = order.lines.get(price=2)
        perform(order, "cancel", actor=firm.actor("buyer"), reason="not in stock")
    assert orders_line.quantity == 20
    assert DemandLine.rows.get().open_quantity == 30, "the needs are open in their demand again"
    allocations.check()


def test_a_service_in_words_keeps_its_description(firm, rule):
    words = {
        "item": None,
        "description": "Mend the gate",
        "quantity": D(1),
        "unit": firm.unit("C62"),
        "category": firm.tools,
    }
    order = order_once(firm, approved(firm, line_of(firm) | words), price="120")
    line = order.lines.get()
    assert (line.description, line.category, line.net) == ("Mend the gate", firm.tools, D(120))


def test_without_a_rule_nothing_is_bought_so(firm, client_of):
    needed = approved(firm)
    address = reverse("onetime:purchaserequest-order", args=[needed.public_id])
    assert address not in client_of("buyer").get(needed.get_absolute_url()).content.decode()
    answer = client_of("buyer").get(address)
    assert answer.status_code == 409
    assert "does not buy from one-time suppliers" in answer.content.decode()
    with pytest.raises(RuleBroken):
        order_once(firm, needed)
    assert not Supplier.rows.filter(once=True).exists()


@pytest.mark.parametrize("persona", ["requester", "approver", "storekeeper", "auditor", "alfa_admin"])
def test_only_buyers_order(firm, rule, persona, client_of):
    needed = approved(firm)
    with pytest.raises(NotAllowed):
        order_once(firm, needed, by=persona)
    address = reverse("onetime:purchaserequest-order", args=[needed.public_id])
    assert client_of(persona).get(address).status_code in {403, 404}


def test_what_is_too_dear_changes_nothing(firm, rule):
    needed = approved(firm)
    with pytest.raises(RuleBroken, match=r"at most 500\.00.EUR is bought"):
        order_once(firm, needed, price="5.01")
    assert not Supplier.rows.filter(once=True).exists()
    assert not Demand.rows.exists()


def test_a_firm_of_the_directory_is_not_entered_again(firm, rule):
    needed = approved(firm)
    firm.alfa.tax_id = "175 074 752"
    firm.alfa.save()
    for twin in ({"name": "ALFA metal", "country": "BG"}, {"name": "A. M.", "country": "BG", "tax_id": "175 074 752"}):
        with pytest.raises(InvalidInput, match="is in the directory"):
            order_once(firm, needed, seller=twin)
    with pytest.raises(InvalidInput, match="regular supplier"):
        order_once(firm, needed, supplier=firm.alfa)
    assert not Demand.rows.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Name the price of at least one line"),
        ({"name": "", "price": "1"}, "Say who sells it"),
        ({"price": "-1"}, "cannot be negative"),
        ({"price": "abc"}, "number"),
        ({"price": "1", "email": "no address"}, "email"),
        ({"price": "1", "country": "BG", "tax_id": "123"}, "check digit"),
    ],
)
def test_wrong_input_is_said_and_changes_nothing(firm, rule, client_of, typed, words):
    needed = approved(firm)
    key = f"price-{needed.lines.get().public_id}"
    data = {**SHOP, "currency": "EUR", **typed}
    data[key] = data.pop("price", "")
    answer = client_of("buyer").post(reverse("onetime:purchaserequest-order", args=[needed.public_id]), data)
    assert answer.status_code == 422
    assert words.lower() in answer.content.decode().lower()
    assert not PurchaseOrder.rows.exists()
    assert not Supplier.rows.filter(once=True).exists()


def test_a_line_that_is_not_open_or_not_of_the_request_is_refused(firm, rule):
    needed, other = approved(firm), approved(firm)
    for line in (other.lines.get().public_id, "nonsense"):
        with pytest.raises(InvalidInput, match="no line of the request"), unit_of_work():
            services.order_once(
                actor=firm.actor("buyer"), request=needed, seller=SHOP, lines=[{"line": line, "price": D(1)}]
            )
    order_once(firm, needed)
    with pytest.raises(InvalidInput, match="Nothing of this line is open"):
        order_once(firm, needed, seller=SHOP | {"name": "Another one"})
    with pytest.raises(InvalidInput, match="Nothing of this line is open"):
        order_once(firm, draft(firm), seller=SHOP | {"name": "Another one"})


def test_once_means_once_unless_it_is_made_a_regular_supplier(firm, rule, client_of):
    first = order_once(firm, approved(firm))
    second = order_once(firm, approved(firm), supplier=first.supplier)
    with unit_of_work():
        perform(first, "approve", actor=firm.actor("head"))
    with pytest.raises(InvalidInput, match="ordered from already"):
        order_once(firm, approved(firm), supplier=first.supplier)
    with pytest.raises(RuleBroken, match="1 order went to"), unit_of_work():
        perform(second, "approve", actor=firm.actor("head"))
    assert "1 order went to" in client_of("head").get(second.get_absolute_url()).content.decode()
    page = client_of("buyer").get(first.supplier.get_absolute_url()).content.decode()
    assert "A one-time supplier" in page
    sent = client_of("buyer").post(reverse("registry:supplier-regular", args=[first.supplier.public_id]))
    assert sent.status_code == 302
    with unit_of_work():
        perform(PurchaseOrder.rows.get(pk=second.pk), "approve", actor=firm.actor("head"))
    with pytest.raises(RuleBroken, match="regular supplier already"), unit_of_work():
        registry.make_regular(first.supplier, actor=firm.actor("buyer"))


def test_an_order_written_by_hand_is_judged_too(firm, rule, work):
    seller = order_once(firm, approved(firm)).supplier
    with work():
        order = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=seller, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": "1", "unit": firm.unit("C62"), "price": D(501)}],
        )  # fmt: skip
    with pytest.raises(RuleBroken, match="at most"), work():
        perform(order, "approve", actor=firm.actor("head"))


def test_it_is_offered_nowhere_else(firm, rule, work, client_of):
    seller = order_once(firm, approved(firm)).supplier
    offers = client_of("buyer").get(reverse("ui:lookup", args=["suppliers"]), {"q": "Железария"}).json()
    assert not [one for one in offers["options"] if one["value"] == seller.public_id]
    offers = client_of("buyer").get(reverse("ui:lookup", args=["once-suppliers"]), {"q": "Железария"}).json()
    assert [one["value"] for one in offers["options"]] == [seller.public_id]
    with pytest.raises(RuleBroken, match="one-time supplier"), work():
        members.invite_member(actor=firm.actor("buyer"), supplier=seller, email="x@ivanov.example", name="X")
    with pytest.raises(RuleBroken, match="one-time supplier"), work():
        tenders.create_tender(
            actor=firm.actor("buyer"), title="Bolts", legal_entity=firm.entity, suppliers=[seller], lines=[],
        )  # fmt: skip


def test_over_the_api(firm, client_of):
    head, buyer = api(firm.users.head), api(firm.users.buyer)
    made = head.post("/api/v1/once-rules/", {"legal_entity": firm.entity.public_id, "most_amount": "100.00"})
    assert (made.status_code, made.json()["most_orders"]) == (201, 1), made.content
    assert buyer.get("/api/v1/once-rules/").status_code == 403
    again = head.post("/api/v1/once-rules/", {"legal_entity": firm.entity.public_id, "most_amount": "100.00"})
    assert again.status_code == 422
    needed = approved(firm, line_of(firm, quantity="10"))
    line = needed.lines.get().public_id
    address = f"/api/v1/requests/{needed.public_id}/order-once/"
    dear = buyer.post(address, {"lines": [{"line": line, "price": "20"}], "seller": SHOP})
    assert (dear.status_code, len(dear.json()["reasons"])) == (409, 1), dear.content
    written = buyer.post(address, {"lines": [{"line": line, "price": "2.50"}], "seller": SHOP, "freight": "1.50"})
    assert (written.status_code, written.json()["net_total"]) == (201, "25.00"), written.content
    shown = buyer.get(f"/api/v1/suppliers/{written.json()['supplier']}/").json()
    assert shown["once"] is True
    assert api(firm.users.requester).post(address, {"lines": []}).status_code == 403
    off = head.patch(f"/api/v1/once-rules/{made.json()['id']}/", {"is_on": False, "version": made.json()["version"]})
    assert (off.status_code, OnceRule.rows.get().is_on) == (200, False), off.content


def test_the_head_finds_the_way_to_a_rule(firm, client_of):
    new = reverse("onetime:oncerule-create")
    assert new in client_of("head").get(reverse("onetime:oncerule-list")).content.decode()
    sent = client_of("head").post(
        new, {"legal_entity": firm.entity.public_id, "is_on": "on", "most_amount": "250", "most_orders": "2"}
    )
    rule = OnceRule.rows.get()
    assert (sent.status_code, rule.most_amount, rule.most_orders) == (302, 250, 2), sent.content.decode()
    changed = {"legal_entity": firm.entity.public_id, "most_amount": "0", "most_orders": "2", "version": rule.version}
    refused = client_of("head").post(reverse("onetime:oncerule-edit", args=[rule.public_id]), changed)
    assert refused.status_code == 422
    assert OnceRule.rows.get().is_on, "nothing was changed"


def test_a_rule_is_seen_and_set_for_ones_own_legal_entities_only(firm, rule):
    other = LegalEntity.objects.create(code="OT", name_en="Other Works")
    stranger = replace(firm.actor("head"), legal_entities=frozenset({other.pk}))
    assert not OnceRule.objects.visible_to(stranger).exists()
    assert OnceRule.objects.visible_to(firm.actor("head")).exists()
    with pytest.raises(NotAllowed), unit_of_work():
        rules.update_rule(rule, actor=stranger, most_amount=D(9000))
    with pytest.raises(NotAllowed), unit_of_work():
        rules.create_rule(actor=stranger, legal_entity=firm.entity, most_amount=D(9000))
    with pytest.raises(InvalidInput, match="stays with its legal entity"), unit_of_work():
        rules.update_rule(rule, actor=firm.actor("head"), legal_entity=other)
    assert OnceRule.rows.get().most_amount == 500

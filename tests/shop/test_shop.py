"""What stands under an agreement: found, put in a cart, asked for at the agreed price."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.requests.models import PurchaseRequest
from procurement.shop import selectors, services
from procurement.shop.models import CartLine, ShopChoice
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow.uow import unit_of_work
from suppliers.items import services as items
from suppliers.items.models import SupplierPrice
from tests.requests.conftest import form_data
from tests.untouched import send_untouched

pytestmark = pytest.mark.django_db
D = Decimal
MOST_QUERIES = 25
SHOP, CART = reverse("shop:supplieritem-browse"), reverse("shop:cart")
PAST = dt.date(2026, 1, 1)


def sell(firm, supplier, item, *prices, **fields):
    rows = [
        {"basis": "agreed", "currency": "EUR", "valid_from": PAST, "agreement": "F-12", **price} for price in prices
    ]
    with unit_of_work():
        return items.create_supplier_item(
            actor=firm.actor("buyer"), supplier=supplier, item=item, prices=rows, **fields
        )


@pytest.fixture
def boxes(firm):
    """Alfa sells bolts in boxes of 200 under an agreement: 12 euros, from ten boxes 10, at most 40 boxes at once."""
    return sell(
        firm, firm.alfa, firm.bolt, {"price": D("12"), "max_quantity": D(40)},
        {"price": D("10"), "from_quantity": D(10), "max_quantity": D(40)},
        unit=firm.unit("BX"), article="A-8x40", lead_days=5, min_quantity=D(2), multiple=D(2),
    )  # fmt: skip


@pytest.fixture
def gloves(firm):
    return sell(firm, firm.beta, firm.gloves, {"price": D("7.50")}, lead_days=9)


def fill(firm, article, quantity, by="requester"):
    with unit_of_work():
        return services.put(article, actor=firm.actor(by), quantity=D(quantity))


def header(firm, **values):
    return {
        "title": "For May",
        "department": firm.assembly,
        "cost_center": firm.cc_assembly,
        "place": firm.plovdiv,
        **values,
    }


def check_out(firm, *wanted, by="requester", **values):
    lines = [{"article": article, "quantity": D(quantity)} for article, quantity in wanted]
    with unit_of_work():
        return services.checkout(actor=firm.actor(by), lines=lines, **header(firm, **values))


def test_a_cart_becomes_a_draft_at_the_agreed_price_with_the_chosen_offer_beside_each_line(firm, boxes, gloves):
    fill(firm, boxes, "10")
    fill(firm, gloves, "4")
    fill(firm, gloves, "3", by="buyer")
    request = check_out(firm, (boxes, "10"), (gloves, "4"))
    assert (request.state, request.total, request.need_by) == (
        "draft",
        D("130.00"),
        clock.today() + dt.timedelta(days=9),
    )
    assert [(line.item, line.base_quantity, line.estimate) for line in request.lines.order_by("position")] == [
        (firm.bolt, D(2000), D("0.05")), (firm.gloves, D(4), D("7.5")),
    ]  # fmt: skip
    chosen = selectors.chosen_for(request, firm.actor("requester"))
    assert [(row.article, row.quantity, row.price, row.currency, row.agreement) for row in chosen] == [
        (boxes, D(10), D(10), "EUR", "F-12"), (gloves, D(4), D("7.5"), "EUR", "F-12"),
    ]  # fmt: skip
    assert selectors.cart_count(firm.actor("requester")) == 0
    assert selectors.cart_count(firm.actor("buyer")) == 1


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("3", "next one is 4"),
        ("1", "next one is 2"),
        ("42", "No agreed price"),
        ("0", "more than 0"),
        ("-2", "more than 0"),
    ],
)
def test_what_the_supplier_does_not_sell_so_is_refused_and_never_rounded(firm, boxes, quantity, sentence):
    fill(firm, boxes, "4")
    with pytest.raises(InvalidInput, match=sentence):
        fill(firm, boxes, quantity)
    with pytest.raises(InvalidInput) as fault:
        check_out(firm, (boxes, quantity))
    assert list(fault.value.errors) == ["lines.0.quantity"]
    assert CartLine.objects.unscoped("test").get().quantity == 4
    assert not PurchaseRequest.objects.unscoped("test").exists()


@pytest.mark.parametrize("change", ["ended", "not yet", "list", "stopped", "blocked supplier", "blocked item"])
def test_what_is_not_agreed_today_is_not_sold(firm, gloves, change):
    actor = firm.actor("requester")
    assert list(selectors.on_offer(actor)) == [gloves]
    prices, today = SupplierPrice.objects.unscoped("test"), clock.today()
    if change == "ended":
        prices.update(valid_to=today - dt.timedelta(days=1))
    elif change == "not yet":
        prices.update(valid_from=today + dt.timedelta(days=1))
    elif change == "list":
        prices.update(basis="list")
    elif change == "stopped":
        type(gloves).objects.unscoped("test").update(standing="stopped")
    elif change == "blocked supplier":
        type(firm.beta).objects.unscoped("test").filter(pk=firm.beta.pk).update(state="blocked")
    else:
        type(firm.gloves).objects.filter(pk=firm.gloves.pk).update(state="blocked")
    assert not selectors.on_offer(actor).exists()
    with pytest.raises(InvalidInput, match="not in the shop any more"):
        check_out(firm, (gloves, "4"))
    assert not PurchaseRequest.objects.unscoped("test").exists()


def test_an_agreement_that_ends_today_still_holds(firm, gloves):
    SupplierPrice.objects.unscoped("test").update(valid_to=clock.today())
    assert check_out(firm, (gloves, "4")).total == 30


def test_one_article_stands_in_a_cart_once(firm, gloves):
    first, second = fill(firm, gloves, "4"), fill(firm, gloves, "6")
    assert (first.pk, second.quantity) == (second.pk, 6)
    with pytest.raises(InvalidInput, match="stands here twice"):
        check_out(firm, (gloves, "4"), (gloves, "5"))
    with pytest.raises(InvalidInput, match="cart is empty"):
        check_out(firm)
    assert selectors.cart_count(firm.actor("requester")) == 1


def test_what_is_not_asked_for_stays_in_the_cart(firm, boxes, gloves):
    fill(firm, boxes, "10")
    fill(firm, gloves, "4")
    check_out(firm, (gloves, "4"))
    assert [row.article for row in selectors.cart_of(firm.actor("requester"))] == [boxes]


def test_a_foreign_currency_is_estimated_in_the_firms(firm):
    leva = sell(firm, firm.beta, firm.gloves, {"price": D("19.5583"), "currency": "BGN"})
    line = check_out(firm, (leva, "3")).lines.get()
    assert (line.estimate, line.currency, line.amount) == (D(10), "EUR", D(30))


def test_a_line_that_asks_for_another_item_since_has_no_choice(firm, gloves):
    request = check_out(firm, (gloves, "4"))
    request.lines.update(item=firm.nut)
    assert not selectors.chosen_for(request, firm.actor("requester"))


def test_who_may(firm, gloves, client_of):
    fill(firm, gloves, "4")
    put = reverse("shop:supplieritem-put", args=[gloves.public_id])
    for persona in ("approver", "alfa_admin"):
        assert not selectors.on_offer(firm.actor(persona)).exists()
        assert not CartLine.objects.visible_to(firm.actor(persona)).exists()
        with pytest.raises((NotAllowed, InvalidInput)):
            check_out(firm, (gloves, "4"), by=persona)
        for address in (SHOP, CART, put):
            assert client_of(persona).get(address).status_code in {403, 404}
    assert client_of("alfa_admin").get(SHOP).status_code == 404
    assert not CartLine.objects.visible_to(firm.actor("buyer")).exists()


def test_the_way_from_the_page_to_the_request(firm, boxes, gloves, client_of, django_assert_max_num_queries):
    client = client_of("requester")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(SHOP).content.decode()
    assert all(word in page for word in ("Nitrile gloves L", "7.50", "from 10: 10.00", "Cart (0)", "box (200 pc)"))
    assert "Nitrile" not in client.get(SHOP, {"q": "A-8x40"}).content.decode()
    put = reverse("shop:supplieritem-put", args=[gloves.public_id])
    assert "7.50" in client.get(put).content.decode()
    assert client.post(put, {"quantity": "4"}).url == SHOP
    refused = client.post(reverse("shop:supplieritem-put", args=[boxes.public_id]), {"quantity": "3"})
    assert refused.status_code == 422
    assert "next one is 4" in refused.content.decode()
    row = CartLine.objects.unscoped("test").get()
    with django_assert_max_num_queries(MOST_QUERIES):
        assert "Nitrile gloves L" in client.get(CART).content.decode()
    answer = client.post(CART, form_data(header(firm), {"line": row, "quantity": "5"}))
    request = PurchaseRequest.objects.unscoped("test").get()
    assert (answer.url, request.total) == (request.get_absolute_url(), D("37.50"))
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(answer.url).content.decode()
    assert "Chosen in the shop" in page
    assert "F-12" in page


def test_an_article_is_taken_out_and_nobody_elses_cart_can_be_asked_for(firm, gloves, client_of):
    row = fill(firm, gloves, "4")
    data = form_data(header(firm), {"line": row, "quantity": "4"})
    assert client_of("buyer").post(CART, data).status_code == 422
    assert not PurchaseRequest.objects.unscoped("test").exists()
    put = reverse("shop:supplieritem-put", args=[gloves.public_id])
    assert client_of("requester").post(put, {"quantity": ""}).status_code == 302
    assert not CartLine.objects.unscoped("test").exists()


def test_a_cart_is_sent_as_it_stands_and_an_empty_one_leads_back_to_the_shop(firm, boxes, gloves, client_of):
    fill(firm, boxes, "4")
    fill(firm, gloves, "3")
    client = client_of("requester")
    assert send_untouched(client, CART).status_code == 302
    lines = PurchaseRequest.objects.unscoped("test").get().lines.order_by("position")
    assert [(line.item, line.base_quantity) for line in lines] == [(firm.bolt, 800), (firm.gloves, 3)]
    assert client.get(CART).url == SHOP


def test_over_the_api(firm, boxes, gloves, client_of):
    client = client_of("requester")
    listed = client.get("/api/v1/shop-items/").json()
    assert [row["item_name"] for row in listed["results"]] == [row.item.name for row in (boxes, gloves)]
    body = {name: getattr(value, "public_id", value) for name, value in header(firm).items()}
    body["lines"] = [{"article": boxes.public_id, "quantity": "4"}]

    def post(lines):
        return client.post("/api/v1/shop-checkout/", json.dumps(body | {"lines": lines}), "application/json")

    refused = post([{"article": boxes.public_id, "quantity": "3"}])
    assert refused.status_code in {400, 422}
    assert not PurchaseRequest.objects.unscoped("test").exists()
    made = post(body["lines"])
    assert made.status_code == 201, made.content
    assert ShopChoice.objects.unscoped("test").get().line.base_quantity == 800
    assert client_of("alfa_admin").get("/api/v1/shop-items/").status_code in {403, 404}

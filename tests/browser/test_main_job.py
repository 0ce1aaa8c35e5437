"""The main job clicked through: a requester, an approver, a buyer, a supplier on a phone, a head, a store, finance."""

import datetime as dt
import hashlib
import re
from decimal import Decimal

from procurement.integrations.models import LedgerExport
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.tenders.models import Tender
from srm.core import clock
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work


def pick(page, field, text):
    """Choose from a picker as a person does: type, wait, take the first."""
    control = page.locator(f"#id_{field}-ts-control")
    control.click()
    control.fill(text)
    page.locator(".ts-dropdown:visible .option").filter(has_text=text).first.click()


def press(page, name):
    """Press the button or follow the link that says so."""
    button = page.get_by_role("button", name=name, exact=True)
    (button if button.count() else page.get_by_role("link", name=name, exact=True)).first.click()
    page.wait_for_load_state("load")


def move(page, name):
    """A move's button: at once, or with the same verb again in the dialog that asks."""
    asks = page.get_by_role("link", name=name, exact=True)
    if asks.count():
        asks.first.click()
        page.locator("#dialog[open] form button.btn-primary").click()
    else:
        page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state("networkidle")


def on_its_way(firm, quantity):
    """An order of bolts for the store, sent some time ago."""
    with unit_of_work():
        line = {"item": firm.bolt, "quantity": str(quantity), "unit": firm.unit("C62"), "price": Decimal("0.05"),
                "need_by": clock.today() + dt.timedelta(days=9)}  # fmt: skip
        order = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.beta, place=firm.plovdiv, lines=[line]
        )
        perform(perform(order, "approve", actor=firm.actor("head")), "send", actor=firm.actor("buyer"))


def test_the_whole_chain_by_clicks(page_of, committed_firm):
    firm = committed_firm
    need_by = (clock.today() + dt.timedelta(days=20)).isoformat()

    requester = page_of("requester")
    requester.goto("/requests/new/")
    requester.fill("#id_title", "Bolts for May")
    pick(requester, "lines-0-item", "10443")
    requester.fill("#id_lines-0-quantity", "0")
    requester.fill("#id_lines-0-need_by", need_by)
    press(requester, "Send for approval")
    assert "more than 0" in requester.inner_text("main")
    requester.fill("#id_lines-0-quantity", "1100")
    press(requester, "Send for approval")
    address = requester.url
    assert "PR-" in requester.inner_text("main")

    approver = page_of("approver", width=360)
    approver.goto("/approvals/")
    press(approver, "Approve")

    buyer = page_of("buyer")
    on_its_way(firm, 100)
    buyer.goto("/planning/board/")
    assert "100 on order for nobody yet" in buyer.inner_text("main")
    press(buyer, "Merge everything")
    buyer.wait_for_load_state("load")
    assert "1 need is served by open orders" in buyer.inner_text("body")
    buyer.goto("/planning/")
    buyer.locator("main tbody a").first.click()
    buyer.locator("input[name=ids]").first.check()
    press(buyer, "Create request for quotation")
    buyer.wait_for_url(re.compile(r"/tenders/"))
    tender = Tender.rows.get()
    buyer.goto(f"/tenders/{tender.public_id}/?tab=invitations")
    invite(firm, tender)
    buyer.goto(f"/tenders/{tender.public_id}/")
    move(buyer, "Publish")
    tender.refresh_from_db()
    assert tender.state == "published"

    supplier = page_of("alfa_admin", width=360)
    supplier.goto("/portal/")
    supplier.get_by_role("link").filter(has_text=tender.title).first.click()
    supplier.locator("input[name^=price-]").first.fill("0,05")
    supplier.locator("input[name^=deliver_on-]").first.fill(need_by)
    press(supplier, "Check and send")
    press(supplier, "Seal and send the offer")
    assert "0.05" not in buyer_view(buyer, tender)

    Tender.rows.filter(pk=tender.pk).update(deadline=clock.now() - dt.timedelta(seconds=1))
    buyer.goto(f"/tenders/{tender.public_id}/")
    move(buyer, "Open offers")
    buyer.goto(f"/tenders/{tender.public_id}/?tab=comparison")
    press(buyer, "Best per line")
    press(buyer, "Propose award")
    press(buyer, "Send for approval")

    head = page_of("head")
    head.goto("/")
    head.get_by_role("link", name=re.compile("Approve award")).first.click()
    move(head, "Approve award")
    order = PurchaseOrder.rows.exclude(award=None).get()
    assert order.state == "approved"

    buyer.goto(f"/orders/{order.public_id}/")
    move(buyer, "Send to supplier")
    supplier.goto(f"/portal/orders/{order.public_id}/order/")
    press(supplier, "Confirm the order")
    press(supplier, "Confirm")
    order.refresh_from_db()
    assert order.state == "confirmed"

    keeper = page_of("storekeeper", width=360)
    keeper.goto(f"/receipts/orders/{order.public_id}/receive/")
    keeper.fill("#id_lines-0-quantity", "600")
    press(keeper, "Post receipt")
    keeper.goto("/handouts/")
    keeper.get_by_role("button", name=re.compile("Hand out 600")).click()
    keeper.wait_for_load_state("load")
    assert "Nothing waits to be handed out." in keeper.inner_text("main")

    requester.goto(address)
    assert "600" in requester.inner_text("main")

    finance = page_of("accountant")
    finance.goto("/ledger/new/")
    finance.fill("#id_period_from", clock.today().isoformat())
    finance.fill("#id_period_to", clock.today().isoformat())
    press(finance, "Collect receipts")
    move(finance, "Seal")
    export = LedgerExport.rows.get()
    with finance.expect_download() as download:
        finance.get_by_role("link", name="CSV", exact=True).first.click()
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == export.sha256

    head.goto("/kraljic/assess/?of=category")
    press(head, "Compute")
    head.wait_for_url("**/kraljic/?of=category")
    assert "Fasteners" in head.inner_text("main")  # two orders place nothing yet, and the page says why
    assert "Suppliers used" in head.inner_text("main")


def buyer_view(buyer, tender):
    buyer.goto(f"/tenders/{tender.public_id}/")
    return buyer.inner_text("main")


def invite(firm, tender):
    """Both suppliers, by the service: the form's picker is tested with the tender's pages."""
    from procurement.tenders import services

    with unit_of_work():
        services.invite(tender, actor=firm.actor("buyer"), suppliers=[firm.alfa, firm.beta])

"""Stage 1 clicked through, at a desk and on a phone: agreed price, budget, shop, words, approval, stock, board, plan."""

import datetime as dt
import re

import pytest

from procurement.plans.models import ProcurementPlan
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.core import clock
from tests import allocations
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.test_main_job import move, pick, press

SOON = (clock.today() + dt.timedelta(days=20)).isoformat()


@pytest.fixture
def at(page_of, width):
    """A page of somebody on an address, at the width under test; every one of them fits and is accessible."""
    pages = {}

    def open_page(who, address):
        if who not in pages:
            pages[who] = page_of(who, width=width)
            pages[who].set_default_timeout(6000)
        pages[who].goto(address)
        judge(pages[who])
        return pages[who]

    return open_page


def judge(page):
    assert_fits(page)
    assert_accessible(page)


def said(page):
    return page.inner_text("main")


@pytest.mark.parametrize("width", [1280, 360])
def test_from_the_agreed_price_to_the_plan(committed_firm, at, width):
    agree(at)
    grant(at)
    shopped = shop(at)
    worded = ask_in_words(at)
    decide(at)
    put_into_the_store(at)
    name(at, worded)
    plan(at)
    cover_and_merge(at)
    follow(at, shopped)
    allocations.check()


def agree(at):
    buyer = at("buyer", "/items/new/")
    pick(buyer, "supplier", "Alfa")
    pick(buyer, "item", "10443")
    buyer.fill("#id_article", "AM-8040")
    buyer.fill("#id_factor", "1")
    buyer.fill("#id_lead_days", "6")
    buyer.fill("#id_lines-0-price", "-1")
    buyer.select_option("#id_lines-0-basis", "agreed")
    buyer.fill("#id_lines-0-agreement", "FA-1")
    press(buyer, "Save")
    buyer.wait_for_selector(".invalid-feedback")
    buyer.fill("#id_lines-0-price", "0,055")
    press(buyer, "Save")
    assert "FA-1" in said(buyer)
    judge(buyer)


def grant(at):
    finance = at("accountant", "/budget/new/")
    pick(finance, "cost_center", "CC-assembly")
    finance.fill("#id_year", SOON[:4])
    finance.fill("#id_amount", "10 000")
    press(finance, "Save")
    assert "10,000.00" in said(finance)


def shop(at):
    requester = at("requester", "/shop/?q=bolt")
    assert "0.055" in said(requester)
    requester.locator("main tbody a").first.click()
    requester.wait_for_url("**/put/")
    requester.fill("#id_quantity", "0,00001")
    press(requester, "Put in the cart")
    requester.wait_for_selector(".invalid-feedback")
    requester.fill("#id_quantity", "500")
    press(requester, "Put in the cart")
    requester.wait_for_url("**/shop/")
    requester = at("requester", "/shop/cart/")
    requester.fill("#id_title", "Bolts for the line")
    press(requester, "Make a request")
    requester.wait_for_url(re.compile(r"/requests/[^/]+/$"))
    judge(requester)
    move(requester, "Send for approval")
    request = PurchaseRequest.rows.get(title="Bolts for the line")
    assert request.state == "submitted"
    return request


def ask_in_words(at):
    requester = at("requester", "/requests/new/")
    requester.fill("#id_title", "Washers and gloves")
    pick(requester, "lines-0-item", "30007")
    requester.fill("#id_lines-0-quantity", "3")
    requester.fill("#id_lines-0-need_by", SOON)
    requester.wait_for_selector("text=/10,000|in stock|no stock/i")
    press(requester, "Add line")
    requester.fill("#id_lines-1-description", "Washer, 200 mm, brass")
    requester.fill("#id_lines-1-quantity", "12")
    pick(requester, "lines-1-unit", "pc")
    requester.wait_for_load_state("networkidle")  # what it means is worked out while one types
    requester.get_by_role("button", name="Deliveries, place, payer, note, work").last.click()
    requester.wait_for_selector("tr.q-opened")
    pick(requester, "lines-1-category", "Fasteners")
    requester.fill("#id_lines-1-need_by", SOON)
    requester.fill("#id_lines-1-estimate", "4,20")
    press(requester, "Send for approval")
    request = PurchaseRequest.rows.get(title="Washers and gloves")
    assert request.state == "submitted", said(requester)
    judge(requester)
    return request


def decide(at):
    approver = at("approver", "/approvals/")
    for _both in range(2):
        press(approver, "Approve")
        approver.wait_for_load_state("networkidle")
    assert set(RequestLine.rows.values_list("state", flat=True)) == {"approved"}


def put_into_the_store(at):
    keeper = at("storekeeper", "/stock/moves/adjust/")
    pick(keeper, "warehouse", "W1")
    pick(keeper, "item", "10443")
    keeper.select_option("#id_direction", index=1)
    keeper.fill("#id_quantity", "40")
    keeper.fill("#id_reason", "found on the shelf")
    press(keeper, "Put right")
    assert "40" in said(at("storekeeper", "/stock/"))


def name(at, request):
    buyer = at("buyer", f"/requests/{request.public_id}/name-item/")
    pick(buyer, "item", "10451")
    buyer.locator("main button.btn-primary").last.click()
    buyer.wait_for_load_state("load")
    assert RequestLine.rows.get(request=request, position=2).item.article == "10451"


def cover_and_merge(at):
    buyer = at("buyer", "/planning/board/")
    assert "40 free in stock" in said(buyer)
    assert re.search(r"460\spc to buy", said(buyer)), said(buyer)
    press(buyer, "Merge everything")
    buyer.wait_for_load_state("load")
    judge(buyer)
    buyer = at("buyer", "/planning/")
    buyer.locator("main tbody a").first.click()
    buyer.wait_for_url(re.compile(r"/planning/demands/"))
    judge(buyer)


def plan(at):
    buyer = at("buyer", "/plans/new/")
    buyer.fill("#id_year", SOON[:4])
    press(buyer, "Save draft")
    made = ProcurementPlan.rows.get()
    buyer = at("buyer", f"/plans/{made.public_id}/propose/")
    press(buyer, "Propose")
    buyer.wait_for_url(f"**/plans/{made.public_id}/")
    judge(buyer)
    move(buyer, "Submit")
    head = at("head", f"/plans/{made.public_id}/")
    press(head, "Approve")
    head.wait_for_load_state("networkidle")
    if head.url.endswith("/approvals/"):
        press(head, "Approve")
        head.wait_for_load_state("networkidle")
    assert ProcurementPlan.rows.get().state == "approved", said(head)
    judge(at("head", f"/plans/{made.public_id}/map/"))


def follow(at, request):
    requester = at("requester", f"/requests/{request.public_id}/")
    assert "40" in said(requester)
    assert "460" in said(requester)

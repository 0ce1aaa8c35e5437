"""What only a browser can show: drafts, paste, keys, dialogs, both themes, the phone."""

import pytest

from srm.people.models import CostCenter, Department, User
from suppliers.registry.models import Supplier
from tests.browser.conftest import assert_accessible, assert_fits

ORDER = "/demo/order/"
PASTE = """(text) => {
  const cell = document.getElementById("id_lines-0-center-ts-control");
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def centers(committed_firm):
    for code in ("4110", "4120"):
        one = CostCenter(code=code, name_en=f"Line {code}", department=committed_firm.users.buyer.department)
        one.refresh_search()
        one.save()


def kept(page):
    """Wait until the browser says that it keeps the draft."""
    page.wait_for_selector("[data-kept]:not(:empty)")


def values(page, name):
    return page.eval_on_selector_all(
        f"tbody tr:not(.q-removed) [name$='-{name}']", "all => all.map((one) => one.value)"
    )


def test_log_in_by_hand_leads_where_one_wanted_to_go(page_of, committed_firm):
    page = page_of()
    page.goto("/org/users/?kind=staff")
    page.fill("[name=login]", committed_firm.users.administrator.email)
    page.fill("[name=password]", "correct horse battery")
    page.click("main button")
    page.wait_for_url("**/org/users/?kind=staff")


def test_a_sheet_pasted_into_one_cell_fills_rows_and_totals(page_of, centers):
    page = page_of("administrator")
    page.goto(ORDER)
    page.wait_for_selector("#id_lines-0-center-ts-control")
    page.evaluate(
        PASTE,
        "Cost centre\tQuantity\tPrice\tNeeded by\n4110\t25 000\t0,06\t12.05.2027\n4120\t60\t1.5\t2027-05-20\nnope\t7\t2\t",
    )
    page.wait_for_selector(".q-toast-warning")
    assert "3 rows pasted, 1 not found" in page.inner_text("#toasts")
    assert values(page, "quantity") == ["25 000", "60", "7"]
    assert values(page, "need_by") == ["2027-05-12", "2027-05-20", ""]
    assert values(page, "center")[2] == "~nope"
    assert page.inner_text("[data-sum]") == "1,604.00 EUR"


def test_what_was_typed_comes_back_after_a_lost_session_and_can_be_discarded(page_of, centers):
    page = page_of("administrator")
    page.goto(ORDER)
    page.wait_for_selector("#id_lines-0-center-ts-control")
    page.fill("#id_title", "Gloves, May")
    page.fill("#id_lines-0-quantity", "12,5")
    page.click("[data-add]")
    page.fill("#id_lines-1-quantity", "7")
    kept(page)
    page.context.clear_cookies(name="session")
    page.click("main form [data-once] , form[data-draft] button.btn-primary")
    page.wait_for_url("**/account/login/**")
    page.fill("[name=login]", "administrator@quadrant.example")
    page.fill("[name=password]", "correct horse battery")
    page.click("main button")
    page.wait_for_url(f"**{ORDER}")
    page.wait_for_selector("text=Restored what you typed")
    assert page.input_value("#id_title") == "Gloves, May"
    assert values(page, "quantity") == ["12,5", "7"]
    page.click("text=Discard")
    page.wait_for_load_state()
    assert page.input_value("#id_title") == ""


def test_a_saved_form_leaves_no_draft(page_of):
    page = page_of("administrator")
    page.goto("/org/places/new/")
    page.fill("#id_code", "GATE")
    page.fill("#id_name_en", "Gate 4")
    kept(page)
    page.click("#id_legal_entity-ts-control")
    page.click(".ts-dropdown .option")
    page.click("form[data-draft] button.btn-primary")
    page.wait_for_selector("h1:has-text('Gate 4')")
    page.goto("/org/places/new/")
    assert page.input_value("#id_code") == ""
    assert page.locator("text=Restored").count() == 0


def test_two_editors_see_both_versions(page_of, committed_firm):
    address = f"/org/departments/{committed_firm.users.buyer.department.public_id}/edit/"
    mine, theirs = page_of("administrator"), page_of("administrator")
    mine.goto(address)
    theirs.goto(address)
    for page, name in ((theirs, "Theirs"), (mine, "Mine")):
        page.fill("#id_name_en", name)
        page.click("form[data-draft] button.btn-primary")
        page.wait_for_load_state()
    assert "Somebody saved this while you were editing" in mine.inner_text("main")
    assert_accessible(mine)
    mine.click("[data-take=name_en]")
    assert mine.input_value("#id_name_en") == "Theirs"
    mine.click("form[data-draft] button.btn-primary")
    mine.wait_for_selector("h1:has-text('Theirs')")
    assert Department.objects.filter(name_en="Theirs").exists()


def test_a_list_is_walked_and_opened_by_keys(page_of):
    page = page_of("administrator")
    page.goto("/org/users/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.firstChild.textContent")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"h1:has-text('{name}')")
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/org/users/")
    page.keyboard.press("n")
    page.wait_for_url("**/org/users/new/")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_selector("#keys")


def test_a_list_narrows_while_one_types_and_the_address_says_so(page_of):
    page = page_of("administrator")
    page.goto("/org/users/")
    page.fill("#find", "koleva")
    page.wait_for_url("**/org/users/?q=koleva")
    page.wait_for_selector("tbody tr:only-child")
    assert page.evaluate("document.activeElement.id") == "find"
    page.reload()
    assert page.input_value("#find") == "koleva"


def test_a_move_asks_in_a_dialog_and_says_what_is_missing(page_of, committed_firm):
    supplier = Supplier.rows.filter(state="active").first()
    page = page_of("head")
    page.goto(f"/registry/{supplier.public_id}/")
    page.click("text=Block")
    page.wait_for_selector("dialog[open] textarea")
    assert_accessible(page)
    page.click("dialog .btn-danger")
    page.wait_for_selector("dialog .invalid-feedback")
    page.fill("dialog textarea", "Two late deliveries")
    page.click("dialog .btn-danger")
    page.wait_for_selector(".q-toast:has-text('blocked')")
    assert "Blocked" in page.inner_text(".q-eyebrow")


def test_the_theme_is_kept(page_of):
    page = page_of("administrator")
    page.goto("/org/users/")
    page.click(".q-face")
    with page.expect_response("**/theme/"):
        page.click("[data-theme-choice=dark]")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_language_is_kept(page_of):
    page = page_of("administrator")
    page.goto("/org/users/?kind=staff")
    page.click(".q-languages button[value=bg]")
    page.wait_for_url("**/org/users/?kind=staff")
    assert page.get_attribute("html", "lang") == "bg"


PAGES = [
    "/org/users/?kind=staff",
    "/org/users/new/",
    "/org/departments/",
    "/org/roles/",
    ORDER,
    "/nowhere/",
    "/account/email/",
    "/account/2fa/",
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_are_accessible_and_fit_at_every_width(page_of, width, dark):
    page = page_of("administrator", width=width, dark=dark)
    for address in PAGES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_door_is_accessible_and_fits(page_of, width):
    page = page_of(width=width)
    for address in ("/account/login/", "/account/password/reset/", "/account/signup/"):
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)


def test_pages_are_turned_and_sorted_without_losing_the_filter(page_of):
    for number in range(60):
        User.objects.create_user(f"many{number:02}@quadrant.example", name=f"Many {number:02}").refresh_search()
    page = page_of("administrator")
    page.goto("/org/users/?kind=staff")
    page.click("a[rel=next]")
    page.wait_for_selector("a[rel=prev]")
    assert "kind=staff" in page.url
    assert page.locator("tbody tr").count() == 25
    page.click("th >> text=Name")
    page.wait_for_url("**sort=-name**")
    page.wait_for_selector("[aria-sort=descending]")
    assert page.locator(".q-chip").inner_text().startswith("Kind: Staff")
    page.go_back()
    page.wait_for_selector("a[rel=prev]")


def test_ticked_rows_bring_up_what_can_be_done_with_them(page_of, committed_firm):
    page = page_of("head", width=360)
    page.goto("/demo/ticking/")
    page.click("[data-tick] >> nth=0")
    page.click("[data-tick] >> nth=1")
    assert "2 ticked" in page.inner_text("#bulk")
    assert_fits(page)
    assert_accessible(page)
    page.click("#bulk >> text=Block")
    page.wait_for_selector("textarea")
    page.fill("textarea", "Sanctions")
    page.click("main .btn-danger")
    page.wait_for_selector(".q-toast:has-text('2 documents: blocked')")
    assert Supplier.rows.filter(state="blocked").count() == 2

"""In the browser, by a sheet, and by the API: each sees his own and nothing else."""

import io
from decimal import Decimal as D

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from suppliers.proposals.models import PriceProposal
from tests.proposals.conftest import fresh

pytestmark = pytest.mark.django_db
LINE = "lines-0-"


def form(*lines, **more):
    """A filled-in form of a proposal."""
    data = {"title": "Prices", "lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0}
    for place, line in enumerate(lines):
        data |= {f"lines-{place}-{name}": value for name, value in ({"basis": "list"} | line).items()}
    return data | more


def test_a_supplier_sees_his_articles_and_nothing_of_anybody_elses(sold, client_of):
    text = client_of("alfa_admin").get(reverse("portal-proposals:articles")).text
    for shown in ("A-8x40", "Sechskant", "10443", "A-gl", "A-1"):
        assert shown in text
    for hidden in ("B/77", "0.77", "squeeze them", "Beta"):
        assert hidden not in text
    found = client_of("alfa_admin").get(reverse("portal-proposals:articles"), {"q": "8x40"}).text
    assert "A-8x40" in found
    assert "A-gl" not in found
    assert client_of("buyer").get(reverse("portal-proposals:articles")).status_code == 404
    assert "portal/proposals/articles" in client_of("alfa_admin").get(reverse("portal:home")).text


def test_the_export_holds_his_own(sold, client_of):
    answer = client_of("alfa_admin").get(reverse("portal-proposals:articles-xlsx"))
    cells = [
        str(cell) for row in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values for cell in row
    ]
    assert "A-8x40" in cells
    assert "B/77" not in cells
    assert not any("squeeze" in cell for cell in cells)


def test_from_the_form_to_the_decision(sold, client_of):
    alfa, buyer = client_of("alfa_admin"), client_of("buyer")
    wrong = alfa.post(reverse("portal-proposals:priceproposal-new"), form({"article": "B/77", "price": "1"}))
    assert wrong.status_code == 422
    assert "This article is new" in wrong.text
    made = alfa.post(reverse("portal-proposals:priceproposal-new"), form({"article": "A-8x40", "price": "1.05"}))
    assert made.status_code == 302, made.text
    proposal = PriceProposal.objects.unscoped("test").get()
    own = reverse("portal-proposals:priceproposal-proposal", args=[proposal.public_id])
    staff = reverse("proposals:priceproposal-detail", args=[proposal.public_id])
    assert buyer.get(staff).status_code == 404
    list_of_prices = SimpleUploadedFile("list.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    attach = reverse("portal-proposals:priceproposal-attach", args=[proposal.public_id])
    assert alfa.post(attach, {"file": list_of_prices}).status_code == 302
    edit = reverse("portal-proposals:priceproposal-edit", args=[proposal.public_id])
    changed = form({"article": "A-8x40", "price": "1.06"}, version=proposal.version)
    assert alfa.get(edit).status_code == 200
    assert alfa.post(edit, changed).status_code == 302
    assert alfa.post(reverse("portal-proposals:priceproposal-send", args=[proposal.public_id])).status_code == 302
    assert "list.pdf" in alfa.get(own).text
    assert "Prices" in buyer.get(reverse("proposals:priceproposal-list")).text
    assert "Alfa Metal" in buyer.get("/").text
    text = buyer.get(staff).text
    assert "+6 %" in text.replace("\xa0", " ")
    decide = reverse("proposals:priceproposal-decide", args=[proposal.public_id])
    line = fresh(proposal).lines.get().public_id
    assert buyer.get(decide).status_code == 200
    version = fresh(proposal).version
    refused = buyer.post(decide, {"version": version, f"{line}-reason": ""})
    assert refused.status_code == 422
    assert buyer.post(decide, {"version": version, f"{line}-accept": "on"}).status_code == 302
    assert fresh(proposal).state == "accepted"
    assert "Accepted" in alfa.get(own).text


def test_another_suppliers_proposal_is_not_there(sold, propose, client_of):
    sent = propose({"article": "A-8x40", "price": D("1.05")})
    beta = client_of("beta_admin")
    for name in ("proposal", "edit", "send", "withdraw", "attach"):
        there = beta.get(reverse(f"portal-proposals:priceproposal-{name}", args=[sent.public_id]))
        never = beta.get(reverse(f"portal-proposals:priceproposal-{name}", args=["A" * 22]))
        assert (there.status_code, never.status_code) == (404, 404)
    assert beta.get(f"/api/v1/own-price-proposals/{sent.public_id}/").status_code == 404
    assert beta.get("/api/v1/own-price-proposals/").json()["results"] == []
    assert "New prices" not in beta.get(reverse("portal-proposals:articles")).text


def sheet_of(client, *rows):
    """The downloaded sheet with `rows` written over its lines: dicts by heading."""
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("portal-proposals:template")).content))
    page = next(one for one in book.worksheets if any("Your article" in str(cell.value) for row in one for cell in row))
    head = next(row for row in page if any(str(cell.value).startswith("Your article") for cell in row))
    at = {str(cell.value).rstrip(" *"): cell.column for cell in head}
    page.delete_rows(head[0].row + 1, page.max_row)
    for place, row in enumerate(rows):
        for name, value in row.items():
            page.cell(head[0].row + 1 + place, at[name], value)
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("prices.xlsx", stream.getvalue())


def test_a_sheet_goes_out_and_comes_back(sold, client_of):
    alfa = client_of("alfa_admin")
    raw = openpyxl.load_workbook(io.BytesIO(alfa.get(reverse("portal-proposals:template")).content))
    assert any(cell == "A-gl" for page in raw.worksheets for row in page.values for cell in row)
    upload = sheet_of(alfa, {"Your article": "A-8x40", "New price": 1.05}, {"Your article": "A-gl"})
    answer = alfa.post(reverse("portal-proposals:sheet"), {"title": "By sheet", "file": upload})
    assert answer.status_code == 302, answer.text
    line = PriceProposal.objects.unscoped("test").get().lines.get()
    assert (line.supplier_item, line.price) == (sold.alfa_bolt, D("1.05"))


@pytest.mark.parametrize("price", [-1, "1e30", '=HYPERLINK("http://x.example")', "cheap"])
def test_a_hostile_sheet_makes_nothing(sold, client_of, price):
    alfa = client_of("alfa_admin")
    upload = sheet_of(alfa, {"Your article": "A-8x40", "New price": price})
    assert alfa.post(reverse("portal-proposals:sheet"), {"title": "By sheet", "file": upload}).status_code == 422
    junk = SimpleUploadedFile("prices.xlsx", b"PK\x03\x04 no sheet")
    assert alfa.post(reverse("portal-proposals:sheet"), {"title": "By sheet", "file": junk}).status_code == 422
    assert not PriceProposal.objects.unscoped("test").exists()


def test_over_the_api(sold, client_of):
    alfa, buyer = client_of("alfa_admin"), client_of("buyer")
    body = {"title": "Prices", "lines": [{"article": "A-8x40", "price": "1.05"}]}
    kind = {"content_type": "application/json"}
    once = kind | {"headers": {"Idempotency-Key": "one-and-the-same-key"}}
    made = alfa.post("/api/v1/own-price-proposals/", body, **once)
    assert made.status_code == 201, made.text
    assert alfa.post("/api/v1/own-price-proposals/", body, **once).json()["id"] == made.json()["id"]
    key = made.json()["id"]
    assert alfa.post(f"/api/v1/own-price-proposals/{key}/moves/send/", {}, **kind).status_code == 200
    seen = buyer.get(f"/api/v1/price-proposals/{key}/").json()
    choice = {"lines": [{"line": seen["lines"][0]["id"], "accept": False, "reason": "too dear"}]}
    assert alfa.post(f"/api/v1/price-proposals/{key}/decide/", choice, **kind).status_code == 404
    decided = buyer.post(f"/api/v1/price-proposals/{key}/decide/", choice, **kind)
    assert decided.status_code == 200, decided.text
    assert (decided.json()["state"], decided.json()["reason"]) == ("declined", "too dear")
    assert buyer.post(f"/api/v1/price-proposals/{key}/decide/", choice, **kind).status_code == 409
    for price in ("-1", "1e30", "NaN"):
        wrong = {"title": "x", "lines": [{"article": "A-8x40", "price": price}]}
        assert alfa.post("/api/v1/own-price-proposals/", wrong, **kind).status_code in (400, 422)

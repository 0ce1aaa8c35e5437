"""The comparison and the award's pages."""

import io

import openpyxl
import pytest
from django.urls import reverse

from procurement.awards.models import Award
from procurement.bids.models import Bid
from srm.flow.perform import perform
from suppliers.registry.models import Supplier
from tests.awards.conftest import best, only
from tests.bids.conftest import offer, open_up
from tests.tenders.conftest import line, publish


def comparison(client, tender):
    return client.get(reverse("tenders:tender-detail", args=[tender.public_id]), {"tab": "comparison"})


def choose(choice):
    return {f"choice-{line}": quote for line, quote in choice.items()}


def test_the_comparison_shows_all_lines_by_all_suppliers_with_the_best_marked(firm, client_of, opened):
    page = comparison(client_of("buyer"), opened)
    assert page.status_code == 200
    text = page.text
    for shown in ("Alfa Metal", "Beta Stahl", "0.052", "0.055", "0.018", "0.017", "Propose award"):
        assert shown in text
    assert text.count("data-best ") == 2
    assert text.count(" checked data-best") == 2


def test_before_the_opening_there_is_no_comparison_for_anybody(firm, work, client_of):
    tender = publish(firm, work)
    offer(firm, work, tender)
    for persona in ("buyer", "head", "officer", "evaluator", "auditor"):
        page = comparison(client_of(persona), tender)
        assert "Comparison" not in page.text
        assert client_of(persona).get(reverse("bids:tender-comparison-file", args=[tender.public_id])).status_code in (
            403,
            409,
        )


def test_an_evaluator_compares_but_does_not_choose(firm, client_of, opened):
    text = comparison(client_of("evaluator"), opened).text
    assert "0.052" in text
    assert "Propose award" not in text
    assert 'type="radio"' not in text
    assert comparison(client_of("requester"), opened).status_code == 403


def test_what_cannot_be_compared_is_said(firm, work, client_of):
    tender = publish(firm, work)
    offer(firm, work, tender, "alfa_admin", ("0.05", "0.02"))
    offer(firm, work, tender, "beta_admin", ("0.04", None))
    text = comparison(client_of("buyer"), open_up(work, tender)).text
    assert "1 of 2 lines missing" in text
    assert "not comparable" in text
    assert "no offer" in text


def test_a_buyer_chooses_gives_a_reason_and_a_head_approves(firm, client_of, opened):
    buyer, head = client_of("buyer"), client_of("head")
    address = reverse("awards:tender-propose", args=[opened.public_id])
    choice = choose(only(opened, firm.actor("buyer"), "Alfa Metal"))
    page = buyer.post(address, choice)
    assert page.status_code == 200
    assert "0.10 more than the cheapest possible" in page.text
    assert not Award.objects.unscoped("test").exists()
    page = buyer.post(address, {**choice, "confirmed": "1", "reason": ""})
    assert page.status_code == 422
    page = buyer.post(address, {**choice, "confirmed": "1", "reason": "one delivery instead of two"}, follow=True)
    award = Award.objects.unscoped("test").get()
    assert page.redirect_chain[-1][0] == award.get_absolute_url()
    assert "one delivery instead of two" in page.text
    move = f"{award.get_absolute_url()}moves/approve/"
    assert buyer.post(move).status_code == 403
    page = head.post(move, {"version": award.version}, follow=True)
    assert page.status_code == 200
    award.refresh_from_db()
    assert award.state == "final"
    text = comparison(buyer, opened).text
    assert text.count(" pick") == 2
    assert 'type="radio"' not in text


def test_proposing_nothing_or_something_strange_is_refused(firm, client_of, opened):
    buyer = client_of("buyer")
    address = reverse("awards:tender-propose", args=[opened.public_id])
    assert buyer.post(address, {}).status_code == 422
    assert buyer.post(address, {"choice-x": "y", "confirmed": "1"}).status_code == 422
    assert buyer.get(address).status_code == 302
    assert client_of("evaluator").post(address, choose(best(opened, firm.actor("buyer")))).status_code == 403
    assert not Award.objects.unscoped("test").exists()


def test_the_file_holds_the_prices_and_no_formula(firm, work, client_of):
    name = '=HYPERLINK("http://evil.example","x")'
    Supplier.objects.unscoped("test").filter(pk=firm.alfa.pk).update(name=name)
    tender = publish(firm, work)
    offer(firm, work, tender, "alfa_admin", ("0.05", "0.02"), note="+cmd|' /C calc'!A0")
    opened = open_up(work, tender)
    answer = client_of("buyer").get(reverse("bids:tender-comparison-file", args=[opened.public_id]))
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    )
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert name in [cell.value for cell in cells]
    assert 0.05 in [cell.value for cell in cells]
    assert (
        client_of("evaluator").get(reverse("bids:tender-comparison-file", args=[opened.public_id])).status_code == 403
    )


@pytest.mark.parametrize(
    "page", ["comparison", "award", "awards", "bid", "tender", "tenders", "invitations", "propose"]
)
def test_pages_ask_few_questions_however_long_they_are(firm, work, client_of, page, django_assert_max_num_queries):
    lines = [
        line(firm, [firm.bolt, firm.nut, firm.gloves][number % 3], lot=f"Lot {number % 3}") for number in range(15)
    ]
    tender = publish(firm, work, lines=lines)
    for persona in ("alfa_admin", "beta_admin"):
        offer(firm, work, tender, persona, tuple(f"0.{number + 11}" for number in range(15)))
    opened = open_up(work, tender)
    choice = choose(best(opened, firm.actor("buyer")))
    with work():
        from procurement.awards import services

        award = services.propose(actor=firm.actor("buyer"), tender=opened, choice=best(opened, firm.actor("buyer")))
        if page in ("comparison", "propose"):
            perform(award, "drop", actor=firm.actor("head"), reason="once more")
    bid = Bid.objects.unscoped("test").first()
    client = client_of("buyer")
    detail = reverse("tenders:tender-detail", args=[opened.public_id])
    ask = {
        "comparison": lambda: client.get(detail, {"tab": "comparison"}),
        "award": lambda: client.get(award.get_absolute_url()),
        "awards": lambda: client.get(reverse("awards:award-list")),
        "bid": lambda: client.get(bid.get_absolute_url()),
        "tender": lambda: client.get(detail),
        "tenders": lambda: client.get(reverse("tenders:tender-list")),
        "invitations": lambda: client.get(detail, {"tab": "invitations"}),
        "propose": lambda: client.post(reverse("awards:tender-propose", args=[opened.public_id]), choice),
    }[page]
    ask()
    with django_assert_max_num_queries(25):
        assert ask().status_code == 200

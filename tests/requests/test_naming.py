"""A line in words gets its item from a buyer."""

from decimal import Decimal

import pytest

from procurement.requests import selectors, services
from srm.audit.models import AuditEvent
from srm.catalog.models import Item
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from tests.requests.conftest import approved, line_of, sent
from tests.requests.test_afterwards import asked, lines, page, planned, post, snapshot
from tests.requests.test_decisions import budget, next_year

pytestmark = pytest.mark.django_db


def in_words(firm, quantity="3", unit="BX", category=True, **values):
    words = {
        "item": None,
        "description": "hex bolts, the long ones",
        "quantity": Decimal(quantity),
        "unit": firm.unit(unit),
    }
    return next_year(firm) | words | {"category": firm.bolt.category if category else None} | values


def name(firm, work, request, item, by="buyer"):
    with work():
        return services.name_item(request, actor=firm.actor(by), line=lines(request)[0], item=item)


def test_words_become_an_item_in_its_own_unit_and_nobody_is_asked_again(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, in_words(firm, estimate=Decimal(12)))
    name(firm, work, request, firm.bolt)
    (line,) = lines(request)
    assert (line.item, line.quantity, line.base_quantity, line.open_quantity) == (firm.bolt, 3, 600, 600)
    assert (line.base_unit, line.description, line.amount) == (firm.bolt.base_unit, "hex bolts, the long ones", 36)
    money.refresh_from_db()
    assert (line.state, asked(request), money.reserved, selectors.verify()) == ("approved", ["approved"], 36, [])
    (event,) = AuditEvent.objects.filter(verb="named")
    assert event.changes == {"1. line": ["hex bolts, the long ones", str(firm.bolt)]}


def test_a_line_without_a_category_takes_the_items_and_keeps_its_money(firm, work):
    money = budget(firm, work, "1000")
    request = approved(firm, in_words(firm, category=False, estimate=Decimal(12)))
    name(firm, work, request, firm.bolt)
    money.refresh_from_db()
    assert (lines(request)[0].category, money.reserved) == (firm.bolt.category, 36)


def test_what_does_not_fit_is_refused_and_nothing_changes(firm, work):
    request = approved(firm, in_words(firm, unit="KGM"))
    before = snapshot(request)
    with pytest.raises(InvalidInput):
        name(firm, work, request, firm.bolt)
    with pytest.raises(InvalidInput, match="another category"):
        name(firm, work, request, firm.gloves)
    with pytest.raises(NotAllowed):
        name(firm, work, request, firm.bolt, by="requester")
    Item.objects.filter(pk=firm.nut.pk).update(state="blocked")
    with pytest.raises(InvalidInput, match="not in use"):
        name(firm, work, request, Item.objects.get(pk=firm.nut.pk))
    assert snapshot(request) == before
    assert lines(request)[0].item is None


def test_only_approved_words_of_which_nothing_is_planned(firm, work):
    waiting, with_item = sent(firm, in_words(firm)), approved(firm, line_of(firm))
    for request in (waiting, with_item):
        with pytest.raises(RuleBroken):
            name(firm, work, request, firm.bolt)
    assert lines(waiting)[0].item is None
    assert lines(with_item)[0].item == firm.bolt


def test_what_is_planned_in_words_stays_in_words(firm, work):
    request = approved(firm, in_words(firm))
    planned(firm, work, request, "1")
    with pytest.raises(RuleBroken):
        name(firm, work, request, firm.bolt)
    assert lines(request)[0].item is None


def test_on_the_page_and_over_the_api(firm, client_of):
    request, other = approved(firm, in_words(firm)), approved(firm, in_words(firm))
    buyer = client_of("buyer")
    assert page(request, "name-item") in buyer.get(page(request, "detail")).content.decode()
    assert page(request, "name-item") not in client_of("requester").get(page(request, "detail")).content.decode()
    data = {"line": lines(request)[0].public_id, "item": firm.bolt.public_id}
    assert buyer.get(page(request, "name-item")).status_code == 200
    wrong = {**data, "item": firm.gloves.public_id}
    assert buyer.post(page(request, "name-item"), wrong).status_code == 422
    assert buyer.post(page(request, "name-item"), data).status_code == 302
    body = {"line": lines(other)[0].public_id, "item": firm.bolt.public_id}
    assert post(client_of("requester"), other, "name-item", **body).status_code == 403
    assert post(buyer, other, "name-item", **body).status_code == 200
    assert [lines(one)[0].item for one in (request, other)] == [firm.bolt, firm.bolt]

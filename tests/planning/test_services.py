"""Own stock first; what becomes of a demand line."""

from decimal import Decimal

import pytest

from procurement.planning import services, splitting
from procurement.planning.models import DemandLine
from procurement.requests import holding, ledger, selectors
from procurement.requests.models import Allocation, RequestLine
from procurement.tenders import services as tenders
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.stock.models import StockLevel
from srm.stock.services import receive
from tests.requests.conftest import approved, in_days, line_of

pytestmark = pytest.mark.django_db


def stock(firm, work, quantity: str, item=None):
    with work():
        receive(actor=firm.actor("storekeeper"), warehouse=firm.warehouse, item=item or firm.bolt, quantity=Decimal(quantity),
                moved_on=clock.today(), value=Decimal(10))  # fmt: skip


def demand_line(firm, work, *lines) -> DemandLine:
    approved(firm, *lines)
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    return demand.lines.get()


def test_own_stock_goes_to_the_earliest_need_and_the_rest_is_bought(firm, work):
    stock(firm, work, "120")
    request = approved(
        firm, line_of(firm, quantity="100", need_by=in_days(30)), line_of(firm, quantity="50", need_by=in_days(5))
    )
    late, soon = request.lines.all()
    with work():
        assert services.cover(actor=firm.actor("buyer"), legal_entity=firm.entity).from_stock == 2
    late.refresh_from_db()
    soon.refresh_from_db()
    assert (soon.open_quantity, late.open_quantity) == (0, 30)
    assert StockLevel.objects.unscoped("test").get().reserved == 120
    row = Allocation.objects.unscoped("test").get(request_line=soon)
    assert (row.stage, row.document_kind, row.document_number) == ("stock", "srm.warehouse", "W1")
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    assert demand.lines.get().quantity == 30
    late.refresh_from_db()
    assert [part.place for part in selectors.where_is(late)] == ["stock", "planned"]
    assert ledger.faults() == ledger.stale() == []


def test_stock_at_another_place_is_not_taken(firm, work):
    stock(firm, work, "120")
    approved(firm, line_of(firm, quantity="100", place=firm.sofia))
    with work():
        assert services.cover(actor=firm.actor("buyer"), legal_entity=firm.entity).from_stock == 0


def test_only_what_is_chosen_gets_stock(firm, work):
    stock(firm, work, "120")
    chosen, other = approved(firm, line_of(firm, quantity="10")), approved(firm, line_of(firm, quantity="10"))
    with work():
        lines = RequestLine.objects.unscoped("test").filter(request=chosen)
        services.cover(actor=firm.actor("buyer"), legal_entity=firm.entity, lines=lines)
    assert (chosen.lines.get().open_quantity, other.lines.get().open_quantity) == (0, 10)


def test_a_demand_line_is_taken_and_given_back_within_its_quantity(firm, work):
    line, buyer = demand_line(firm, work, line_of(firm, quantity="100")), firm.actor("buyer")
    with work():
        assert services.take(actor=buyer, demand_line=line, quantity=Decimal(70)).open_quantity == 30
    for quantity in ("31", "0", "-1"):
        with pytest.raises(RuleBroken, match="only 30"), work():
            services.take(actor=buyer, demand_line=line, quantity=Decimal(quantity))
    with work():
        assert services.give_back(actor=buyer, demand_line=line, quantity=Decimal(500)).open_quantity == 100


def test_releasing_opens_the_needs_again(firm, work):
    line, buyer = (
        demand_line(firm, work, line_of(firm, quantity="100"), line_of(firm, quantity="20")),
        firm.actor("buyer"),
    )
    with pytest.raises(InvalidInput), work():
        services.release(actor=buyer, demand_lines=[line], reason=" ")
    with work():
        services.take(actor=buyer, demand_line=line, quantity=Decimal(90))
    with work():
        assert services.release(actor=buyer, demand_lines=[line], reason="wrong window") == 30
    line.refresh_from_db()
    assert (line.quantity, line.open_quantity) == (90, 0)
    assert sum(row.open_quantity for row in RequestLine.objects.unscoped("test")) == 30
    with pytest.raises(RuleBroken, match="already"), work():
        services.release(actor=buyer, demand_lines=[line], reason="again")
    with work():
        again = services.aggregate(actor=buyer, legal_entity=firm.entity)
    assert again.lines.get().quantity == 30
    assert ledger.faults() == ledger.stale() == []


def test_a_wholly_released_line_stays_as_a_row_of_nothing(firm, work):
    line = demand_line(firm, work, line_of(firm, quantity="100"))
    with work():
        services.release(actor=firm.actor("buyer"), demand_lines=[line], reason="wrong window")
    line.refresh_from_db()
    assert line.quantity == 0


def test_a_buyer_of_another_legal_entity_plans_nothing_here(firm, work):
    from dataclasses import replace

    approved(firm)
    stranger = replace(firm.actor("buyer"), legal_entities=frozenset({firm.entity.pk + 1}))
    for call in (services.aggregate, services.cover):
        with pytest.raises(NotAllowed), work():
            call(actor=stranger, legal_entity=firm.entity)


def test_needs_too_large_to_add_up_are_refused_with_a_sentence(firm, work):
    approved(
        firm,
        line_of(firm, quantity="99999999999", estimate=Decimal(0)),
        line_of(firm, quantity="99999999999", estimate=Decimal(0)),
    )
    with pytest.raises(RuleBroken, match="larger than a quantity can be"), work():
        services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    assert {row.open_quantity for row in RequestLine.objects.unscoped("test")} == {Decimal(99999999999)}


def joined_needs(firm, work):
    """100 bolts in 20 days and 40 in 30, on one demand line."""
    return demand_line(
        firm, work, line_of(firm, quantity="100"), line_of(firm, quantity="40", need_by=in_days(24))
    )  # fmt: skip


def test_the_latest_needs_are_split_off_with_their_dates(firm, work):
    line, buyer = joined_needs(firm, work), firm.actor("buyer")
    with work():
        part = splitting.split(actor=buyer, demand_line=line, quantity="60")
    line.refresh_from_db()
    assert (line.quantity, line.open_quantity, line.need_count, line.need_to) == (80, 80, 1, in_days(20))
    assert (part.quantity, part.open_quantity, part.need_count) == (60, 60, 2)
    assert (part.need_from, part.need_to, part.demand.lines.count()) == (in_days(20), in_days(24), 2)
    with work():
        whole = splitting.join(actor=buyer, demand_lines=[part, line])
    part.refresh_from_db()
    assert (whole.pk, whole.quantity, whole.open_quantity, whole.need_count) == (line.pk, 140, 140, 2)
    assert (part.quantity, part.open_quantity) == (0, 0)
    assert ledger.faults() == ledger.stale() == []


@pytest.mark.parametrize("quantity", ["140", "141", "0", "-5", "x", ""])
def test_what_cannot_be_split_off_stays(firm, work, quantity):
    line = joined_needs(firm, work)
    with pytest.raises((RuleBroken, InvalidInput)), work():
        splitting.split(actor=firm.actor("buyer"), demand_line=line, quantity=quantity)
    assert DemandLine.objects.unscoped("test").get().quantity == 140


def test_what_is_in_a_tender_is_neither_split_off_nor_joined(firm, work):
    line, buyer = joined_needs(firm, work), firm.actor("buyer")
    with work():
        part = splitting.split(actor=buyer, demand_line=line, quantity="60")
        tenders.create_from_demand(actor=buyer, demand_lines=[(part, Decimal(50))])
    with pytest.raises(RuleBroken, match="is open"), work():
        splitting.split(actor=buyer, demand_line=part, quantity="11")
    with work():
        assert splitting.join(actor=buyer, demand_lines=[line, part]).quantity == 90
    part.refresh_from_db()
    assert (part.quantity, part.open_quantity) == (50, 0)
    assert ledger.faults() == ledger.stale() == []


def test_different_things_are_not_joined(firm, work):
    approved(firm, line_of(firm, quantity="5"), line_of(firm, firm.nut, "5"))
    with work():
        demand = services.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
    with pytest.raises(RuleBroken, match="same item"), work():
        splitting.join(actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()))


def test_what_is_held_back_is_not_merged_and_takes_no_stock_until_it_is_let_go(firm, work):
    stock(firm, work, "500")
    request, buyer = approved(firm, line_of(firm, quantity="100"), line_of(firm, firm.nut, "40")), firm.actor("buyer")
    held, other = request.lines.all()
    with work():
        assert holding.hold(actor=buyer, lines=[held.pk], reason="the drawing changes") == 1
    with pytest.raises(RuleBroken), work():
        holding.hold(actor=buyer, lines=[held.pk], reason="again")
    with work():
        assert services.cover(actor=buyer, legal_entity=firm.entity).from_stock == 0
        demand = services.aggregate(actor=buyer, legal_entity=firm.entity)
    assert demand.lines.get().item == firm.nut
    with work():
        assert holding.let_plan(actor=buyer, lines=[held.pk, other.pk]) == 1
        assert services.aggregate(actor=buyer, legal_entity=firm.entity).need_count == 1


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 301])
def test_holding_back_needs_a_reason(firm, work, reason):
    line = approved(firm).lines.get()
    with pytest.raises(InvalidInput), work():
        holding.hold(actor=firm.actor("buyer"), lines=[line.pk], reason=reason)
    line.refresh_from_db()
    assert line.held_reason == ""

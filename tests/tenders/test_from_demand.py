"""Tenders made of demand: the quantity is held from the draft on and goes back when it is not bought."""

from decimal import Decimal

import pytest

from procurement.planning import services as planning
from procurement.planning.models import DemandLine
from procurement.requests.models import Allocation, RequestLine
from procurement.tenders import selectors, services
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.perform import perform
from tests.bids.conftest import open_up
from tests.requests.conftest import approved, line_of
from tests.tenders.conftest import publish


def open_quantities():
    return list(DemandLine.objects.unscoped("test").order_by("pk").values_list("open_quantity", flat=True))


def live(stage):
    rows = Allocation.objects.unscoped("test").filter(stage=stage)
    return sum((row.quantity for row in rows), Decimal(0))


@pytest.fixture
def demand(firm, work):
    """Bolts for two departments and nuts for one, merged."""
    approved(firm, line_of(firm, quantity="60"), line_of(firm, firm.nut, quantity="500"))
    approved(
        firm,
        line_of(firm, quantity="40"),
        by="requester2",
        department=firm.service,
        place=firm.plovdiv,
        cost_center=firm.cc_service,
    )
    with work():
        return planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)


@pytest.fixture
def tender(firm, work, demand):
    """A draft for all of it."""
    with work():
        made = services.create_from_demand(actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()))
        services.invite(made, actor=firm.actor("buyer"), suppliers=[firm.alfa, firm.beta])
    return made


def test_a_tender_of_demand_has_its_lines_terms_and_a_deadline(firm, tender):
    assert {(line.item.article, line.quantity) for line in tender.all_lines()} == {("10443", 100), ("10451", 500)}
    assert (tender.title, tender.category, tender.legal_entity) == ("Fasteners", firm.fasteners, firm.entity)
    assert tender.deadline is not None
    assert all(line.baseline == Decimal("0.061") for line in tender.all_lines())


def test_the_demand_is_held_from_the_draft_on(firm, work, tender, demand):
    assert open_quantities() == [0, 0]
    assert live("tendered") == 600
    with pytest.raises(InvalidInput), work():
        services.create_from_demand(actor=firm.actor("buyer2"), demand_lines=list(demand.lines.all()))


def test_a_part_may_be_asked_for(firm, work, demand):
    bolts = demand.lines.get(item=firm.bolt)
    with work():
        services.create_from_demand(actor=firm.actor("buyer"), demand_lines=[(bolts, Decimal(70))])
    assert demand.lines.get(pk=bolts.pk).open_quantity == 30
    with pytest.raises(RuleBroken), work():
        services.create_from_demand(actor=firm.actor("buyer"), demand_lines=[(bolts, Decimal(31))])
    assert live("tendered") == 70


def test_editing_the_quantity_takes_more_or_gives_back(firm, work, tender, demand):
    first, second = tender.all_lines().get(item=firm.bolt), tender.all_lines().get(item=firm.nut)
    for quantity, rest in ((40, 60), (90, 10), (100, 0)):
        with work():
            services.update_tender(
                tender, actor=firm.actor("buyer"),
                lines=[{"id": first.public_id, "quantity": Decimal(quantity)}, {"id": second.public_id}],
            )  # fmt: skip
        assert demand.lines.get(item=firm.bolt).open_quantity == rest
        assert live("tendered") == quantity + 500
    with pytest.raises((RuleBroken, InvalidInput)), work():
        services.update_tender(
            tender,
            actor=firm.actor("buyer"),
            lines=[{"id": first.public_id, "quantity": Decimal(101)}, {"id": second.public_id}],
        )


def test_what_the_demand_has_decided_stays(firm, work, tender):
    first, second = tender.all_lines().get(item=firm.bolt), tender.all_lines().get(item=firm.nut)
    with pytest.raises(InvalidInput) as refused, work():
        services.update_tender(
            tender, actor=firm.actor("buyer"),
            lines=[{"id": first.public_id, "item": firm.gloves}, {"id": second.public_id, "place": firm.sofia}],
        )  # fmt: skip
    assert set(refused.value.errors) == {"lines.0.item"}


def test_a_removed_line_and_a_cancelled_tender_give_everything_back(firm, work, tender):
    first = tender.all_lines().get(item=firm.bolt)
    with work():
        services.update_tender(tender, actor=firm.actor("buyer"), lines=[{"id": first.public_id}])
    assert sorted(open_quantities()) == [0, 500]
    with work():
        perform(tender, "cancel", actor=firm.actor("buyer"), reason="not needed")
    assert sorted(open_quantities()) == [100, 500]
    assert live("tendered") == 0
    assert set(RequestLine.objects.unscoped("test").values_list("state", flat=True)) == {"approved"}


def test_a_tender_that_nobody_answers_gives_everything_back(firm, work, tender):
    published = publish(firm, work, tender)
    assert open_up(work, published).state == "failed"
    assert sorted(open_quantities()) == [100, 500]


def test_the_page_says_where_the_need_comes_from(firm, tender):
    found = selectors.origin(tender)
    assert (found.needs, found.by_value) == (3, True)
    # Assembly asks for 60 bolts and 500 nuts of 600 pieces at one price, Service for 40.
    assert [(share.department, share.needs) for share in found.shares] == [("Assembly", 2), ("Service", 1)]
    assert round(found.shares[0].part, 4) == Decimal("0.9333")


def test_the_button_of_the_demand_makes_a_tender(firm, work, demand):
    from procurement.planning.actions import actions_for

    action = next(one for one in actions_for(firm.actor("buyer")) if one.name == "tender")
    with work():
        made = action.run(actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()))
    assert made.all_lines().count() == 2
    assert "tender" not in [one.name for one in actions_for(firm.actor("requester"))]

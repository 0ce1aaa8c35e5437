"""Whoever decides on an order or an award sees before whether the budgets cover it; afterwards they hold just that."""

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from procurement.awards import services as awards
from procurement.orders import cover, services
from procurement.planning import services as planning
from procurement.requests.services import Entry, allocate
from procurement.tenders import services as tenders
from srm.budget.models import BudgetChange
from srm.budget.services import create_line
from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.people.models import CostCenter
from tests.awards.conftest import best
from tests.bids.conftest import offer, open_up
from tests.budget.conftest import buckets, set_policy
from tests.orders.test_money import budget, move, needed, order  # noqa: F401
from tests.requests.conftest import approved, in_days, line_of
from tests.tenders.conftest import publish

pytestmark = pytest.mark.django_db
D = Decimal


def figures(covers):
    return [(one.cost, one.reserved, one.more, one.outlook.fits, one.is_refused) for one in covers]


def test_what_is_dearer_is_seen_before_and_held_after(firm, budget, order, move):  # noqa: F811
    made = order("0.90", needed(firm, "0.60"))
    assert figures(cover.of_order(made, firm.actor("head"))) == [(90, 60, 30, True, False)]
    done = move(made, "approve")
    assert buckets(budget) == (90, 0, 0)
    assert figures(cover.of_order(done, firm.actor("head"))) == [(90, 90, 0, True, False)]
    sent = move(done, "send")
    assert cover.of_order(sent, firm.actor("head")) == []


def test_too_little_is_said_with_the_way_to_ask_for_it(firm, budget, order, move, client_of):  # noqa: F811
    made = order("1.20", needed(firm, "0.60"))
    (one,) = cover.of_order(made, firm.actor("budget_owner"))
    assert figures([one]) == [(120, 60, 60, False, True)]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(one.ask).query).items()}
    assert (asked["receiver"], asked["amount"]) == (budget.public_id, "20.00")
    assert firm.alfa.name in asked["reason"]
    assert cover.of_order(made, firm.actor("buyer"))[0].ask == "", "it is not the buyer's budget"
    page = client_of("buyer").get(f"{made.get_absolute_url()}?tab=budget").content.decode()
    assert "60.00 EUR are asked for" in page.replace("\xa0", " ")
    with pytest.raises(RuleBroken, match=r"40\.00"):
        move(made, "approve")
    owner = client_of("budget_owner")
    form = html.fromstring(owner.get(one.ask).content).forms[-1]
    assert form.fields["amount"] == "20.00"
    sent = owner.post(one.ask, dict(form.form_values()))
    assert sent.status_code == 302, sent.content.decode()
    change = BudgetChange.rows.get()
    with unit_of_work():
        perform(change, "submit", actor=firm.actor("budget_owner"))
        perform(change, "approve", actor=firm.actor("accountant"))
    move(made, "approve")
    assert buckets(budget) == (120, 0, 0)


def test_what_no_request_asked_for_is_looked_at_too(firm, budget, order):  # noqa: F811
    made = order("0.30", cost_center=firm.cc_assembly)
    assert figures(cover.of_order(made, firm.actor("head"))) == [(30, 0, 30, True, False)]


def test_a_cost_centre_that_stops_without_a_budget_is_a_refusal(firm, order):  # noqa: F811
    set_policy(firm.cc_assembly, "stop")
    (one,) = cover.of_order(order("0.30", cost_center=firm.cc_assembly), firm.actor("head"))
    assert one.is_refused
    assert "No budget is set" in one.outlook.sentence


def evaluated(firm, work, estimate="0.040"):
    """A tender for 100 bolts and 50 nuts, whose best offers are 0.052 and 0.017."""
    approved(
        firm, line_of(firm, quantity="100", estimate=D(estimate)), line_of(firm, firm.nut, "50", estimate=D("0.02"))
    )
    buyer = firm.actor("buyer")
    with work():
        demand = planning.aggregate(actor=buyer, legal_entity=firm.entity)
        lines = sorted(demand.lines.all(), key=lambda line: line.item.article)
        made = tenders.create_from_demand(
            actor=buyer, demand_lines=lines, title="Fasteners", suppliers=[firm.alfa, firm.beta]
        )
    tender = publish(firm, work, made)
    offer(firm, work, tender, "alfa_admin", ("0.052", "0.018"))
    offer(firm, work, tender, "beta_admin", ("0.055", "0.017"))
    tender = open_up(work, tender)
    with work():
        return awards.propose(actor=buyer, tender=tender, choice=best(tender, buyer))


@pytest.mark.parametrize(("amount", "fits"), [(100, True), (6, False)])
def test_an_award_tops_up_what_its_needs_have_reserved(firm, work, amount, fits, client_of):
    set_policy(firm.cc_assembly, "stop")
    with work():
        budget = create_line(actor=SYSTEM, cost_center=firm.cc_assembly, year=in_days(20).year, amount=D(amount))
    award = evaluated(firm, work)
    assert buckets(budget) == (5, 0, 0)
    (one,) = cover.of_award(award, firm.actor("head"))
    # 100 x 0.052 + 50 x 0.017, where 4.00 and 1.00 were reserved; the bolts are settled first.
    assert figures([one]) == [(D("6.05"), 5, D("1.20"), fits, not fits)]
    assert "5.00" in client_of("head").get(award.get_absolute_url()).content.decode()
    if fits:
        with work():
            award = perform(award, "approve", actor=firm.actor("head"))
        assert buckets(budget) == (D("6.05"), 0, 0)
        assert cover.of_award(award, firm.actor("head")) == []
    else:
        with pytest.raises(RuleBroken, match="asked for"), work():
            perform(award, "approve", actor=firm.actor("head"))
        assert buckets(budget) == (5, 0, 0)


def call(service, **values):
    with unit_of_work():
        return service(**values)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=4), st.integers(0, 250))
def test_the_forecast_is_what_the_approval_does(firm, prices, room):
    """For any estimates, prices and room: refused exactly where it was said, else exactly so much is held."""
    center = CostCenter.objects.create(
        code=f"CC-{CostCenter.objects.count()}", name_en="Another", department=firm.assembly, budget_policy="stop"
    )  # of its own for every example, as what one wrote stays for the next
    budget = call(  # noqa: F811
        create_line,
        actor=SYSTEM,
        cost_center=center,
        year=in_days(20).year,
        amount=D(room) + sum(e for e, _p in prices),
    )
    needs = [
        approved(firm, line_of(firm, quantity="100", estimate=D(estimate) / 100), cost_center=center).lines.get()
        for estimate, _price in prices
    ]
    made = call(
        services.create_order, actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
        lines=[{"item": firm.bolt, "quantity": "100", "unit": firm.unit("C62"), "price": D(price) / 100,
                "need_by": in_days(20)} for _estimate, price in prices],
    )  # fmt: skip
    rows = list(made.lines.order_by("position"))
    call(
        allocate,
        actor=SYSTEM,
        entries=[Entry(need.pk, "ordered", D(100), made, row.pk) for need, row in zip(needs, rows, strict=True)],
    )
    (one,) = cover.of_order(made, firm.actor("head"))
    try:
        with unit_of_work():
            perform(made, "approve", actor=firm.actor("head"))
    except RuleBroken:
        assert one.is_refused
    else:
        assert not one.is_refused
        assert buckets(budget)[0] == one.cost == sum(price for _estimate, price in prices)
